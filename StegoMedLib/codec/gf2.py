"""Linear equations over GF(2), solved by elimination on packed words, many systems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["solve"]

_WORD = 64


def solve(matrices: NDArray[np.bool_], targets: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Some x with ``matrix @ x = target`` over GF(2), for each of G systems.

    Gauss-Jordan elimination, a row of equations packed into 64-bit words; unknowns that no pivot needs stay 0.

    Parameters
    ----------
    matrices : ndarray of bool, shape (G, m, n)
    targets : ndarray of bool, shape (G, m)

    Returns
    -------
    ndarray of bool, shape (G, n), or None
        None when equations of a system contradict each other.
    """
    rows, right = _packed(matrices), targets.copy()
    every = np.arange(len(rows))
    pivots = np.full(right.shape, -1, dtype=np.intp)
    for index in range(right.shape[1]):
        row = rows[:, index].copy()
        word = (row != 0).argmax(axis=1)
        bit = row[every, word] & -row[every, word]
        if (right[:, index] & (bit == 0)).any():
            return None
        others = (rows[every, :, word] & bit[:, None]) != 0
        others[:, index] = False
        np.bitwise_xor(rows, row[:, None], out=rows, where=others[:, :, None])
        right ^= right[:, index, None] & others
        pivots[:, index] = np.where(bit == 0, -1, word * _WORD + np.frexp(bit.astype(np.float64))[1] - 1)
    solution = np.zeros((len(rows), matrices.shape[2]), dtype=np.bool_)
    system, equation = (pivots >= 0).nonzero()
    solution[system, pivots[system, equation]] = right[system, equation]
    return solution


def _packed(matrices: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows as little-endian words, unknown j in bit ``j % 64`` of word ``j // 64``."""
    padding = -matrices.shape[2] % _WORD
    packed = np.packbits(np.pad(matrices, ((0, 0), (0, 0), (0, padding))), axis=2, bitorder="little")
    return np.ascontiguousarray(packed).view(np.dtype(np.uint64).newbyteorder("<")).astype(np.uint64)
