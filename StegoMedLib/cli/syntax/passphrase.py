"""``stegomed passphrase``: make a passphrase that nobody guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_WORDS
from StegoMedLib.cli.syntax.common import add_debug

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--words", type=int, default=DEFAULT_WORDS, metavar="N", help="how many words, 4 to 20 (default: %(default)s)"
    )
    add_debug(parser)
