"""``stegomed reveal``: take files out of photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, filled_path

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["add_options"]


def add_options(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "photographs",
        type=filled_path,
        nargs="+",
        metavar="PHOTO",
        help="photographs, or folders of them, in any order; others may be among them, and some may be missing",
    )
    parser.add_argument("--out", type=filled_path, metavar="DIR", required=True, help="folder to write the files to")
    add_key(parser)
    add_overwrite(parser)
    add_json(parser)
    add_debug(parser)
