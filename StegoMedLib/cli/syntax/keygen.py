"""``stegomed keygen``: make a key file, or the two keys of a recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "out", type=filled_path, metavar="FILE", help="new file for the secret: a key file, or a private key"
    )
    parser.add_argument(
        "--recipient",
        type=filled_path,
        metavar="PEM",
        help="make the private key of a recipient instead of a key file, and write its public key to this new file",
    )
    parser.add_argument(
        "--hybrid",
        action="store_true",
        help="with --recipient: keys of ML-KEM-768 and X25519, against quantum computers, too; each recipient then "
        "takes 1.2 kB of every slice",
    )
    add_debug(parser)
