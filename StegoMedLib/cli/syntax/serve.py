"""``stegomed serve``: take images from a scanner or an archive, and forward them protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "config", type=filled_path, metavar="CONFIG", help="TOML file that says who may send what, and where it goes"
    )
    parser.add_argument(
        "--check", action="store_true", help="check the file, and the keys and certificates it names, and end"
    )
    add_debug(parser)
