"""Blocks of 4x4 pixels on the image's own grid: planes cut into them and put together, and those that are all air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK", "PIXELS", "block_grid", "join_blocks", "pixels_of", "set_blocks", "split_blocks", "usable_blocks"]

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
    whole = np.ascontiguousarray(pixels[: down * BLOCK, : across * BLOCK])
    # Four pixels move as one item: five times as fast.
    fours = whole.view(f"V{BLOCK * whole.itemsize}").reshape(down, BLOCK, across).swapaxes(1, 2)
    return np.ascontiguousarray(fours).view(whole.dtype).reshape(-1, PIXELS)


def join_blocks(pixels: NDArray[Any], blocks: NDArray[Any]) -> NDArray[Any]:
    """Copy of `pixels` (H, W) with its blocks replaced by `blocks` (N, 16); inverse of `split_blocks`."""
    down, across = block_grid(pixels.shape)
    joined = pixels.copy()
    tiles = blocks.reshape(down, across, BLOCK, BLOCK).swapaxes(1, 2)
    joined[: down * BLOCK, : across * BLOCK] = tiles.reshape(down * BLOCK, across * BLOCK)
    return joined


def set_blocks(pixels: NDArray[Any], numbers: NDArray[np.intp], blocks: NDArray[Any]) -> None:
    """Replace the blocks `numbers` (n,) of `pixels` (H, W) by `blocks` (n, 16)."""
    down, across = block_grid(pixels.shape)
    tiles = pixels[: down * BLOCK, : across * BLOCK].reshape(down, BLOCK, across, BLOCK)
    row, column = np.divmod(numbers, max(across, 1))
    tiles[row, :, column] = blocks.reshape(-1, BLOCK, BLOCK)


def usable_blocks(air: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Blocks that are all air.

    Parameters
    ----------
    air : ndarray of bool, shape (H, W)

    Returns
    -------
    ndarray of bool, shape (H // 4, W // 4)
    """
    down, across = block_grid(air.shape)
    rows = np.logical_and.reduce(air[: down * BLOCK, : across * BLOCK].reshape(down, BLOCK, across * BLOCK), axis=1)
    # Over strides: eight times as fast as a reduction over an axis of four.
    return np.asarray(rows[:, ::4] & rows[:, 1::4] & rows[:, 2::4] & rows[:, 3::4], dtype=np.bool_)


def pixels_of(blocks: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels of the `blocks` (H // 4, W // 4) that are marked, in a plane of `shape` (H, W); bool."""
    mask = np.zeros(shape, dtype=np.bool_)
    pixels = blocks.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
    mask[: pixels.shape[0], : pixels.shape[1]] = pixels
    return mask
