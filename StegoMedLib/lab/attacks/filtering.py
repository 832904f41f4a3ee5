"""Filters that smooth the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter, median_filter

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["blur", "median"]


def median(plane: Plane, level: float, rng: Generator) -> NDArray[np.int32]:
    """Median of a window of `level` x `level` pixels."""
    del rng
    return np.asarray(median_filter(plane.pixels, size=int(level), mode="nearest"), dtype=np.int32)


def blur(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """Gaussian low-pass with a standard deviation of `level` pixels."""
    del rng
    return np.asarray(gaussian_filter(plane.pixels.astype(np.float64), level, mode="nearest"), dtype=np.float64)
