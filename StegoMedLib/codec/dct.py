"""The two-dimensional DCT-II of 4x4 blocks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import dct

from StegoMedLib.blocks import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["dct_basis"]


@lru_cache(maxsize=1)
def dct_basis() -> NDArray[np.float64]:
    """Orthonormal 4x4 DCT-II as a matrix.

    Returns
    -------
    ndarray of float64, shape (16, 16)
        Column ``4u + v`` is the basis image of coefficient (u, v), row-major: ``blocks @ basis`` are the coefficients,
        in grey levels, and ``coefficients @ basis.T`` the blocks again.
    """
    one = dct(np.eye(BLOCK), type=2, norm="ortho", axis=0).T
    basis = np.kron(one, one)
    basis.setflags(write=False)
    return np.asarray(basis, dtype=np.float64)
