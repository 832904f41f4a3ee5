"""``stegomed passphrase``: make a passphrase that nobody guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say
from StegoMedLib.envelope.words import DEFAULT_WORDS, make_passphrase

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("passphrase", help="make a passphrase of random words")
    parser.add_argument(
        "--words", type=int, default=DEFAULT_WORDS, metavar="N", help="how many words, 4 to 20 (default: %(default)s)"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    made, strength = make_passphrase(arguments.words)
    print(made)  # noqa: T201  the command's result, on standard output alone
    say(f"Guessing it takes {strength}. Keep it where you find it again: without it nobody can read the record.")
