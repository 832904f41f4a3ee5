"""``stegomed conceal``: put files into photographs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, add_workers, filled_path

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["add_options"]

_MAY_LOSE = 30.0


def add_options(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "source", type=filled_path, metavar="SRC", help="a DICOM series or study, or any other file or folder"
    )
    parser.add_argument(
        "photographs",
        type=filled_path,
        nargs="*",
        metavar="PHOTO",
        help="photographs to put it into: PNG, WebP or TIFF stored without loss (without any, the command tells how "
        "many of which size it would take, and writes nothing)",
    )
    parser.add_argument(
        "--out", type=filled_path, metavar="DIR", help="folder to write the photographs to, under their own names"
    )
    add_key(parser, sealing=True)
    parser.add_argument(
        "--may-lose",
        type=_percent,
        default=_MAY_LOSE,
        metavar="PERCENT",
        help="any so many percent of the photographs may be lost, rounded down to whole ones (default: %(default)g)",
    )
    parser.add_argument(
        "--remove-metadata",
        action="store_true",
        help="leave out what the photographs say beside their pixels: camera, time, place, comments",
    )
    parser.add_argument(
        "--decode-jpeg",
        action="store_true",
        help="take photographs that were compressed with loss, too; they become PNG, and changes in them can be told",
    )
    add_workers(parser)
    parser.set_defaults(shared="StegoMedLib.photo.carrying")
    add_overwrite(parser)
    add_json(parser)
    add_debug(parser)


def _percent(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        raise argparse.ArgumentTypeError("give a number of percent, as in 30") from None
