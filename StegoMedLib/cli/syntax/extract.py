"""``stegomed extract``: read the record again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_common, add_finder, add_profile, filled_path
from StegoMedLib.cli.syntax.places import add_source

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    parser.add_argument("--out", type=filled_path, metavar="DIR", help="folder to save the record in, if it is a file")
    parser.add_argument(
        "--altered",
        type=filled_path,
        metavar="DIR",
        help="new folder for a picture of each slice that was altered after the record was sealed, with the altered "
        "tiles in red",
    )
    add_key(parser)
    add_profile(parser, blind=True)
    add_finder(parser)
    add_common(parser)
