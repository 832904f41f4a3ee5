"""How alike two 8-bit images are, colour or grey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.metrics.similarity import similarity

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["psnr", "ssim"]

_PEAK = 255.0


def psnr(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float | None:
    """Peak signal-to-noise ratio in dB with a peak of 255; None for equal images."""
    error = float(np.mean((one.astype(np.float64) - two) ** 2))
    return 10 * math.log10(_PEAK**2 / error) if error else None


def ssim(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    """Mean structural similarity over windows of 7 x 7 and a range of 255, and over colours where there are some.

    Parameters
    ----------
    one, two : ndarray of uint8, shape (H, W) or (H, W, C)
        Of seven rows and columns or more.
    """
    planes = [np.atleast_3d(each).astype(np.int32) for each in (one, two)]
    colours = range(planes[0].shape[2])
    return float(np.mean([similarity(planes[0][:, :, each], planes[1][:, :, each], _PEAK) for each in colours]))
