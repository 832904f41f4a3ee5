"""How a mark of the robust profile is taken away by who can read it: what the cover looked like, and how to be silent.

A mark is the sum of the slots' signed images, each times the loudness of its bit, cut off where a pixel would have left
its legal range. Nonce and payload say all of it but the loudness of the bits, which is fitted to the plane. That is an
estimate, and what it leaves would still be heard in many slices together. So what is written back is made silent: the
carriers of all bits are orthogonal to each other, so that taking the mean of the values of each from its slots is the
smallest change that brings all their sums to zero. A receiver sums limited votes, though, and may take the mark to be
of any amplitude: the same is done with those, in turn.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import uniform_filter

from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.robust.slots import FINE
from StegoMedLib.codec.robust.votes import FULL, limited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.robust.layout import Carriers
    from StegoMedLib.codec.robust.slots import SlotGrid
    from StegoMedLib.plane import Plane

__all__ = ["silenced", "without_mark"]

_WINDOW = 5
"""Blocks on a side of the neighbourhood that tells whether it is marked, and how bright it is without."""

_AGREED, _SPOKEN = 0.35, 0.25
"""Share by which signs around a marked block agree with the mark, and least amount of it in the block itself."""

_FITTINGS, _STEP = 6, 1.5
"""Rounds of fitting, and how much of what a bit's slots miss is added; where half of the pixels are cut off, they tell
half of it."""

_ROUNDS, _SCALES = 6, (1000.0, 3.0, 1.0, 0.3)
"""Rounds of silencing, and amplitudes in each of them, over the usual size of the slots' values."""

_LEAST_SCALE = 0.5
_TINY = 1e-6


def without_mark(grid: SlotGrid, carriers: Carriers, wanted: NDArray[np.float32], plane: Plane) -> NDArray[np.float32]:
    """Blocks of a plane with its estimated mark subtracted, within legal values; float32, shape (N, 16).

    Parameters
    ----------
    grid : SlotGrid
    carriers : Carriers
    wanted : ndarray of float32, shape (B,)
        +-1 for each bit that the slots carry.
    plane : Plane
    """
    return _Fit(grid, carriers, wanted, plane).cover()


class _Fit:
    """The mark of a plane, fitted in rounds."""

    def __init__(self, grid: SlotGrid, carriers: Carriers, wanted: NDArray[np.float32], plane: Plane) -> None:
        blocks = plane.blocks
        low, high = Legal(plane).limits(blocks)
        self._grid, self._owners, self._signs = grid, carriers.owners, carriers.signs * wanted[carriers.owners]
        self._low, self._high, self._values = low, high, blocks.astype(np.float32)
        self._at_low, self._at_high = blocks <= low, blocks >= high
        self._signed = grid.project(self._values) * self._signs
        self._loudness = np.zeros(wanted.size, dtype=np.float32)
        # What is not marked agrees with the mark as often as not, be its values as large as they may.
        self._agreed = self._around(grid.in_blocks(np.sign(self._signed[grid.parts[0]])) / FINE) > _AGREED
        self._level: NDArray[np.float32] = np.zeros_like(self._values)
        self._image: NDArray[np.float32] = np.zeros_like(self._values)
        for _ in range(_FITTINGS):
            self._improve()

    def cover(self) -> NDArray[np.float32]:
        """Blocks without the mark; a pixel that was cut off is as bright as those around, if it may have been."""
        found = np.clip(self._values - self._image, self._low, self._high)
        level, most = self._level, np.maximum(self._values - self._image, self._values)
        found = np.where(self._at_low, np.clip(level, self._values, most), found)
        least = np.minimum(self._values - self._image, self._values)
        return np.where(self._at_high, np.clip(level, least, self._values), found)

    def _improve(self) -> None:
        """Fit the loudness of the bits to what the last image missed, and draw it again."""
        marked = self._marked()
        free = np.floor(self._grid.of_blocks(marked))
        self._image = self._grid.compose_some(self._signs * free * self._loudness[self._owners], np.arange(marked.size))
        inside = ~(self._at_low | self._at_high) * marked[:, None]
        rest = ((self._values - self._image) * inside).sum(axis=1)
        count = self._around(inside.sum(axis=1, dtype=np.float32))
        level = self._around(rest) / np.maximum(count, np.float32(_TINY))
        self._level = level.reshape(-1, 1).astype(np.float32)
        missed = self._values - np.clip(self._level + self._image, self._low, self._high)
        at_slots = self._grid.project((missed * marked[:, None]).astype(np.float32)) * self._signs * free
        slots = np.maximum(np.bincount(self._owners, free, minlength=self._loudness.size), 1)
        more = np.bincount(self._owners, at_slots, minlength=self._loudness.size) / slots
        self._loudness += (_STEP * more).astype(np.float32)

    def _marked(self) -> NDArray[np.float32]:
        """1 for blocks that look marked, else 0; float32, shape (N,)."""
        fine = self._grid.parts[0]
        loud = self._loudness[self._owners[fine]]
        spoken = self._grid.in_blocks(self._signed[fine] * loud) >= _SPOKEN * self._grid.in_blocks(loud * loud)
        return (self._agreed & spoken).ravel().astype(np.float32)

    def _around(self, each: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Means of a value of each block over its neighbourhood; float32, as the blocks."""
        return np.asarray(uniform_filter(each.reshape(self._grid.blocks), _WINDOW, mode="nearest"), dtype=np.float32)


def silenced(
    grid: SlotGrid,
    carriers: Carriers,
    plane: Plane,
    blocks: NDArray[np.float32],
    usable: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """The usable blocks of a plane, int32 (n, 16): near `blocks` (N, 16), in which no carrier has votes.

    `usable` (H // 4, W // 4) says which blocks may change; the others are as they are in `plane`.
    """
    where = np.flatnonzero(usable.ravel())
    low, high = Legal(plane).limits(plane.blocks[where])
    free = np.floor(grid.of_blocks(usable.ravel().astype(np.float32)))
    signs, owners = grid.some(carriers.signs * free, where), grid.some(carriers.owners, where)
    found = blocks[where].astype(np.float32)
    sizes = np.abs(grid.project_some(found, where)[signs != 0])
    usual = max(float(np.median(sizes)), _LEAST_SCALE) if sizes.size else _LEAST_SCALE
    # Rounding leaves a little, on the side where the mark was: each bit gets a sum such as noise gives, by chance.
    chance = np.random.default_rng(secrets.randbits(128)).standard_normal(int(carriers.owners.max()) + 1)
    for scale in usual * np.array(_SCALES * _ROUNDS, dtype=np.float32):
        values = grid.project_some(found, where) * signs
        moved = (np.abs(values) < FULL * scale) & (signs != 0)
        votes = limited(values / scale)
        size = chance.size
        sums = np.bincount(owners, votes, size) - chance * np.sqrt(np.bincount(owners, votes * votes, size))
        means = sums / np.maximum(np.bincount(owners, moved, size), 1)
        found -= grid.compose_some((scale * means).astype(np.float32)[owners] * signs * moved, where)
        np.clip(found, low, high, out=found)
    return np.rint(found).astype(np.int32)
