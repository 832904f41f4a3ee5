"""Passphrases of random words, from the large list of the Electronic Frontier Foundation that xkcdpass brings along."""

from __future__ import annotations

import secrets

from xkcdpass import xkcd_password

from StegoMedLib.choices import DEFAULT_WORDS
from StegoMedLib.envelope.strength import Strength
from StegoMedLib.errors import UsageError

__all__ = ["DEFAULT_WORDS", "make_passphrase"]

_FEWEST, _MOST = 4, 20
"""Four words of the list are 10^15 tries; three are fewer than what is warned of."""


def make_passphrase(words: int = DEFAULT_WORDS) -> tuple[str, Strength]:
    """Draw words by the operating system's random numbers.

    Parameters
    ----------
    words : int
        How many; 6 are 77 bits.

    Returns
    -------
    str
        The words with blanks between them, in lower case.
    Strength
        Exactly: what somebody needs who knows the list and the number of words.

    Raises
    ------
    UsageError
        `words` is less than 4 or more than 20.
    """
    if not _FEWEST <= words <= _MOST:
        raise UsageError(f"A passphrase may have {_FEWEST} to {_MOST} words; {DEFAULT_WORDS} is usual.")
    known = xkcd_password.generate_wordlist(xkcd_password.locate_wordfile("eff-long"), min_length=1, max_length=99)
    return " ".join(secrets.choice(known) for _ in range(words)), Strength(float(len(known)) ** words)
