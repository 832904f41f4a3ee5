"""What a key and a plane size fix for every block, and what a nonce fixes for one slice; no pixel decides anything."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import block_grid
from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.cells.parities import COEFFICIENTS, STEP_BITS, coefficients_of, patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["CELL", "CELL_BLOCKS", "CellLayout"]

CELL = 4
"""Blocks on a side of a cell."""

CELL_BLOCKS = CELL * CELL

MOST_CELLS = 1 << 16
"""Cells that a number of two bytes tells apart: all of the largest frame that is read, 4096 x 4096."""

_TABLE_BITS = 16
_SPREAD = 257
"""Puts a pattern in both bytes of a place in the table."""


class CellLayout:
    """Dither and words of the blocks of planes of one size, under one key; orders and streams of one slice.

    Parameters
    ----------
    key : bytes
        32 bytes, the profile's own.
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    key : bytes
        Of this size.
    grid : tuple of int
        Blocks down and across.
    count : int
        Blocks of the plane.
    cells : ndarray of intp, shape (C, 16)
        Blocks of every cell that a chain may have, row-major; cells in raster order, the first `MOST_CELLS`.
    """

    def __init__(self, key: bytes, shape: tuple[int, int]) -> None:
        self.key = subkey(key, *shape)
        self.grid = block_grid(shape)
        self.count = self.grid[0] * self.grid[1]
        down, across = self.grid[0] // CELL, self.grid[1] // CELL
        blocks = np.arange(self.count, dtype=np.intp).reshape(self.grid)[: down * CELL, : across * CELL]
        self.cells = blocks.reshape(down, CELL, across, CELL).swapaxes(1, 2).reshape(-1, CELL_BLOCKS)[:MOST_CELLS]

    @cached_property
    def dither(self) -> NDArray[np.int32]:
        """Added to the scaled coefficients before they are cut into cells of parity; int32, shape (8, count)."""
        drawn = keystream(subkey(self.key, "dither"), len(COEFFICIENTS) * self.count, np.uint16)
        return (drawn & ((1 << STEP_BITS) - 1)).astype(np.int32).reshape(len(COEFFICIENTS), self.count)

    @cached_property
    def anchors(self) -> NDArray[np.uint64]:
        """Keys of the two hashes of an anchor; uint64, shape (2, 4)."""
        return keystream(subkey(self.key, "anchors"), 8, np.uint64).astype(np.uint64).reshape(2, 4)

    @cached_property
    def _table(self) -> NDArray[np.uint32]:
        return keystream(subkey(self.key, "table"), 1 << _TABLE_BITS, np.uint32).astype(np.uint32)

    @cached_property
    def _offsets(self) -> NDArray[np.uint16]:
        return keystream(subkey(self.key, "offsets"), self.count, np.uint16).astype(np.uint16)

    @cached_property
    def _low_table(self) -> NDArray[np.uint8]:
        return self._table.astype(np.uint8)

    @cached_property
    def _cell_offsets(self) -> NDArray[np.uint16]:
        return self._offsets[self.cells]

    def patterns(self, plane: Plane) -> NDArray[np.uint8]:
        """Patterns of all blocks of a plane; uint8, shape (count,), worked out once for whoever has this layout."""
        name = f"patterns {self.key.hex()}"
        if name not in plane.known:
            found = patterns(coefficients_of(plane) + self.dither)
            found.setflags(write=False)
            plane.known[name] = found
        return plane.known[name]

    def cell_words(self, pattern: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The low eight bits of the words of all cells' blocks, given the patterns of all blocks; uint8, (C, 16)."""
        return self._low_table.take(self._cell_offsets ^ pattern.take(self.cells) * np.uint16(_SPREAD))

    def words(self, pattern: NDArray[np.uint8], blocks: NDArray[np.intp]) -> NDArray[np.uint32]:
        """Words of `blocks` (n,) with patterns (n, ...); uint32, (n, ...).

        A keyed random function of pattern and block. Its 256 values of one block are independent uniform words, so the
        exclusive or over some blocks is the syndrome of a random code.
        """
        offsets = self._offsets[blocks].reshape(-1, *(1,) * (pattern.ndim - 1))
        return self._table.take(offsets ^ pattern.astype(np.uint16) * np.uint16(_SPREAD))

    def slice_order(self, nonce: int, blocks: NDArray[np.intp]) -> NDArray[np.intp]:
        """`blocks` (n,) in the keyed order of the slice with this nonce.

        It differs from slice to slice, as where changes fall in a group or in pixels of the same value would otherwise
        tell two slices of one key.
        """
        return blocks[permutation(subkey(self.key, "order", nonce), blocks.size)]

    def slice_stream(self, nonce: int, use: str, count: int) -> NDArray[np.uint8]:
        """So many random bytes for one use in the slice with this nonce; uint8, shape (count,)."""
        return keystream(subkey(self.key, use, nonce), count, np.uint8).astype(np.uint8, copy=False)

    def slice_bits(self, nonce: int, use: str, count: int) -> NDArray[np.bool_]:
        """So many random bits, the highest of each byte first; bool, shape (count,)."""
        return np.unpackbits(self.slice_stream(nonce, use, -(-count // 8)))[:count].astype(np.bool_)
