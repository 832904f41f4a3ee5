"""Blocks of 4x4 pixels on the image's own grid: planes cut into them and put together, and those that are all air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK", "PIXELS", "block_grid", "join_blocks", "pixels_of", "split_blocks", "usable_blocks"]

BLOCK = 4
"""Side of a block in pixels."""

PIXELS = BLOCK * BLOCK
"""Pixels of a block."""


def block_grid(shape: tuple[int, ...]) -> tuple[int, int]:
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
    down, across = block_grid(pixels.shape)
    whole = pixels[: down * BLOCK, : across * BLOCK]
    return whole.reshape(down, BLOCK, across, BLOCK).swapaxes(1, 2).reshape(-1, PIXELS)


def join_blocks(pixels: NDArray[Any], blocks: NDArray[Any]) -> NDArray[Any]:
    """Copy of `pixels` (H, W) with its blocks replaced by `blocks` (N, 16); inverse of `split_blocks`."""
    down, across = block_grid(pixels.shape)
    joined = pixels.copy()
    tiles = blocks.reshape(down, across, BLOCK, BLOCK).swapaxes(1, 2)
    joined[: down * BLOCK, : across * BLOCK] = tiles.reshape(down * BLOCK, across * BLOCK)
    return joined


def usable_blocks(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Blocks that are all air.

    Parameters
    ----------
    air : ndarray of bool, shape (H, W)

    Returns
    -------
    ndarray of bool, shape (H // 4, W // 4)
    """
    return np.asarray(split_blocks(air).all(axis=1).reshape(block_grid(air.shape)), dtype=np.bool_)


def pixels_of(blocks: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels of the `blocks` (H // 4, W // 4) that are marked, in a plane of `shape` (H, W); bool."""
    mask = np.zeros(shape, dtype=np.bool_)
    pixels = np.kron(blocks, np.ones((BLOCK, BLOCK), dtype=np.bool_))
    mask[: pixels.shape[0], : pixels.shape[1]] = pixels
    return mask
