"""``stegomed extract``: read the record again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_common, add_finder, add_profile, add_source, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    parser.add_argument("--out", type=filled_path, metavar="DIR", help="folder to save the record in, if it is a file")
    add_key(parser)
    add_profile(parser, blind=True)
    add_finder(parser)
    add_common(parser)
