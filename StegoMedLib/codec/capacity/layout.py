"""Layout of a plane size under a key for the capacity profile: the order of the pixels, and what else is keyed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import BLOCK, PIXELS, block_grid
from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.capacity.header import HEADER_BYTES
from StegoMedLib.codec.capacity.wet import WORD_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HEADER_SHARES", "HEADER_WORDS", "CapacityLayout"]

HEADER_SHARES = (64, 16, 4)
"""One pixel in so many carries the header: three sizes, the smallest that is enough being taken."""

HEADER_WORDS = HEADER_BYTES * 8 // WORD_BITS


class CapacityLayout:
    """What key and plane size fix; nothing here depends on a pixel's value.

    Parameters
    ----------
    key : bytes
        32 bytes, the profile's own.
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    count : int
        Pixels of the plane that lie in blocks.
    """

    def __init__(self, key: bytes, shape: tuple[int, int]) -> None:
        self._key = subkey(key, *shape)
        self._columns_of_plane = shape[1]
        self._grid = block_grid(shape)
        self.count = self._grid[0] * self._grid[1] * PIXELS
        self.authenticator = subkey(self._key, "header")

    @cached_property
    def _drawn(self) -> NDArray[np.intp]:
        return permutation(subkey(self._key, "order"), self.count)

    @cached_property
    def pixels(self) -> NDArray[np.intp]:
        """Places of the pixels in the flat plane, in keyed order; intp, shape (count,)."""
        row, column = np.divmod(self._drawn, self._grid[1] * BLOCK)
        return np.asarray(row * self._columns_of_plane + column)

    @cached_property
    def blocks(self) -> NDArray[np.intp]:
        """Block of each of `pixels`; intp, shape (count,)."""
        row, column = np.divmod(self._drawn, self._grid[1] * BLOCK)
        return np.asarray(row // BLOCK * self._grid[1] + column // BLOCK)

    @cached_property
    def columns(self) -> NDArray[np.uint32]:
        """Random column of each of `pixels`, for the words of groups; uint32, shape (count,)."""
        return keystream(subkey(self._key, "columns"), self.count, np.uint32).astype(np.uint32)

    @cached_property
    def upwards(self) -> NDArray[np.bool_]:
        """Direction of each of `pixels` where both are as near; bool, shape (count,)."""
        drawn = keystream(subkey(self._key, "directions"), -(-self.count // 8), np.uint8)
        return np.unpackbits(drawn.astype(np.uint8))[: self.count].astype(np.bool_)

    def header_span(self, draw: int) -> int:
        """Pixels of each group of the header in draw number `draw`."""
        return self.count // HEADER_SHARES[draw] // HEADER_WORDS
