"""``stegomed embed``: embed a record in a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_ATTRIBUTES, LOST, MODES, TILES
from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import (
    add_common,
    add_copy_others,
    add_finder,
    add_overwrite,
    add_profile,
    add_strength,
    add_syntax,
    add_workers,
    filled_path,
)
from StegoMedLib.cli.syntax.places import add_source, add_target

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_target(parser)
    _add_record(parser)
    add_key(parser, sealing=True)
    add_profile(parser)
    add_strength(parser)
    _add_mode(parser)
    _add_binding(parser)
    add_syntax(parser)
    add_finder(parser)
    add_workers(parser)
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)


def _add_binding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tiles",
        type=int,
        choices=TILES,
        default=0,
        help="let extract tell which tiles of so many pixels a side were altered, not only that something was",
    )
    parser.add_argument(
        "--replace", action="store_true", help="replace a record that the images carry already and that this key reads"
    )


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
