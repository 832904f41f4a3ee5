"""Products with small matrices in pieces so small that no BLAS takes threads for them.

Threads cost more than they give here, and ten times as much while other programs are busy: all of them wait for the
last. How many there are is a matter of the whole process (its environment, what Slicer has set), and stays one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["times"]

_MATRIX, _VECTOR = 1 << 17, 1 << 13
"""Multiplications in one call that OpenBLAS does in the calling thread: half of 4 * 65536 for a matrix
(SMP_THRESHOLD_MIN in its interface/gemm.c), 8/9 of 4 * 2304 for a vector (its interface/gemv.c)."""


def times(rows: NDArray[Any], matrix: NDArray[Any]) -> NDArray[Any]:
    """``rows @ matrix``, in the calling thread.

    Parameters
    ----------
    rows : ndarray of float, shape (N, K)
    matrix : ndarray of float, shape (K, M) or (K,)

    Returns
    -------
    ndarray of float, shape (N, M) or (N,)
    """
    single = matrix.ndim == 1 or 1 in matrix.shape
    piece = max(1, (_VECTOR if single else _MATRIX) // matrix.size)
    found = np.empty((len(rows), *matrix.shape[1:]), dtype=np.result_type(rows, matrix))
    whole = len(rows) // piece * piece
    if whole:
        pieces = np.ascontiguousarray(rows[:whole]).reshape(-1, piece, rows.shape[1])
        np.matmul(pieces, matrix, out=found[:whole].reshape(-1, piece, *matrix.shape[1:]))
    np.matmul(rows[whole:], matrix, out=found[whole:])
    return found
