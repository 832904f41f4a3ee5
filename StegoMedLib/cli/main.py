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
    "Exit codes: 0 done, 1 failed in a way nobody foresaw, 2 usage, 3 unusable input, 4 nothing readable with this "
    "key, 5 does not fit, 6 done, but a person must look, 7 done, but not every file, 130 cancelled, 141 nobody reads "
    "standard output any more."
)


def build_parser() -> Parser:
    """The parser of ``stegomed`` with all its commands, each of which is filled when it is used."""
    parser = Parser(
        prog="stegomed",
        description="Seals a patient's identity inside the air around the body of a CT or MR image.",
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
    """Run one command; the exit code is that of the design's section 9."""
    parsed = parse(build_parser(), arguments)
    from StegoMedLib.cli.running import perform  # noqa: PLC0415  help and version need none of it

    return perform(parsed)
