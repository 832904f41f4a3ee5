"""``stegomed passphrase``: make a passphrase that nobody guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say
from StegoMedLib.cli.streams import put
from StegoMedLib.envelope.words import make_passphrase

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    made, strength = make_passphrase(arguments.words)
    put(f"{made}\n")
    say(f"Guessing it takes {strength}. Keep it in a safe place: without it nobody can extract the record.")
