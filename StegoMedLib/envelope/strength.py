"""How many tries it takes to guess a passphrase, as zxcvbn estimates it (Wheeler, USENIX Security 2016)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zxcvbn import zxcvbn

__all__ = ["ENOUGH_TRIES", "LEAST_TRIES", "Strength", "strength_of"]

LEAST_TRIES = 1e8
"""Fewer are refused. A try costs an Argon2id of 64 MiB; at a thousand tries a second these take a day."""

ENOUGH_TRIES = 1e12
"""Fewer are warned of. At a thousand tries a second these take 30 years."""

_LOOKED_AT = 40
"""Characters of either end that are looked at: the whole is at least as hard to guess as a part.

zxcvbn takes some 10 ms for 40 ordinary characters. It takes a second for 40 that all may stand for others
(``4@8({[<3``), and more than two for 72, which is too long while somebody types.
"""
_EVERYBODY_S = (
    "stegomed",
    "slicer",
    "dicom",
    "patient",
    "radiology",
    "radiologie",
    "hospital",
    "krankenhaus",
    "hopital",
)
"""Words that are tried first here."""

_SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand"), (1, ""))
_BEYOND_WORDS = 1e15


@dataclass(frozen=True, order=True)
class Strength:
    """Tries that a guesser needs who knows how people choose."""

    tries: float

    @property
    def refused(self) -> bool:
        """Whether nothing is sealed under it, unless somebody insists."""
        return self.tries < LEAST_TRIES

    @property
    def enough(self) -> bool:
        """Whether there is nothing to warn of."""
        return self.tries >= ENOUGH_TRIES

    def __str__(self) -> str:
        """The number in words, to one digit."""
        rounded = float(f"{self.tries:.0e}")
        if rounded >= _BEYOND_WORDS:
            return f"about 10^{math.floor(math.log10(rounded))} tries"
        scale, word = next(each for each in _SCALES if rounded >= each[0] or each[0] == 1)
        return f"about {rounded / scale:.0f}{word} tries"


def strength_of(passphrase: bytes) -> Strength:
    """Estimate how hard a passphrase is to guess.

    Parameters
    ----------
    passphrase : bytes
        From `prepare_passphrase`.

    Returns
    -------
    Strength
        Of its beginning, where it is long; of its end, where the beginning is easy and the end is harder.
    """
    text = passphrase.decode()
    strength = _estimate(text[:_LOOKED_AT])
    if strength.enough or len(text) <= _LOOKED_AT:
        return strength
    return max(strength, _estimate(text[-_LOOKED_AT:]))


def _estimate(text: str) -> Strength:
    return Strength(float(zxcvbn(text, user_inputs=_EVERYBODY_S)["guesses"]))
