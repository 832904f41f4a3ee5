"""``stegomed audit``: see whether an audit file is as it was written."""

from __future__ import annotations

import argparse
import re

from StegoMedLib.cli.syntax.common import add_debug, filled_path

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("action", choices=("verify",), help="read all lines, and print the hash of the last one")
    parser.add_argument("file", type=filled_path, metavar="FILE", help="audit file, as --audit writes it")
    parser.add_argument(
        "--last",
        type=_hash,
        metavar="HASH",
        help="hash that an earlier 'stegomed audit verify' printed: no line up to that one may be gone",
    )
    add_debug(parser)


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("give the 64 digits that 'stegomed audit verify' printed")
    return text.lower()
