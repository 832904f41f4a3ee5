"""What makes the body in a plane itself: its fine structure, each place compared with what is around it.

Neither sender nor receiver knows where the body ends, and the robust profile has changed the air. So the plane is split
by its own values: what is above a threshold (N. Otsu, IEEE Trans. Syst. Man Cybern. 9(1), 1979) counts, what is below
counts nothing, be it air, marked air, padding or a part that somebody cut out. Averages run over what counts alone, so
that no outline of a body, a reconstruction circle or a cut shows in them: outlines are what bodies have in common.
An attack may tip the threshold from one gap between the plane's values to another, from air and tissue to tissue and
bone, say. So a receiver looks at the plane at three thresholds, one of which is the sender's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy.ndimage import uniform_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["FEATURES", "VIEWS", "features"]

Number = TypeVar("Number", bound=np.signedinteger)

_GRID = 64
FEATURES = _GRID * _GRID
"""Places of a plane, whatever its size."""

VIEWS = 3
"""Thresholds: of all values, of those above it, of those below."""

_NEAR, _AROUND = 3, 9
"""Sides of the windows that a place is compared with, and whose contrast it is measured by."""

_LEAST_CONTRAST = 0.1
"""Of the square of the plane's own contrast: where there is less around a place, it is noise."""

_BRIGHTEST = 2
"""Values beyond the mean of the upper ones count as if they were this much above it, in units of mean over threshold:
metal, and salt of salt and pepper."""

_SMOOTHEST_NOISE = 0.5
"""Mean square of differences between neighbours, over that of places drawn at random: noise has 1, a body much less."""


def features(pixels: NDArray[np.int32], views: int = VIEWS) -> NDArray[np.float32]:
    """Features of a plane, seen at three thresholds, the sender's first.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
        Cover or stego, attacked or not; stored values of at most 16 bits.
    views : int
        How many of the thresholds; a sender needs the first alone.

    Returns
    -------
    ndarray of float32, shape (views, 4096)
        Of the places of a grid of 64 x 64, row by row. All zero where there is no body to be seen: in a constant plane,
        or in one of noise.
    """
    places = _Places(pixels.shape)
    means = places.summed(pixels) // places.area
    found = np.zeros((views, FEATURES), dtype=np.float32)
    for row, (threshold, upper) in zip(range(views), _levels(means), strict=False):
        if upper > threshold:
            found[row] = _structure(pixels, threshold, upper, places).ravel()
    return found


class _Places:
    """The grid on a plane of `shape`: place i of a side of n pixels has those from i n // 64 on, at least one.

    Attributes
    ----------
    area : ndarray of int64, shape (64, 64)
        Pixels of each place.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        bounds = [np.arange(_GRID + 1) * length // _GRID for length in shape]
        self._starts = [bound[:-1] for bound in bounds]
        self._lengths = [np.maximum(np.diff(bound), 1) for bound in bounds]
        self.area = np.multiply.outer(*self._lengths)

    def summed(self, values: NDArray[np.int32]) -> NDArray[np.int64]:
        """Sums of a plane (H, W) over the places; int64, shape (64, 64)."""
        down = self._runs(values, 0)  # at most 1,024 rows of values below 2^18 each: 32 bits hold that
        return self._runs(down.T.astype(np.int64, order="C"), 1).T

    def _runs(self, values: NDArray[Number], axis: int) -> NDArray[Number]:
        """Sums over the rows of each place of one side; shape (64, columns)."""
        starts, lengths = self._starts[axis], self._lengths[axis]
        steps = np.arange(lengths.max())
        rows = values[np.minimum(starts[:, None] + steps, len(values) - 1)]
        rows[steps >= lengths[:, None]] = 0
        found: NDArray[Number] = rows.sum(axis=1, dtype=values.dtype)
        return found


def _levels(means: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Each view's threshold and the mean of what lies above it; equal where there is nothing to divide."""
    whole = _otsu(means)
    for part in (means, means[means > whole], means[means <= whole]):
        threshold = _otsu(part)
        above = means[means > threshold]
        yield threshold, int(above.sum()) // above.size if above.size else threshold


def _otsu(values: NDArray[np.int64]) -> int:
    """Threshold that parts values into the two classes whose means differ most for their sizes; the largest if none."""
    ordered = np.sort(values, axis=None)
    if ordered.size == 0 or ordered[0] == ordered[-1]:
        return int(ordered[-1]) if ordered.size else 0
    below = np.arange(1, ordered.size)
    sums = np.cumsum(ordered - ordered[0])
    lower, upper = sums[:-1] / below, (sums[-1] - sums[:-1]) / (ordered.size - below)
    best = int((below * (ordered.size - below) * (upper - lower) ** 2).argmax())
    return int(ordered[best] + ordered[best + 1]) // 2


def _structure(
    pixels: NDArray[np.int32],
    threshold: int,
    upper: int,
    places: _Places,
) -> NDArray[np.float64]:
    """How each place differs from what is around it, in units of what places around it differ by; shape (64, 64)."""
    most = upper + _BRIGHTEST * (upper - threshold)
    excess = np.clip(pixels, threshold, most) - threshold
    share = places.summed((excess > 0).astype(np.int32)) / places.area
    lifted = places.summed(excess) / (places.area * (upper - threshold))
    if _noisy(lifted):
        return np.zeros(share.shape)
    own = lifted - share * _quotient(_window(lifted, _NEAR), _window(share, _NEAR))
    square = own * own
    contrast = (
        _quotient(_window(square, _AROUND), _window(share, _AROUND)) + _LEAST_CONTRAST * square.sum() / share.sum()
    )
    return _quotient(own, np.sqrt(np.maximum(contrast, 0)))


def _window(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Means over windows of `side` x `side` places; beyond the border there is nothing."""
    found: NDArray[np.float64] = uniform_filter(values, side, mode="constant")
    return found


def _quotient(values: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(values, by, out=np.zeros_like(values), where=by > 0)


def _noisy(values: NDArray[np.float64]) -> bool:
    """Whether neighbours are no more alike than places at random."""
    spread = 2 * float(values.var())
    steps = [float(np.mean(np.diff(values, axis=axis) ** 2)) for axis in (0, 1)]
    return sum(steps) / 2 >= _SMOOTHEST_NOISE * spread
