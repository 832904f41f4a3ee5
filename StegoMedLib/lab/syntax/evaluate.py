"""``stegomed evaluate``: compare a stego series with its cover, or region finders with reference masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_FINDER, ENGINES, FINDERS
from StegoMedLib.cli.syntax.common import add_common, add_overwrite, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("cover", type=filled_path, metavar="COVER", help="DICOM file or folder before embedding")
    parser.add_argument(
        "stego",
        type=filled_path,
        nargs="?",
        metavar="STEGO",
        help="DICOM file or folder after embedding; without it, --masks is compared with the region finder",
    )
    parser.add_argument(
        "--masks",
        type=filled_path,
        metavar="DIR",
        help="folder of reference masks; with STEGO, counts the pixels changed inside them",
    )
    parser.add_argument(
        "--finder",
        choices=FINDERS,
        help="region finder to measure; with STEGO, compares its masks of COVER and STEGO (without STEGO, default: "
        f"{DEFAULT_FINDER})",
    )
    parser.add_argument(
        "--engine", default="auto", choices=ENGINES, help="the software that runs Mask R-CNN (default: %(default)s)"
    )
    parser.add_argument(
        "--pictures",
        type=filled_path,
        metavar="DIR",
        help="without STEGO: folder for pictures of the worst slices of each series",
    )
    add_overwrite(parser)
    add_common(parser)
