"""Statistics of the neighbourhoods of all pixels of a plane at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.morphology import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float32]

__all__ = ["local_deviation", "local_mean", "local_range", "mean_over"]

_ROWS = 32  # summed at a time: little memory, which costs more to come by than to fill
_FEW = 0.15  # share of a window below which its mean says nothing


def local_mean(values: Values, size: int) -> Values:
    """Mean of each window of `size` by `size` pixels, those at the edges repeated beyond them; float32, shape (H, W).

    To the last bit what `scipy.ndimage.uniform_filter` gives, which takes three times as long down the columns as along
    the rows: here whole rows are added.
    """
    mean: Values = ndimage.uniform_filter1d(_mean_down(values, size), size, axis=1, mode="nearest")
    return mean


def _mean_down(values: Values, size: int) -> Values:
    """Mean of each pixel with those above and below it; running sums in double precision, as scipy makes them."""
    last, above = len(values) - 1, size // 2
    rows = np.arange(len(values))
    entering, leaving = np.minimum(rows + size - 1 - above, last), np.maximum(rows - 1 - above, 0)
    means, total = np.empty_like(values), 0.0
    for start in range(0, len(values), _ROWS):
        some = slice(start, start + _ROWS)
        sums = np.subtract(values[entering[some]], values[leaving[some]], dtype=np.float64)
        if not start:
            sums[0] = np.add.accumulate(values[np.clip(np.arange(size) - above, 0, last)], dtype=np.float64)[-1]
        for row in sums:
            row += total  # noqa: PLW2901  in place
            total = row
        np.divide(sums, size, out=means[some], casting="same_kind")
    return means


def local_deviation(values: Values, mean: Values, size: int) -> Values:
    """Standard deviation of each window, given its mean; float32, shape (H, W)."""
    return np.sqrt(np.maximum(local_mean(values * values, size) - mean * mean, 0.0))


def mean_over(values: Values, where: NDArray[np.bool_], size: int) -> Values:
    """Mean of each window over the pixels of `where`; plus infinity where the window has few of them."""
    share = local_mean(where.astype(np.float32), size)
    total = local_mean(np.where(where, values, np.float32(0.0)), size)
    return np.where(share > _FEW, total / np.maximum(share, _FEW), np.float32(np.inf))


def local_range(values: Values, where: NDArray[np.bool_], size: int) -> Values:
    """Largest less least value of each window, of an odd size, over the pixels of `where`; 0 where there are none."""
    most = spread(np.where(where, values, np.float32(-np.inf)), size // 2, np.maximum)
    least = spread(np.where(where, values, np.float32(np.inf)), size // 2, np.minimum)
    found: Values = np.where(np.isfinite(most), most - least, np.float32(0.0))
    return found
