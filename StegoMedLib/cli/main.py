"""The command line: parses, and has one command run. What is heavy is loaded by the command that needs it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.cli.catalogue import COMMANDS, syntax_of
from StegoMedLib.cli.parser import Parser, parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["build_parser", "main"]

_EPILOG = (
    "Exit codes: 0 done, 1 unexpected error, 2 wrong usage, 3 unusable input, 4 no record can be extracted with this "
    "passphrase, 5 the record does not fit, 6 done, but a person must check the result, 7 done, but some files were "
    "left out, 130 cancelled, 141 done, but the reader of standard output has ended."
)


def build_parser() -> Parser:
    """The parser of ``stegomed`` with all its commands, each of which is filled when it is used."""
    parser = Parser(
        prog="stegomed",
        description="Hides a patient's identity, encrypted, in the air around the body of CT and MR images.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"stegomed {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.does, fill=partial(_fill, name))
    return parser


def _fill(command: str, parser: argparse.ArgumentParser) -> None:
    syntax_of(command).add_options(parser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    parsed = parse(build_parser(), arguments)
    from StegoMedLib.cli.running import perform  # noqa: PLC0415  help and version need none of it

    return perform(parsed)
