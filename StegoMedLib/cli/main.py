"""The command line: parses, and has one command run. What is heavy is loaded by the command that needs it."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.cli.parser import Parser, parse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["COMMANDS", "build_parser", "main"]

_EPILOG = (
    "Exit codes: 0 done, 1 failed in a way nobody foresaw, 2 usage, 3 unusable input, 4 nothing readable with this "
    "key, 5 does not fit, 6 done, but a person must look, 7 done, but not every file, 130 cancelled, 141 nobody reads "
    "standard output any more."
)

COMMANDS = {
    "segment": "write the mask of the body of every slice as PNG",
    "capacity": "tell how much fits in every slice",
    "embed": "hide a record in every slice that has room",
    "extract": "read the hidden record again",
    "passphrase": "make a passphrase of random words",
    "evaluate": "measure a stego series against its cover, or a region finder against reference masks",
    "attack": "damage a series in a measured way, to see what survives",
    "train": "train the region finder (needs torch)",
    "export": "make an ONNX model of a trained network (needs torch)",
    "benchmark": "compare with the paper, and with other tools",
    "demo": "run the main job on a phantom, or on your own series",
}
"""What they do. ``StegoMedLib.cli.syntax`` has a module for each that says what it takes, ``commands`` what it does."""


def build_parser() -> Parser:
    """The parser of ``stegomed`` with all its commands, each of which is filled when it is used."""
    parser = Parser(
        prog="stegomed",
        description="Seals a patient's identity inside the air around the body of a CT or MR image.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"stegomed {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for name, does in COMMANDS.items():
        commands.add_parser(name, help=does, fill=partial(_fill, name))
    return parser


def _fill(command: str, parser: argparse.ArgumentParser) -> None:
    import_module(f"StegoMedLib.cli.syntax.{command}").add_options(parser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of the design's section 9."""
    parsed = parse(build_parser(), arguments)
    from StegoMedLib.cli.running import perform  # noqa: PLC0415  help and version need none of it

    return perform(parsed)
