"""The command line: parses, and has one command run. What is heavy is loaded by the command that needs it.

There are no abbreviations of options, and nothing that may be a passphrase is said aloud.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NoReturn

from StegoMedLib import __version__
from StegoMedLib.cli.catalogue import COMMANDS, syntax_of
from StegoMedLib.cli.streams import Talk, put
from StegoMedLib.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Parser", "build_parser", "main"]

_FILE = "--passphrase-file"
_LIKE_A_PASSPHRASE = ("--passphrase", "--password", "--passwd", "--pass", "-p")
"""Longer ones first: what is behind them may be the passphrase itself."""

_EPILOG = (
    "Exit codes: 0 done, 1 unexpected error, 2 wrong usage, 3 unusable input, 4 no record can be extracted with this "
    "passphrase or key, 5 the record does not fit, 6 done, but a person must check the result, 7 done, but some files "
    "were left out, 8 a server cannot be reached or does not do what it was asked to, 9 a process that shared the "
    "work is gone, 130 cancelled, 141 done, but the "
    "reader of standard output has ended."
)


class Parser(argparse.ArgumentParser):
    """Takes options by their full names only; the parsers of commands are of this class, too.

    What is given as `fill` adds the options, as soon as somebody asks for them.
    """

    def __init__(self, *, fill: Callable[[argparse.ArgumentParser], None] | None = None, **options: Any) -> None:  # noqa: ANN401  argparse's
        super().__init__(**options, allow_abbrev=False)
        self._fill = fill

    def filled(self) -> Parser:
        """The parser, with all its options."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401  argparse's
        """Fill the parser, and parse."""
        return super(Parser, self.filled()).parse_known_args(args, namespace)

    def _print_message(self, message: str, file: Any = None) -> None:  # noqa: ANN401  argparse's
        """Help and version are results; argparse says nothing when they are lost."""
        if message and file is sys.stdout:
            put(message)
        elif message:
            Talk().write(message)

    def error(self, message: str) -> NoReturn:
        """Leave the program with a message, which may hold what was typed or pasted."""
        super().error(plain(message))


class _Program(Parser):
    """Takes the two words of such a command as one; a folder of the second's name is given as ``./NAME``."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401  argparse's
        """Name the command, and parse."""
        given = sys.argv[1:] if args is None else list(args)
        both = " ".join(given[:2])
        return super().parse_known_args([both, *given[2:]] if both in COMMANDS else given, namespace)


def build_parser() -> Parser:
    """The parser of ``stegomed`` with all its commands, each of which is filled when it is used."""
    parser = _Program(
        prog="stegomed",
        description="Embeds a patient's identity, encrypted, in the air around the body of CT and MR images.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"stegomed {__version__}")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True, parser_class=Parser
    )
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.does, fill=partial(_fill, name))
    return parser


def _fill(command: str, parser: argparse.ArgumentParser) -> None:
    syntax_of(command).add_options(parser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    parsed = _parse(build_parser(), arguments)
    from StegoMedLib.cli.running import perform  # noqa: PLC0415  help and version need none of it

    return perform(parsed)


def _parse(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse `arguments`, or the program's own; leaves the program with a message where they make no sense.

    An argument that nobody knows is named without its value, as it may be a passphrase.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    for argument in takewhile(lambda each: each != "--", given):
        name = _passphrase_option(argument)
        if name is not None:
            parser.error(
                f"{name} is not an option: a passphrase is never an argument, because other users of the computer see "
                f"arguments; write it to a file, and name the file with {_FILE} FILE."
            )
    parsed: argparse.Namespace
    parsed, unknown = parser.parse_known_args(given)
    if unknown:
        parser.error(_not_known(unknown))
    return parsed


def _passphrase_option(argument: str) -> str | None:
    """What `argument` begins with, where somebody may mean to give a passphrase by it."""
    if argument == _FILE or argument.startswith(_FILE + "="):
        return None
    return next((name for name in _LIKE_A_PASSPHRASE if argument.lower().startswith(name)), None)


def _not_known(arguments: Iterable[str]) -> str:
    names = [each.partition("=")[0] if each.startswith("--") else each[:2] for each in arguments if each[:1] == "-"]
    if not names:
        return "there are more arguments than the command takes"
    return f"there is no option {' or '.join(dict.fromkeys(names))}"
