"""``stegomed segment``: find the body in every slice and write the masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_common, add_finder, add_overwrite, add_workers, filled_path
from StegoMedLib.cli.syntax.places import add_source

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    parser.add_argument("--out", type=filled_path, required=True, metavar="DIR", help="folder for the masks")
    parser.add_argument(
        "--why",
        type=filled_path,
        metavar="DIR",
        help="folder for pictures of which pixels are air and why the others are not, each reason in its own colour",
    )
    add_finder(parser)
    add_workers(parser)
    add_overwrite(parser)
    add_common(parser)
