"""Linear equations over GF(2), solved by elimination on packed words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["solve"]

_WORD = 64


def solve(matrix: NDArray[np.bool_], target: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Some x with ``matrix @ x = target`` over GF(2).

    Gauss-Jordan elimination, a row of equations packed into 64-bit words; unknowns that no pivot needs stay 0.

    Parameters
    ----------
    matrix : ndarray of bool, shape (m, n)
    target : ndarray of bool, shape (m,)

    Returns
    -------
    ndarray of bool, shape (n,), or None
        None when the equations contradict each other.
    """
    rows, right = _packed(matrix), target.copy()
    solution = np.zeros(matrix.shape[1], dtype=np.bool_)
    pivots = np.full(rows.shape[0], -1, dtype=np.intp)
    for index in range(rows.shape[0]):
        row = rows[index]
        filled = np.flatnonzero(row)
        if not filled.size:
            if right[index]:
                return None
            continue
        word = int(filled[0])
        bit = (int(row[word]) & -int(row[word])).bit_length() - 1
        others = np.flatnonzero(rows[:, word] & np.uint64(1 << bit))
        others = others[others != index]
        rows[others] ^= row
        right[others] ^= right[index]
        pivots[index] = word * _WORD + bit
    pivoted = pivots >= 0
    solution[pivots[pivoted]] = right[pivoted]
    return solution


def _packed(matrix: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows as little-endian words, unknown j in bit ``j % 64`` of word ``j // 64``."""
    padding = -matrix.shape[1] % _WORD
    packed = np.packbits(np.pad(matrix, ((0, 0), (0, padding))), axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view(np.dtype(np.uint64).newbyteorder("<")).astype(np.uint64)
