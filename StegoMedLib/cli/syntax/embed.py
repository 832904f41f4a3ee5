"""``stegomed embed``: embed a record in a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_ATTRIBUTES, LOST, MODES
from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import (
    add_common,
    add_copy_others,
    add_finder,
    add_overwrite,
    add_profile,
    add_source,
    add_strength,
    filled_path,
    filled_text,
)

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]

_SYNTAXES = ("explicit", "rle", "jpegls", "jpeg2000")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    parser.add_argument("target", type=filled_text, metavar="DST", help="file or folder to write the marked images to")
    _add_record(parser)
    add_key(parser, sealing=True)
    add_profile(parser)
    add_strength(parser)
    _add_mode(parser)
    parser.add_argument(
        "--syntax", default="explicit", choices=_SYNTAXES, help="transfer syntax to write (default: %(default)s)"
    )
    add_finder(parser)
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)


def _add_record(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record",
        default="header",
        choices=("header", "text", "file"),
        help="what to embed: attributes of the header (default), a text, or a file",
    )
    parser.add_argument(
        "--from",
        type=filled_path,
        dest="content",
        metavar="FILE",
        help="file with the text, or the file to embed; - is standard input",
    )
    parser.add_argument(
        "--attributes",
        metavar="A,B,…",
        help="attributes to embed, as DICOM keywords (default: " + ", ".join(DEFAULT_ATTRIBUTES) + ")",
    )


def _add_mode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mode",
        default="replicate",
        choices=MODES,
        help="embed the whole record in every slice (replicate, default), or a part of it in each (spread)",
    )
    parser.add_argument(
        "--lost",
        type=float,
        metavar="SHARE",
        help=f"with --mode spread: share of the slices that may be lost (default: {LOST})",
    )
