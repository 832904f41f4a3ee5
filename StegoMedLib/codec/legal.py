"""Values that a pixel may take: the legal range without padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Legal"]


class Legal:
    """Runs of values that a pixel of a plane may take.

    A pixel never leaves its run, so that none becomes padding, or passes over it.
    """

    def __init__(self, plane: Plane) -> None:
        runs = [(plane.low, plane.high)]
        for first, last in plane.padding:
            cut = [part for low, high in runs for part in ((low, min(high, first - 1)), (max(low, last + 1), high))]
            runs = sorted({(low, high) for low, high in cut if low <= high})
        self._low = np.array([low for low, _ in runs], dtype=np.int32)
        self._high = np.array([high for _, high in runs], dtype=np.int32)

    def limits(self, values: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Lowest and highest value that each of `values` may become; itself where it is in no run.

        Both are of the values' shape, or of one value for all of them.
        """
        if not self._low.size:
            return values, values
        low, high = self._low, self._high
        if low.size > 1:
            run = np.searchsorted(low[1:], values, side="right")
            low, high = low[run], high[run]
        outside = (values < low) | (values > high)
        if not outside.any():
            return low, high
        return np.where(outside, values, low), np.where(outside, values, high)
