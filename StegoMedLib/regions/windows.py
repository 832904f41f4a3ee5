"""Statistics of the neighbourhoods of all pixels of a plane at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.morphology import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Values = NDArray[np.float32]
    Whole = NDArray[np.int32]

__all__ = ["local_deviation", "local_mean", "local_range", "mean_over", "whole"]

_ROWS = 32  # summed at a time: little memory, which costs more to come by than to fill
_FEW = 0.15  # share of a window below which its mean says nothing
_SMALL_WINDOW = 127  # so many whole numbers add up in 24 bits, which a float32 has, and so many ones in 8
_LARGEST_WHOLE = 1 << 17


def whole(values: Values) -> Whole | Values:
    """The same as integers where all of them are whole numbers of stored size, whose sums are quick; shape (H, W)."""
    if not values.size or not max(-float(values.min()), float(values.max())) <= _LARGEST_WHOLE:
        return values
    integers = values.astype(np.int32)
    return integers if np.array_equal(integers, values) else values


def local_mean(values: Values | Whole | Mask, size: int) -> Values:
    """Mean of each window of `size` by `size` pixels, those at the edges repeated beyond them; float32, shape (H, W).

    To the last bit what `scipy.ndimage.uniform_filter` gives for float32, which takes three times as long down the
    columns as along the rows: here whole rows are added.

    Parameters
    ----------
    values : ndarray of float32, bool, or int32 as of `whole`, shape (H, W)
    size : int
    """
    quick = values.dtype.kind != "f" and size <= _SMALL_WINDOW
    down = (
        _sums_down(values, size) / np.float32(size)
        if quick
        else _mean_down(values.astype(np.float32, copy=False), size)
    )
    mean: Values = ndimage.uniform_filter1d(down, size, axis=1, mode="nearest")
    return mean


def _sums_down(values: Values | Whole | Mask, size: int) -> Values:
    """Sum of each pixel with those above and below it, by sums of two, four, eight rows; as float32."""
    height, above = len(values), size // 2
    rows = np.clip(np.arange(-above, height + size - 1 - above), 0, height - 1)
    runs = (values.view(np.uint8) if values.dtype == np.bool_ else values)[rows]
    found, first, length = np.zeros_like(runs[:height]), 0, 1
    while True:
        if size & length:
            found += runs[first : first + height]
            first += length
        if 2 * length > size:
            return found.astype(np.float32)
        runs, length = runs[:-length] + runs[length:], 2 * length


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


def mean_over(values: Values | Whole, where: Mask, size: int) -> Values:
    """Mean of each window over the pixels of `where`; plus infinity where the window has few of them."""
    share = local_mean(where, size)
    total = local_mean(np.where(where, values, values.dtype.type(0)), size)
    found: Values = np.divide(total, share, out=np.full_like(total, np.inf), where=share > _FEW)
    return found


def local_range(values: Values, where: Mask, size: int) -> Values:
    """Largest less least value of each window, of an odd size, over the pixels of `where`; 0 where there are none."""
    most = spread(np.where(where, values, np.float32(-np.inf)), size // 2, np.maximum)
    least = spread(np.where(where, values, np.float32(np.inf)), size // 2, np.minimum)
    found: Values = np.where(np.isfinite(most), most - least, np.float32(0.0))
    return found
