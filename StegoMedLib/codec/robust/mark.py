"""How a sender of the robust profile makes the mark: equal votes for all bits at a given energy, within legal values.

Looked for is the smallest change x that gives every bit at least m votes. That is a quadratic programme with bounds,

    minimise |x|^2  subject to  s_b <a_b, c + x> >= m for every bit b,  low <= c + x <= high,

c being the cover, a_b the sum of the signed basis images of the slots that carry bit b, and s_b = +-1 its value. Its
solution is x = clip(sum_b l_b s_b a_b) with multipliers l_b >= 0 (Karush, Kuhn and Tucker), which are found by raising
those of the bits that have too few votes. Clipping is part of the solution: air at an end of the legal range moves to
one side only, which lifts the DC coefficient no more than it has to. What the cover says already counts as votes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.robust.votes import limited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.robust.layout import Carriers
    from StegoMedLib.codec.robust.slots import SlotGrid
    from StegoMedLib.plane import Plane

__all__ = ["Mark"]

_ROUNDS, _EVEN = 5, 0.7
"""Rounds at most, and votes of the poorest bit over the median at which none is needed any more."""

_SPEED, _SLOWEST, _FASTEST = 0.7, 0.5, 3.0
"""How much of what a bit's votes lack its multiplier makes good in a round, and bounds of the lack."""

_LARGEST = 3.0
"""A multiplier, over the median of them: bits with few slots may be written that much stronger."""

_FITTINGS, _NEARLY = 5, 0.998
_SAMPLE = 16
"""One slot of so many tells the amplitude well enough."""

_LARGEST_GAIN = 1e9  # where bounds leave next to no change, a gain would grow beyond all numbers
_TINY = 1e-9


class Mark:
    """The mark of one payload in one plane.

    Parameters
    ----------
    grid : SlotGrid
    carriers : Carriers
    plane : Plane
    blocks : ndarray of int32, shape (N, 16)
        Its blocks.
    usable : ndarray of bool, shape (H // 4, W // 4)
    wanted : ndarray of float32, shape (B,)
        +-1 for each bit that the slots carry, in the order of `Carriers.owners`.
    length : int
        So many bits, the first ones, are the payload's.
    energy : float
        Sum of squared changes that may not be exceeded.
    most : float
        Grey levels by which no pixel may be changed more.
    """

    def __init__(
        self,
        grid: SlotGrid,
        carriers: Carriers,
        plane: Plane,
        blocks: NDArray[np.int32],
        usable: NDArray[np.bool_],
        *,
        wanted: NDArray[np.float32],
        length: int,
        energy: float,
        most: float,
    ) -> None:
        self._grid, self._length, self._energy = grid, length, energy
        self._where = np.flatnonzero(usable.ravel())
        mine = blocks[self._where]
        low, high = Legal(plane).limits(mine)
        self._low = np.maximum((low - mine).astype(np.float32), np.float32(-most))
        self._high = np.minimum((high - mine).astype(np.float32), np.float32(most))
        free = np.floor(grid.of_blocks(usable.ravel().astype(np.float32)))
        self._owners = grid.some(carriers.owners, self._where)
        self._signs = grid.some(carriers.signs * free, self._where) * wanted[self._owners]
        self._cover = self._grid.project_some(mine.astype(np.float32), self._where) * self._signs
        self._multipliers = np.ones(wanted.size, dtype=np.float32)
        # What is not written votes too, at random: the more slots a bit has, the more votes of its own it needs.
        self._needed = np.sqrt(np.bincount(carriers.owners, minlength=wanted.size)).astype(np.float32)

    def made(self) -> NDArray[np.int32]:
        """Changes of the usable blocks, int32 (n, 16), that give all bits about the votes they need."""
        gain = 1.0
        for _ in range(_ROUNDS):
            raw = self._raw()
            gain *= self._growth(self._clipped(raw, gain))
            change = self._clipped(raw, gain)
            gain *= self._growth(change)
            if self._balance(change) >= _EVEN:
                break
        return self._fitted(self._raw(), gain)

    def strengthen(self, bits: NDArray[np.intp], factor: float = 1.5) -> None:
        """Give some bits more votes than others from now on."""
        self._needed[bits] *= np.float32(factor)

    def _raw(self) -> NDArray[np.float32]:
        """Sum of all slots' signed images, times the multipliers of their bits; float32, shape (n, 16)."""
        return self._grid.compose_some(self._signs * self._multipliers[self._owners], self._where)

    def _clipped(self, raw: NDArray[np.float32], gain: float) -> NDArray[np.float32]:
        change: NDArray[np.float32] = raw * np.float32(min(gain, _LARGEST_GAIN))
        np.maximum(change, self._low, out=change)
        return np.minimum(change, self._high, out=change)

    def _growth(self, change: NDArray[np.float32]) -> float:
        """Factor that would bring a change to the energy allowed, were there no bounds."""
        return float(np.sqrt(self._energy / max(float(np.vdot(change, change)), _TINY)))

    def _balance(self, change: NDArray[np.float32]) -> float:
        """Raise the multipliers of bits with few votes, and lower the others; votes of the poorest over the median."""
        values = self._grid.project_some(change, self._where)
        values *= self._signs
        values += self._cover
        sample = values[::_SAMPLE]
        amplitude = float(np.median(sample[sample > 0])) if (sample > 0).any() else 1.0
        values *= np.float32(1 / max(amplitude, _TINY))
        votes = np.bincount(self._owners, limited(values), minlength=self._multipliers.size).astype(np.float32)
        votes /= np.maximum(self._needed, 1)
        middle = max(float(np.median(votes[: self._length])), _TINY)
        lacking = middle / np.maximum(votes, middle / 5)
        scaled = self._multipliers * np.clip(lacking, _SLOWEST, _FASTEST) ** _SPEED
        self._multipliers = np.minimum(scaled / np.median(scaled[: self._length]), np.float32(_LARGEST))
        # Slots for acquisition lie at the same places in all slices: they must not be told from others by their size.
        self._multipliers[-1] = 1
        return float(votes[:-1].min()) / middle

    def _fitted(self, raw: NDArray[np.float32], gain: float) -> NDArray[np.int32]:
        """Whole numbers of nearly the energy that is allowed."""
        best, most = np.zeros(raw.shape, dtype=np.float32), -1.0
        for _ in range(_FITTINGS):
            change = np.rint(self._clipped(raw, gain))
            # In double precision: a sum of so many squares would be wrong in its seventh digit, and this is a limit.
            found = float(np.einsum("ij,ij->", change, change, dtype=np.float64))
            if most < found <= self._energy:
                best, most = change, found
            if most >= _NEARLY * self._energy:
                break
            gain *= self._growth(change) * (_NEARLY if found > self._energy else 1.0)
        return best.astype(np.int32)
