"""Statistics of the neighbourhoods of all pixels of a plane at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float32]

__all__ = ["local_deviation", "local_mean", "local_range", "mean_over"]

_FEW = 0.15  # share of a window below which its mean says nothing


def local_mean(values: Values, size: int) -> Values:
    """Mean of each window of `size` by `size` pixels; float32, shape (H, W)."""
    mean: Values = ndimage.uniform_filter(values, size, mode="nearest")
    return mean


def local_deviation(values: Values, mean: Values, size: int) -> Values:
    """Standard deviation of each window, given its mean; float32, shape (H, W)."""
    return np.sqrt(np.maximum(local_mean(values * values, size) - mean * mean, 0.0))


def mean_over(values: Values, where: NDArray[np.bool_], size: int) -> Values:
    """Mean of each window over the pixels of `where`; plus infinity where the window has few of them."""
    share = local_mean(where.astype(np.float32), size)
    total = local_mean(np.where(where, values, np.float32(0.0)), size)
    return np.where(share > _FEW, total / np.maximum(share, _FEW), np.float32(np.inf))


def local_range(values: Values, where: NDArray[np.bool_], size: int) -> Values:
    """Largest less least value of each window over the pixels of `where`; 0 where there are none."""
    most = ndimage.maximum_filter(np.where(where, values, np.float32(-np.inf)), size, mode="nearest")
    least = ndimage.minimum_filter(np.where(where, values, np.float32(np.inf)), size, mode="nearest")
    found: Values = np.where(np.isfinite(most), most - least, np.float32(0.0))
    return found
