"""Words written into pixels of which the receiver does not know which were allowed to change (wet paper codes).

Every pixel has a keyed random column of 32 bits. A group of pixels carries the exclusive or of the columns of its odd
pixels; the sender solves the 32 equations for the parities of at most 64 pixels that may change, all groups at once.
J. Fridrich, M. Goljan, P. Lisonek, D. Soukal, *Writing on wet paper*, IEEE Trans. Signal Process. 53(10), 2005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.gf2 import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WORD_BITS", "flips_for_words", "words_of_groups"]

WORD_BITS = 32
"""Bits that a group carries."""

_UNKNOWNS = 64
"""Pixels of a group whose parities are solved for: with all 64 one group in 2**32 has no solution."""


def words_of_groups(odd: NDArray[np.bool_], columns: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Words that groups of pixels carry.

    Parameters
    ----------
    odd : ndarray of bool, shape (G, n)
        Which pixels are odd.
    columns : ndarray of uint32, shape (G, n)

    Returns
    -------
    ndarray of uint32, shape (G,)
    """
    words: NDArray[np.uint32] = np.bitwise_xor.reduce(columns * odd, axis=1)
    return words


def flips_for_words(
    odd: NDArray[np.bool_], dry: NDArray[np.bool_], columns: NDArray[np.uint32], wanted: NDArray[np.uint32]
) -> NDArray[np.bool_] | None:
    """Pixels whose parity has to flip for each group to carry its wanted word.

    Parameters
    ----------
    odd, dry : ndarray of bool, shape (G, n)
        Which pixels are odd, and which may change.
    columns : ndarray of uint32, shape (G, n)
    wanted : ndarray of uint32, shape (G,)

    Returns
    -------
    ndarray of bool, shape (G, n), or None
        Only dry pixels; None when a group has no solution.
    """
    unknown, exists = _first_dry(dry)
    free = np.where(exists, np.take_along_axis(columns, unknown, axis=1), np.uint32(0))
    solution = solve(_bits(free).transpose(0, 2, 1), _bits(words_of_groups(odd, columns) ^ wanted))
    if solution is None:
        return None
    flips = np.zeros(dry.shape, dtype=np.bool_)
    np.put_along_axis(flips, unknown, solution & exists, axis=1)
    return flips


def _first_dry(dry: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Places of the first dry pixels of each group (G, u), others behind them, and which are dry."""
    places = np.argsort(~dry, axis=1, kind="stable")[:, :_UNKNOWNS]
    return places, np.take_along_axis(dry, places, axis=1)


def _bits(words: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Bits of words (...), the lowest first; bool, shape (..., 32)."""
    return ((words[..., None] >> np.arange(WORD_BITS, dtype=np.uint32)) & 1).astype(np.bool_)
