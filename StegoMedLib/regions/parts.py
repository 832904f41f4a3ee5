"""Connected parts of masks, by their runs along rows: some hundred runs stand for a quarter of a million pixels."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Parts"]


class Parts:
    """The parts of a mask that hang together over edges of pixels.

    Parameters
    ----------
    mask : ndarray of bool, shape (H, W)

    Attributes
    ----------
    count : int
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self._shape = mask.shape
        # A row ends in a column of its own that is no part of the mask: no run goes on in the next row.
        self._width = mask.shape[1] + 1
        flat = np.zeros((mask.shape[0], self._width), dtype=np.bool_)
        flat[:, :-1] = mask
        before = np.append(False, flat.ravel())
        ends = np.flatnonzero(before[1:] != before[:-1])
        self._starts, self._stops = ends[::2], ends[1::2]
        self.count, self._part = self._united()

    def _united(self) -> tuple[int, NDArray[np.int32]]:
        """Number of parts, and the part of each run: runs that lie on each other in two rows are of one."""
        first = np.searchsorted(self._stops, self._starts + self._width, side="right")
        touching = np.searchsorted(self._starts, self._stops + self._width, side="left") - first
        ends = np.cumsum(touching)
        below = np.arange(ends[-1] if ends.size else 0) + np.repeat(first - ends + touching, touching)
        pairs = np.ones(below.size), below.astype(np.int32), np.append(0, ends).astype(np.int32)
        count, part = connected_components(csr_array(pairs, shape=(ends.size, ends.size)), directed=False)
        return int(count), part

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """Pixels of each part; intp, shape (count,)."""
        return np.bincount(self._part, self._stops - self._starts, minlength=self.count).astype(np.intp)

    @cached_property
    def reach_border(self) -> NDArray[np.bool_]:
        """Which parts have a pixel at the border of the plane; bool, shape (count,)."""
        row, column = np.divmod(self._starts, self._width)
        last = self._stops % self._width == self._width - 1
        reached = np.zeros(self.count, dtype=np.bool_)
        reached[self._part[(row == 0) | (row == self._shape[0] - 1) | (column == 0) | last]] = True
        return reached

    def at(self, pixels: NDArray[np.intp]) -> NDArray[np.int32]:
        """Which part each of some pixels is of, which must lie in the mask; int32, shape (n,).

        Parameters
        ----------
        pixels : ndarray of intp, shape (n,)
            Numbers of pixels, row by row, as `numpy.flatnonzero` gives them.
        """
        places = pixels + pixels // (self._width - 1)
        found: NDArray[np.int32] = self._part[np.searchsorted(self._starts, places, side="right") - 1]
        return found

    def counts(self, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Pixels of each part that are of another `mask` (H, W), which lies in this one; intp, shape (count,)."""
        return np.bincount(self.at(np.flatnonzero(mask)), minlength=self.count)

    def drawn(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask of the parts that are `chosen` (count,) alone; bool, shape (H, W)."""
        runs = chosen[self._part]
        bounds = np.stack([self._starts[runs], self._stops[runs]], axis=1).ravel()
        size = self._shape[0] * self._width
        lengths = np.diff(bounds, prepend=0, append=size)
        inside = np.arange(lengths.size) % 2 == 1
        return np.ascontiguousarray(np.repeat(inside, lengths).reshape(-1, self._width)[:, :-1])
