"""From stored values to what a network sees, the same way in training and in use.

Nothing here may follow values that embedding or padding can move: CT goes through fixed Hounsfield windows, everything
else through two percentiles of the pixels that are no padding. The upper one lies inside the body, which embedding
never touches; the lower one lies in air and can move by no more than the change of a single pixel.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["SIDE", "Prepared", "air_level", "channels", "hounsfield", "prepare", "resize", "unit_range"]

_NAME = "Hounsfield units"

SIDE = 256
"""Rows and columns of the square that the network sees, unless its card says otherwise."""

_AIR, _DENSE = -1000.0, 600.0
# A CT whose darkest pixels are denser than this shows no air, or its rescale does not give Hounsfield units.
_SURELY_NOT_AIR, _LIGHT = -300.0, 0.1  # HU, percentile
_LOW_PERCENTILE, _HIGH_PERCENTILE = 1.0, 99.0
_ABOUT_ZERO = 0.25  # of the bright level; planes that are offset as a whole lie much lower


@dataclass(frozen=True)
class Prepared:
    """What the network sees of a plane.

    Attributes
    ----------
    image : ndarray of float32, shape (3, side, side)
        Channels in [0, 1]; the plane lies in the upper left corner, the rest is 0.
    content : tuple of (int, int)
        Rows and columns of the square that hold the plane.
    """

    image: NDArray[np.float32]
    content: tuple[int, int]


def hounsfield(plane: Plane) -> NDArray[np.float32] | None:
    """Give the plane in Hounsfield units where it can be trusted to be in them.

    Returns
    -------
    ndarray of float32, shape (H, W), or None
        None for another modality, and for CT that shows nothing as light as air or lung.
    """
    if plane.modality != "CT":
        return None
    if _NAME not in plane.known:
        plane.known[_NAME] = _trusted(plane)
    return plane.known[_NAME] if plane.known[_NAME].size else None


def _trusted(plane: Plane) -> NDArray[np.float32]:
    """Hounsfield units (H, W), not to be written to; of size 0 where they cannot be trusted."""
    values: NDArray[np.float32] = plane.pixels.astype(np.float32) * np.float32(plane.slope) + np.float32(
        plane.intercept
    )
    if not _shows_air(values, ~plane.padding_mask):
        return np.zeros((0, 0), dtype=np.float32)
    values.setflags(write=False)
    return values


def _shows_air(values: NDArray[np.float32], inside: NDArray[np.bool_]) -> bool:
    """Tell whether the 1000th part of the values is as light as air or lung; counted, which is quicker than sorted."""
    count = np.count_nonzero(inside)
    if not count:
        return False
    light = np.count_nonzero((values <= _SURELY_NOT_AIR) & inside)
    below = int((count - 1) * _LIGHT / 100)  # the percentile lies between this value and the next one
    if below < light < below + 2:
        return float(np.percentile(values[inside], _LIGHT)) <= _SURELY_NOT_AIR
    return bool(light > below)


def _about_zero(low: float, high: float) -> bool:
    """Tell whether the values below zero are small beside bright ones: noise about zero."""
    return -_ABOUT_ZERO * high < low < 0


def air_level(inside: NDArray[np.float32]) -> float:
    """Give the level of air among grey values with air dark.

    It is the least value; but where air is 0 and values are signed, what is embedded there makes some of them negative,
    and the level stays 0.

    Parameters
    ----------
    inside : ndarray of float32, shape (N,)
        One or more values that are no padding.
    """
    least = float(inside.min())
    if least >= 0:
        return least
    low, high = (float(value) for value in np.percentile(inside, (_LOW_PERCENTILE, _HIGH_PERCENTILE)))
    return 0.0 if low == 0 or _about_zero(low, high) else least


def unit_range(plane: Plane) -> NDArray[np.float32]:
    """Map stored values to [0, 1], air dark; float32, shape (H, W).

    CT: -1000 to 600 Hounsfield units. Everything else: 1st to 99th percentile of the pixels that are no padding, turned
    round for MONOCHROME1 unless a negative slope has done so already. Padding becomes 0.
    """
    units = hounsfield(plane)
    if units is not None:
        values, low, high = units, _AIR, _DENSE
    else:
        values = plane.pixels.astype(np.float32)
        if plane.inverted or plane.slope < 0:
            values = -values
        inside = values[~plane.padding_mask]
        if inside.size == 0:
            return np.zeros(plane.shape, dtype=np.float32)
        low, high = (float(value) for value in np.percentile(inside, (_LOW_PERCENTILE, _HIGH_PERCENTILE)))
        if _about_zero(low, high):
            low = 0.0
    scaled: NDArray[np.float32] = np.clip((values - low) / max(high - low, 1e-6), 0.0, 1.0).astype(np.float32)
    scaled[plane.padding_mask] = 0.0
    return scaled


@functools.lru_cache(maxsize=32)
def _resampling(source: int, target: int) -> sparse.csr_array:
    """Give the matrix of an antialiased linear resampling; float32, shape (target, source), rows sum to 1.

    It is sparse: that is quicker, and dense products take many times longer where other work keeps the cores busy.
    """
    step = source / target
    support = max(step, 1.0)
    centres = (np.arange(target) + 0.5) * step - 0.5
    distance = np.abs(np.arange(source)[None, :] - centres[:, None]) / support
    weights = np.maximum(1.0 - distance, 0.0)
    return sparse.csr_array((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))


def resize(image: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    """Resample an image without aliasing; float32, shape (rows, columns)."""
    lower = _resampling(image.shape[0], rows) @ image
    resized: NDArray[np.float32] = np.ascontiguousarray((_resampling(image.shape[1], columns) @ lower.T).T)
    return resized


def channels(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Show one image three ways: as it is, its square root, and its dark fifth alone.

    Parameters
    ----------
    image : ndarray of float32, shape (H, W), in [0, 1]

    Returns
    -------
    ndarray of float32, shape (3, H, W), in [0, 1]
    """
    return np.stack([image, np.sqrt(image), np.minimum(5.0 * image, 1.0)]).astype(np.float32)


def prepare(plane: Plane, side: int = SIDE, shown: NDArray[np.bool_] | None = None) -> Prepared:
    """Make the network's input from a plane.

    Parameters
    ----------
    plane : Plane
    side : int
        Rows and columns of the square.
    shown : ndarray of bool, shape (H, W), optional
        What the network may see; the rest is black. None for everything.
    """
    image = unit_range(plane)
    if shown is not None:
        image *= shown
    scale = side / max(plane.shape)
    rows, columns = (max(1, round(extent * scale)) for extent in plane.shape)
    square = np.zeros((side, side), dtype=np.float32)
    square[:rows, :columns] = np.clip(resize(image, rows, columns), 0.0, 1.0)
    return Prepared(channels(square), (rows, columns))
