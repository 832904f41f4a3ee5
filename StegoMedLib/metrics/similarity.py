"""Structural similarity of a plane and its cover, worked out only where something changed.

A window without a changed pixel is as similar to itself as can be: 1. Few pixels change, and sums of integers over all
windows cost little and are exact in any order; divisions and products of fractions are left for the windows that hold
a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WINDOW", "similarity"]

WINDOW = 7
"""Pixels on a side of a window."""

_INSIDE = WINDOW * WINDOW

_ROWS = 96
"""Windows down that are worked out at a time: sums stay in the cache."""

_MEANS, _CONTRASTS = 0.01, 0.03
"""K1 and K2 of Wang et al., shares of the range."""


def similarity(cover: NDArray[np.int32], stego: NDArray[np.int32], span: float) -> float:
    """Mean structural similarity (Wang et al., IEEE Trans. Image Process. 13(4), 2004) over all windows of 7 x 7.

    It is that of ``skimage.metrics.structural_similarity`` as it comes: pixels of a window count alike, variances are
    those of a sample, and windows lie in the plane.

    Parameters
    ----------
    cover, stego : ndarray of int32, shape (H, W)
        Planes of seven rows and columns or more; stored values.
    span : float
        Range of values, above 0.
    """
    least, lost = int(cover.min()), 0.0
    for start in range(0, cover.shape[0] - WINDOW + 1, _ROWS):
        rows = slice(start, start + _ROWS + WINDOW - 1)
        lost += _lost(cover[rows], stego[rows], least, span)
    windows: int = (cover.shape[0] - WINDOW + 1) * (cover.shape[1] - WINDOW + 1)
    return 1.0 - lost / windows


def _lost(cover: NDArray[np.int32], stego: NDArray[np.int32], least: int, span: float) -> float:
    """What all windows of some rows lack of 1 together."""
    touched = np.flatnonzero(_over_windows((cover != stego).astype(np.uint8)))
    if not touched.size:
        return 0.0
    one, two = _from(cover, least), _from(stego, least)
    ones, twos, own, other, common = (
        _over_windows(each).ravel()[touched].astype(np.int64) for each in (one, two, one * one, two * two, one * two)
    )
    first, second = (_MEANS * span) ** 2, (_CONTRASTS * span) ** 2
    before, after = ones / _INSIDE + least, twos / _INSIDE + least
    alike = (2 * before * after + first) / (before * before + after * after + first)
    scale = 1.0 / (_INSIDE * (_INSIDE - 1))
    varied = (_INSIDE * (own + other) - ones * ones - twos * twos) * scale
    alike *= (2 * (_INSIDE * common - ones * twos) * scale + second) / (varied + second)
    return float((1.0 - alike).sum())


def _from(pixels: NDArray[np.int32], least: int) -> NDArray[Any]:
    """Values above the `least`, in as few bits as sums of their squares over a window take."""
    low, high = int(pixels.min()) - least, int(pixels.max()) - least
    narrow = _INSIDE * max(low * low, high * high) <= np.iinfo(np.int32).max
    return np.subtract(pixels, least, dtype=np.int32 if narrow else np.int64)


def _over_windows(values: NDArray[Any]) -> NDArray[Any]:
    """Sums over all windows of `values` (H, W), of their type; shape (H - 6, W - 6)."""
    for _ in range(2):
        along = values.T
        two = along[:-1] + along[1:]
        values = two[:-5] + two[2:-3]
        values += two[4:-1]
        values += along[6:]
    return values
