"""Words written into pixels of which the receiver does not know which were allowed to change (wet paper codes).

Every pixel has a keyed random column of 32 bits. A group of pixels carries the exclusive or of the columns of its odd
pixels; the sender solves the 32 equations for the parities of at most 64 pixels that may change, all groups at once.
J. Fridrich, M. Goljan, P. Lisonek, D. Soukal, *Writing on wet paper*, IEEE Trans. Signal Process. 53(10), 2005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    rows = _equations(np.where(exists, np.take_along_axis(columns, unknown, axis=1), 0).astype(np.uint32))
    missing = words_of_groups(odd, columns) ^ wanted
    right = ((missing[:, None] >> np.arange(WORD_BITS, dtype=np.uint32)) & 1).astype(np.bool_)
    solution = _solve(rows, right)
    if solution is None:
        return None
    chosen = ((solution[:, None] >> np.arange(unknown.shape[1], dtype=np.uint64)) & np.uint64(1)).astype(np.bool_)
    flips = np.zeros(dry.shape, dtype=np.bool_)
    np.put_along_axis(flips, unknown, chosen & exists, axis=1)
    return flips


def _first_dry(dry: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Places of the first dry pixels of each group (G, u), others behind them, and which are dry."""
    places = np.argsort(~dry, axis=1, kind="stable")[:, :_UNKNOWNS]
    return places, np.take_along_axis(dry, places, axis=1)


def _equations(columns: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Rows of the systems whose columns are `columns` (G, u): unknown j in bit j; uint64, shape (G, 32)."""
    groups, unknowns = columns.shape
    octets = np.ascontiguousarray(columns.astype("<u4")).view(np.uint8)
    bits = np.unpackbits(octets, axis=1, bitorder="little").reshape(groups, unknowns, WORD_BITS)
    filled = np.zeros((groups, WORD_BITS, _UNKNOWNS), dtype=np.uint8)
    filled[:, :, :unknowns] = bits.transpose(0, 2, 1)
    packed = np.packbits(filled, axis=2, bitorder="little")
    return packed.view("<u8")[:, :, 0].astype(np.uint64)


def _solve(rows: NDArray[np.uint64], right: NDArray[np.bool_]) -> NDArray[np.uint64] | None:
    """Gauss-Jordan elimination over GF(2) of all systems at once: some solution of each as a word; uint64, (G,)."""
    pivots = np.zeros_like(rows)
    for index in range(rows.shape[1]):
        row, value = rows[:, index].copy(), right[:, index].copy()
        pivot = row & (~row + np.uint64(1))
        if (value & (row == 0)).any():
            return None
        pivots[:, index] = pivot
        others = (rows & pivot[:, None]) != 0
        others[:, index] = False
        rows ^= row[:, None] * others
        right ^= value[:, None] & others
    return np.asarray(np.bitwise_or.reduce(pivots * right, axis=1))
