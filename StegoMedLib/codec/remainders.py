"""Pixels whose remainder is set by the smallest legal change: the cosets of an integer lattice, a digit a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.blocks import split_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Legal", "remainders"]


class Legal:
    """Runs of values that a pixel of a plane may take: the legal range without padding.

    A pixel never leaves its run, so that none becomes padding, or passes over it.

    Parameters
    ----------
    plane : Plane
    """

    def __init__(self, plane: Plane) -> None:
        runs = [(plane.low, plane.high)]
        for first, last in plane.padding:
            cut = [part for low, high in runs for part in ((low, min(high, first - 1)), (max(low, last + 1), high))]
            runs = sorted({(low, high) for low, high in cut if low <= high})
        self._low = np.array([low for low, _ in runs], dtype=np.int32)
        self._high = np.array([high for _, high in runs], dtype=np.int32)

    def limits(self, values: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Lowest and highest value of the run of each of `values`; one value each where there is a single run."""
        if self._low.size == 1:
            return self._low, self._high
        run = np.searchsorted(self._low[1:], values, side="right")
        return self._low[run], self._high[run]

    def settable(self, plane: Plane, base: int) -> NDArray[np.bool_]:
        """Blocks of `plane` in which every pixel can take every remainder to `base`; bool, shape (N,)."""
        if not self._low.size:
            return np.zeros(split_blocks(plane.pixels).shape[0], dtype=np.bool_)
        low, high = self.limits(plane.pixels)
        wide = (high - low + 1 >= base) & (plane.pixels >= low) & (plane.pixels <= high)
        return np.asarray(split_blocks(wide).all(axis=1), dtype=np.bool_)

    def set_remainders(
        self, values: NDArray[np.int32], wanted: NDArray[np.integer], base: int, up: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """`values` (n,) changed as little as gives them the `wanted` remainders to `base` (2 or 3).

        One step, in the direction `up` (n,) says where both are as near; two to the other side at an end of the run.
        """
        step = (wanted - values) % base
        other_way = step == base - 1 if base > 2 else (step == 1) & ~up  # noqa: PLR2004 (to base 2 both ways are as near)
        moved = values + step - base * other_way
        low, high = self.limits(values)
        moved += base * (moved < low)
        moved -= base * (moved > high)
        return np.asarray(moved, dtype=np.int32)


def remainders(values: NDArray[np.int32], base: int) -> NDArray[np.int32]:
    """Remainders of `values` to `base`, 0 to ``base - 1`` for negative values, too."""
    return values & 1 if base == 2 else values % base  # noqa: PLR2004
