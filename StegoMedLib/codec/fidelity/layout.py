"""Layout of a plane size under a key: the order of the blocks, their dither, and their syndrome tables."""

from __future__ import annotations

from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import block_grid
from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.fidelity.parities import COEFFICIENTS, STEP_BITS
from StegoMedLib.codec.fidelity.reach import REACHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DRAWS", "HEADER_GROUPS", "MINIMUM_BLOCKS", "Layout"]

DRAWS = 8
"""Orders of the blocks that a sender may choose from, should one leave a group too few usable blocks."""

HEADER_GROUPS = 4
"""Groups of the header; each carries one byte."""

MINIMUM_BLOCKS = 128
"""Blocks a plane must have to be used at all."""

_TABLE_BITS = 16


class Layout:
    """What key and plane size fix for every block; nothing here depends on a pixel.

    Parameters
    ----------
    key : bytes
        32 bytes, from the key derivation's *positions* label.
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    count : int
        Blocks of the plane.
    dither : ndarray of int32, shape (8, count)
        Added to the scaled coefficients before they are cut into cells.
    order : callable
        Gives the order of the blocks in a draw, by its number; intp, shape (count,).
    columns : callable
        Gives the columns of the dense body for a payload of so many bits; uint8, packed, shape (count, 5, bytes),
        read-only. Only the last length asked for is kept: all slices of a series have the same.
    """

    def __init__(self, key: bytes, shape: tuple[int, int]) -> None:
        down, across = block_grid(shape)
        self.count = down * across
        self._key = subkey(key, "fidelity", *shape)
        self.order = lru_cache(maxsize=DRAWS)(partial(_order, self._key, self.count))
        self.columns = lru_cache(maxsize=1)(partial(_columns, self._key, self.count))

    @cached_property
    def dither(self) -> NDArray[np.int32]:
        """Uniform on one cell, int32, shape (8, count)."""
        drawn = keystream(subkey(self._key, "dither"), len(COEFFICIENTS) * self.count, np.uint16)
        return (drawn & ((1 << STEP_BITS) - 1)).astype(np.int32).reshape(len(COEFFICIENTS), self.count)

    @cached_property
    def _table(self) -> NDArray[np.uint32]:
        return keystream(subkey(self._key, "table"), 1 << _TABLE_BITS, np.uint32).astype(np.uint32)

    @cached_property
    def _offsets(self) -> NDArray[np.uint16]:
        return keystream(subkey(self._key, "offsets"), self.count, np.uint16).astype(np.uint16)

    def syndromes(self, patterns: NDArray[np.uint8], blocks: NDArray[np.intp]) -> NDArray[np.uint32]:
        """Contribution of `blocks` (n,) with `patterns` (n, ...) to the syndrome of their group; uint32, (n, ...).

        A keyed random function of pattern and block. Its 256 values of one block are independent uniform words, so a
        group's syndrome, the exclusive or over its blocks, is that of a random code.
        """
        offsets = self._offsets[blocks].reshape(-1, *(1,) * (patterns.ndim - 1))
        return self._table[offsets ^ patterns.astype(np.uint16) * np.uint16(257)]

    @property
    def header_size(self) -> int:
        """Blocks at the head of an order that carry the header: one in sixteen, at least 64."""
        return max(MINIMUM_BLOCKS // 2, self.count // 16) // HEADER_GROUPS * HEADER_GROUPS

    def header_blocks(self, draw: int) -> NDArray[np.intp]:
        """Blocks of the header in draw number `draw`, group after group."""
        return self.order(draw)[: self.header_size]

    def body_blocks(self, draw: int) -> NDArray[np.intp]:
        """Blocks of the body in draw number `draw`, group after group."""
        return self.order(draw)[self.header_size :]

    def authenticator(self) -> bytes:
        """Key of the header's check."""
        return subkey(self._key, "header")


def _order(key: bytes, count: int, draw: int) -> NDArray[np.intp]:
    return permutation(subkey(key, "order", draw), count)


def _columns(key: bytes, count: int, length: int) -> NDArray[np.uint8]:
    size = -(-length // 8)
    drawn = keystream(subkey(key, "columns", length), count * REACHED * size, np.uint8).astype(np.uint8, copy=False)
    columns = drawn.reshape(count, REACHED, size)
    columns.setflags(write=False)
    return columns
