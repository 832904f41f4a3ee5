"""Bytes as digits to base 3: words of 19 bits in 12 digits, as 2^19 is just below 3^12."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WORD_BITS", "WORD_TRITS", "bytes_of_trits", "trits_of_bytes", "whole_bytes"]

WORD_BITS, WORD_TRITS = 19, 12
_PLACES = 3 ** np.arange(WORD_TRITS, dtype=np.int32)
_HALF = WORD_TRITS // 2
_DIGITS = (np.arange(3**_HALF)[:, None] // _PLACES[:_HALF] % 3).astype(np.uint8)
"""Digits of every number that half a word holds: divisions take longer."""
_BITS = (1 << np.arange(WORD_BITS, dtype=np.int32)).astype(np.int32)


def whole_bytes(trits: int) -> int:
    """Bytes that so many digits hold."""
    return trits // WORD_TRITS * WORD_BITS // 8


def trits_of_bytes(data: bytes) -> NDArray[np.uint8]:
    """Digits of `data`, filled up with zero bits to whole words.

    Returns
    -------
    ndarray of uint8, shape (12 * ceil(8 * len(data) / 19),)
        0, 1 or 2; the lowest digit of each word first, as the lowest bit of a word comes first.
    """
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))
    filled = np.zeros(-(-bits.size // WORD_BITS) * WORD_BITS, dtype=np.uint8)
    filled[: bits.size] = bits
    words = filled.reshape(-1, WORD_BITS) @ _BITS
    high, low = np.divmod(words, 3**_HALF)
    return np.hstack([_DIGITS[low], _DIGITS[high]]).ravel()


def bytes_of_trits(trits: NDArray[np.uint8]) -> bytes:
    """Undo `trits_of_bytes`: all whole bytes that these digits hold; of digits that no data give, the lowest bits.

    Parameters
    ----------
    trits : ndarray of uint8, shape (n,)
        Those behind the last whole word count for nothing.
    """
    words = trits[: trits.size // WORD_TRITS * WORD_TRITS].reshape(-1, WORD_TRITS).astype(np.int32) @ _PLACES
    bits = (words[:, None] & _BITS != 0).ravel()
    return np.packbits(bits[: bits.size // 8 * 8]).tobytes()
