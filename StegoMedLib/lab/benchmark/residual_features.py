"""Features that tell marked planes from unmarked ones: co-occurrences of truncated noise residuals.

A compact form of the spatial rich model (J. Fridrich and J. Kodovsky, IEEE TIFS 7(3), 2012). A residual is what a
high-pass filter leaves of the plane; it is quantised, truncated to -2 .. 2, and the joint histogram of four neighbours
is counted, along the filter and across it. Histograms are symmetrised: a pattern, its negative and its mirror image are
one. What is random in a plane stays in these histograms, what is content mostly does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["FEATURES", "residual_features"]

_TRUNCATION = 2
_ORDER = 4
_BASE = 2 * _TRUNCATION + 1

_FILTERS: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...] = (
    ((-1, 1), (1.0,)),
    ((1, -2, 1), (1.0, 2.0)),
    ((1, -3, 3, -1), (1.0, 3.0)),
)
"""Differences of first to third order along a line, and the steps by which each is quantised."""

_SQUARE_STEPS = (1.0, 4.0)
"""Steps for the 3x3 filter (-1 2 -1; 2 -4 2; -1 2 -1), the second difference both ways."""


def residual_features(pixels: NDArray[np.int32], region: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Features of the part of a plane that lies in `region`.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
    region : ndarray of bool, shape (H, W)
        Only residuals whose every pixel lies in it are counted.

    Returns
    -------
    ndarray of float64, shape (FEATURES,)
        Square roots of relative frequencies; zeros where the region holds no four neighbours.
    """
    return np.concatenate([_histogram(pairs) for pairs in _residuals(pixels, region)])


_Residual = tuple["NDArray[np.int16]", "NDArray[np.bool_]"]


def _residuals(pixels: NDArray[np.int32], region: NDArray[np.bool_]) -> Iterator[list[_Residual]]:
    """Truncated residuals with the places where they count, those of one histogram together.

    The plane and its transpose share a histogram: neighbours are then always neighbours in a row.
    """
    views = [(each.astype(np.float32), inside) for each, inside in ((pixels, region), (pixels.T, region.T))]
    for taps, steps in _FILTERS:
        found = [(_along(view, taps), _inside(inside, (1, len(taps)))) for view, inside in views]
        for step in steps:
            truncated = [(_truncate(residual, step), inside) for residual, inside in found]
            yield truncated
            yield [(residual.T, inside.T) for residual, inside in truncated]
    second = (1, -2, 1)
    square = [(-_along(_along(view, second).T, second).T, _inside(inside, (3, 3))) for view, inside in views]
    for step in _SQUARE_STEPS:
        yield [(_truncate(residual, step), inside) for residual, inside in square]


def _along(pixels: NDArray[np.float32], taps: tuple[int, ...]) -> NDArray[np.float32]:
    """Correlation with `taps` along rows, where they lie in the plane; shape (H, W - len(taps) + 1).

    Exact: stored values have 16 bits, the sums of their products with taps fewer than float32's 24.
    """
    width = pixels.shape[1] - len(taps) + 1
    total = np.zeros((pixels.shape[0], width), dtype=np.float32)
    for place, tap in enumerate(taps):
        total += tap * pixels[:, place : place + width]
    return total


def _inside(region: NDArray[np.bool_], window: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a window of that many rows and columns lies in the region."""
    rows, columns = (side - taken + 1 for side, taken in zip(region.shape, window, strict=True))
    whole = np.ones((rows, columns), dtype=np.bool_)
    for down, across in np.ndindex(*window):
        whole &= region[down : down + rows, across : across + columns]
    return whole


def _truncate(residual: NDArray[np.float32], step: float) -> NDArray[np.int16]:
    steps = np.rint(residual / np.float32(step))
    return np.asarray(np.clip(steps, -_TRUNCATION, _TRUNCATION), dtype=np.int16)


def _histogram(pairs: list[_Residual]) -> NDArray[np.float64]:
    """Symmetrised joint histogram of four neighbours in rows, as square roots of relative frequencies."""
    counts = np.zeros(_BASE**_ORDER)
    for residual, inside in pairs:
        width = residual.shape[1] - _ORDER + 1
        if width < 1:
            continue
        code = np.zeros((residual.shape[0], width), dtype=np.int16)
        whole = np.ones(code.shape, dtype=np.bool_)
        for place in range(_ORDER):
            code = _BASE * code + residual[:, place : place + width] + _TRUNCATION
            whole &= inside[:, place : place + width]
        counts += np.bincount(code[whole], minlength=counts.size)
    classes, number = _classes()
    merged = np.bincount(classes, weights=counts, minlength=number)
    return np.asarray(np.sqrt(merged / max(merged.sum(), 1.0)), dtype=np.float64)


@lru_cache(maxsize=1)
def _classes() -> tuple[NDArray[np.intp], int]:
    """Which of the symmetrised bins each of the ``5 ** 4`` patterns falls into, and how many there are."""
    digits = np.stack(np.unravel_index(np.arange(_BASE**_ORDER), (_BASE,) * _ORDER))
    weights = _BASE ** np.arange(_ORDER - 1, -1, -1)
    alike = [weights @ form for form in (digits, digits[::-1], _BASE - 1 - digits, (_BASE - 1 - digits)[::-1])]
    kinds, classes = np.unique(np.min(alike, axis=0), return_inverse=True)
    return np.asarray(classes, dtype=np.intp), int(kinds.size)


FEATURES = (2 * sum(len(steps) for _, steps in _FILTERS) + len(_SQUARE_STEPS)) * _classes()[1]
"""Number of features."""
