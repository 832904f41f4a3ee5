"""Planes as rows of 4x4 blocks on the image's own grid, and the two-dimensional DCT-II of the blocks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import dct

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK", "PIXELS", "block_grid", "dct_basis", "join_blocks", "split_blocks"]

BLOCK = 4
"""Side of a block in pixels."""

PIXELS = BLOCK * BLOCK
"""Pixels of a block."""


def block_grid(shape: tuple[int, int]) -> tuple[int, int]:
    """Whole blocks down and across a plane of `shape` (H, W); what is left at the lower and right edge has no block."""
    return shape[0] // BLOCK, shape[1] // BLOCK


def split_blocks(pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Blocks of a plane, one a row.

    Parameters
    ----------
    pixels : ndarray, shape (H, W)

    Returns
    -------
    ndarray, shape (N, 16)
        A copy: block ``r * (W // 4) + c`` holds rows ``4r .. 4r+3`` and columns ``4c .. 4c+3``, row-major.
    """
    down, across = block_grid((pixels.shape[0], pixels.shape[1]))
    whole = pixels[: down * BLOCK, : across * BLOCK]
    return whole.reshape(down, BLOCK, across, BLOCK).swapaxes(1, 2).reshape(-1, PIXELS)


def join_blocks(pixels: NDArray[np.int32], blocks: NDArray[np.int32]) -> NDArray[np.int32]:
    """Copy of `pixels` (H, W) with its blocks replaced by `blocks` (N, 16); inverse of `split_blocks`."""
    down, across = block_grid((pixels.shape[0], pixels.shape[1]))
    joined = pixels.copy()
    tiles = blocks.reshape(down, across, BLOCK, BLOCK).swapaxes(1, 2)
    joined[: down * BLOCK, : across * BLOCK] = tiles.reshape(down * BLOCK, across * BLOCK)
    return joined


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
