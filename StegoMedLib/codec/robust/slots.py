"""What the robust profile writes on: coefficients of 4x4 blocks, and of the averages of blocks beside each other.

A *slot* is one coefficient of the plane: the eight lowest AC coefficients of the DCT of every 4x4 block, and, at the
two scales above, the three AC coefficients of the 2x2 DCT of the averages of four areas of 4x4 or 8x8 pixels. All slots
are projections on orthonormal images, so amounts of them are grey levels whatever the scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from StegoMedLib.blocks import PIXELS, block_grid
from StegoMedLib.codec.dct import dct_basis
from StegoMedLib.codec.multiplying import times

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FINE", "SlotGrid", "z_order"]

Number = TypeVar("Number", bound=np.generic)

_COEFFICIENTS = (1, 4, 5, 2, 8, 6, 9, 10)
"""4u + v of (0,1), (1,0), (1,1), (0,2), (2,0), (1,2), (2,1) and (2,2): without the highest frequency."""

FINE = len(_COEFFICIENTS)
"""Slots of a 4x4 block."""

_COARSE = 3
"""Slots of a group of four areas."""

_SIDES = (2, 4)
"""Blocks on a side of the groups of the coarser scales."""

_QUARTERS = np.array([[0.5, -0.5, 0.5, -0.5], [0.5, 0.5, -0.5, -0.5], [0.5, -0.5, -0.5, 0.5]], dtype=np.float32)
"""AC basis of the 2x2 DCT over upper left, upper right, lower left and lower right; shape (3, 4)."""

_BASIS = np.ascontiguousarray(dct_basis()[:, _COEFFICIENTS].astype(np.float32))
_MEAN = np.full(PIXELS, 1 / 4, dtype=np.float32)
"""Basis image of the DC coefficient."""
_HALF = np.full(4, 1 / 2, dtype=np.float32)
"""The same of the 2x2 DCT."""
_SHARES = np.full(4, 1 / 4, dtype=np.float32)
_ONES = np.ones(FINE, dtype=np.float32)


class SlotGrid:
    """Slots of a plane of one size, in the order: blocks, groups of 2x2 blocks, groups of 4x4 blocks.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    blocks : tuple of int
        Blocks down and across.
    groups : list of (int, int, int)
        Of each coarser scale: blocks on a side of a group, groups down and across.
    parts : list of slice
        Slots of each scale, the finest first.
    count : int
        All slots.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.blocks = block_grid(shape)
        down, across = self.blocks
        self.groups = [(side, down // side, across // side) for side in _SIDES]
        sizes = [down * across * FINE, *(rows * columns * _COARSE for _, rows, columns in self.groups)]
        ends = np.cumsum(sizes).tolist()
        self.parts = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
        self.count = int(ends[-1])

    def project(self, blocks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values of all slots, float32 (S,), of a plane given as blocks (N, 16)."""
        return np.concatenate([times(blocks, _BASIS).ravel(), *self._coarse(times(blocks, _MEAN))])

    def some(self, values: NDArray[Number], where: NDArray[np.intp]) -> NDArray[Number]:
        """Of values of all slots (S,), those of the blocks `where` (n,), then those of all groups; flat, (8 n + G,)."""
        fine = self.parts[0]
        return np.concatenate([values[fine].reshape(-1, FINE)[where].ravel(), values[fine.stop :]])

    def project_some(self, blocks: NDArray[np.float32], where: NDArray[np.intp]) -> NDArray[np.float32]:
        """Values of `some` slots when the blocks `where` (n,) are `blocks` (n, 16) and all others are zero."""
        average = np.zeros(self.blocks[0] * self.blocks[1], dtype=np.float32)
        average[where] = times(blocks, _MEAN)
        return np.concatenate([times(blocks, _BASIS).ravel(), *self._coarse(average)])

    def compose_some(self, slots: NDArray[np.float32], where: NDArray[np.intp]) -> NDArray[np.float32]:
        """Adjoint of `project_some`: the blocks `where` of the plane that has these slots; float32, shape (n, 16)."""
        fine = where.size * FINE
        composed: NDArray[np.float32] = times(slots[:fine].reshape(-1, FINE), _BASIS.T)
        composed += self._averages(slots[fine:]).ravel()[where, None] / 4
        return composed

    def of_blocks(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give each slot the mean of a value (N,) over the blocks that it lies on; float32, shape (S,)."""
        level, found = values.reshape(self.blocks), [values.repeat(FINE)]
        for _, down, across in self.groups:
            level = times(_tiles(level, down, across), _SHARES).reshape(down, across)
            found.append(level.ravel().repeat(_COARSE))
        return np.concatenate(found)

    def in_blocks(self, fine: NDArray[np.float32]) -> NDArray[np.float32]:
        """Sums of values of the finest slots (8 N,) over each block; float32, as the blocks."""
        return times(fine.reshape(-1, FINE), _ONES).reshape(self.blocks)

    def along_curve(self) -> list[NDArray[np.intp]]:
        """Slots of each scale along a curve through the plane that keeps neighbours together."""
        grids = [(*self.blocks, FINE), *((down, across, _COARSE) for _, down, across in self.groups)]
        return [
            (part.start + z_order(down, across)[:, None] * each + np.arange(each)).ravel()
            for part, (down, across, each) in zip(self.parts, grids, strict=True)
        ]

    def _coarse(self, average: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Slots of the coarser scales, of the DC coefficients (N,) of the blocks."""
        level, found = average.reshape(self.blocks), []
        for _, down, across in self.groups:
            tiles = _tiles(level, down, across)
            found.append(times(tiles, _QUARTERS.T).ravel())
            level = times(tiles, _HALF).reshape(down, across)
        return found

    def _averages(self, coarse: NDArray[np.float32]) -> NDArray[np.float32]:
        """DC coefficients of the blocks, of a plane with these slots of the coarser scales; float32, as the blocks."""
        found = np.zeros(self.blocks, dtype=np.float32)
        start = self.parts[0].stop
        for part, (side, down, across) in zip(self.parts[1:], self.groups, strict=True):
            slots = coarse[part.start - start : part.stop - start].reshape(-1, _COARSE)
            quarters = times(slots, _QUARTERS).reshape(down, across, 2, 2).swapaxes(1, 2).reshape(2 * down, 2 * across)
            half = side // 2
            found[: side * down, : side * across] += _spread(quarters, half) / np.float32(half)
        return found


def _tiles(level: NDArray[np.float32], down: int, across: int) -> NDArray[np.float32]:
    """Values of a grid by groups of 2x2, row-major in each; float32, shape (down * across, 4)."""
    return level[: 2 * down, : 2 * across].reshape(down, 2, across, 2).swapaxes(1, 2).reshape(-1, 4)


def _spread(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Each value of a grid on `side` x `side` cells of a finer one."""
    return values.repeat(side, axis=0).repeat(side, axis=1)


def z_order(down: int, across: int) -> NDArray[np.intp]:
    """Cells of a grid, row-major indices, in the order of Morton's curve (1966); intp, shape (down * across,)."""
    rows, columns = np.divmod(np.arange(down * across), max(across, 1))
    return np.argsort(_every_second_bit(columns) | _every_second_bit(rows) << 1, kind="stable")


def _every_second_bit(numbers: NDArray[np.intp]) -> NDArray[np.int64]:
    """Bits of numbers below 2^16, each followed by a zero."""
    bits = numbers.astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | bits << shift) & mask
    return bits
