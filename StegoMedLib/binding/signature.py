"""A keyed signature of a plane that survives what a mark of the robust profile survives, and how alike two are.

Each bit is the sign of the features' sum under signs that the key draws (M. S. Charikar, STOC 2002): bits of two planes
differ with a chance of arccos(r) / pi, r being the correlation of the features.
"""

from __future__ import annotations

import math
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.binding.features import FEATURES, VIEWS
from StegoMedLib.binding.keys import keyed
from StegoMedLib.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SIGNATURE_BITS", "SIGNATURE_BYTES", "Likeness", "likeness", "signature"]

SIGNATURE_BYTES = 12
SIGNATURE_BITS = 8 * SIGNATURE_BYTES

_SAME, _OTHER = 0.8, 0.55
"""Chance that a bit of a slice is still the same after what happened to it on the way, and that one of another slice
is, at worst: features correlated by 0.8 and by 0.16."""

_SAME_BY_CHANCE, _OTHER_BY_CHANCE = 1e-5, 1e-3
"""Chances that another slice is called the same, and the same slice another one, where bits are as above."""

_FEWEST_SET = 4
"""Less than one bit of so many is set only in a signature of no body, which has none set but by errors of reading."""


class Likeness(Enum):
    """What a signature says of a plane."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


def signature(found: NDArray[np.float32], key: bytes) -> bytes:
    """Signature of a plane under the binding key.

    Parameters
    ----------
    found : ndarray of float32, shape (n, 4096)
        What `features` gives of the cover; only the first row counts.
    key : bytes
        The binding key.

    Returns
    -------
    bytes
        12 bytes, the first bit being the highest of the first byte; all zero for a plane without a body.
    """
    return np.packbits(_sums(found[:1], key) > 0).tobytes()


def likeness(
    found: NDArray[np.float32], key: bytes, sealed: bytes | NDArray[np.floating[Any]], error_rate: float = 0.0
) -> Likeness:
    """Whether a plane is the one whose signature was sealed.

    Agreeing bits of two planes are counted. Were it another plane, or the same, their number would follow a binomial
    distribution; called the same, or another, is what the other case would hardly give.

    Parameters
    ----------
    found : ndarray of float32, shape (3, 4096)
        What `features` gives of the plane received.
    key : bytes
        The binding key.
    sealed : bytes, or ndarray of float, shape (96,)
        The signature, or votes for its bits, positive for a 1; a vote of 0, or one that is no
        finite number, is none.
    error_rate : float
        Share of bits that are read wrong in this slice; more than a half counts as a half.

    Returns
    -------
    Likeness
        UNSURE for what lies between the two, and where one of the planes has no body.
    """
    votes = _as_votes(sealed)
    told = votes != 0
    bits = votes[told] > 0
    views = found[found.any(axis=1)]
    if bits.sum() * _FEWEST_SET < SIGNATURE_BITS - np.sum(~told) or not len(views):
        return Likeness.UNSURE
    agreeing = int(((_sums(views, key) > 0)[:, told] == bits).sum(axis=1).max())
    heard = max(0.0, 1 - 2 * error_rate)
    other, same = (0.5 + (chance - 0.5) * heard for chance in (_OTHER, _SAME))
    if VIEWS * _at_least(agreeing, bits.size, other) <= _SAME_BY_CHANCE:
        return Likeness.SAME
    if _at_least(bits.size - agreeing, bits.size, 1 - same) <= _OTHER_BY_CHANCE:
        return Likeness.OTHER
    return Likeness.UNSURE


def _as_votes(sealed: bytes | NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Votes (96,) of a signature; those that are no numbers are none."""
    if isinstance(sealed, bytes):
        return np.unpackbits(np.frombuffer(sealed, dtype=np.uint8)).astype(np.float64) - 0.5
    return np.where(np.isfinite(sealed), sealed, 0.0).astype(np.float64)


def _sums(found: NDArray[np.float32], key: bytes) -> NDArray[np.float32]:
    """Sums of each row of features under each bit's signs, float32 (n, 96); not by BLAS, whose threads cost more."""
    return np.asarray(np.einsum("nf,bf->nb", found, _signs(key)), dtype=np.float32)


@lru_cache(maxsize=2)
def _signs(key: bytes) -> NDArray[np.float32]:
    """+-1 for each bit and feature, +1 for a set bit of the stream, highest first; float32, shape (96, 4096)."""
    drawn = np.frombuffer(stream(keyed(key, "signature"), SIGNATURE_BITS * FEATURES // 8), dtype=np.uint8)
    return (np.unpackbits(drawn).astype(np.float32) * 2 - 1).reshape(SIGNATURE_BITS, FEATURES)


@lru_cache(maxsize=1024)
def _at_least(least: int, count: int, chance: float) -> float:
    """Chance of `least` or more of `count` independent events that have this chance each."""
    return math.fsum(
        math.comb(count, each) * chance**each * (1 - chance) ** (count - each) for each in range(least, count + 1)
    )
