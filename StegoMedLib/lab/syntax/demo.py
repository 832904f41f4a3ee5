"""``stegomed demo``: the main job from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_debug, add_finder, add_json, add_overwrite, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "series", type=filled_path, nargs="?", metavar="SERIES", help="DICOM file or folder (default: a phantom)"
    )
    parser.add_argument(
        "--out",
        type=filled_path,
        default=Path("demo-out"),
        metavar="DIR",
        help="folder for the results (default: %(default)s)",
    )
    add_key(parser, sealing=True, recipients=False)
    add_finder(parser)
    add_overwrite(parser)
    add_json(parser)
    add_debug(parser)
