"""What a change by one level costs at each sample: little where the photograph is busy in all directions.

The order is that of HILL (B. Li, M. Wang, J. Huang and X. Li, IEEE ICIP 2014): a high-pass filter leaves the residual,
its mean magnitude is low where the photograph can be foretold, and the reciprocal is spread around. How far costs
differ is chosen here: the further, the more changes are made, if in better places. Costs are the sender's choice
alone; who reads does not need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter

from StegoMedLib.photo.trellis import DEAREST

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MIDDLE", "calmness", "contrast_for", "costs_of"]

MIDDLE = 16
"""Cost at the sample in the middle of them all: costs are whole numbers, and range from a sixteenth of it on."""

_LOW_PASS, _SPREAD = 3, 15
_CALM = 0.25
"""Mean residual, in levels, below which calmer places are no dearer."""

_CONTRASTS = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15)
_MORE_CHANGES = 1.08
"""Changes that are accepted for being in better places, over the fewest that would do: 0.33 dB."""
_LOOKED_AT = 2048
_HALVINGS = 24


def calmness(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How calm the photograph is around each pixel: 1 for the one in the middle of all, more where it is calmer.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, C)

    Returns
    -------
    ndarray of float32, shape (H, W)
        Of all channels together: they are busy in the same places.
    """
    magnitude = np.zeros(pixels.shape[:2], dtype=np.float32)
    for channel in range(pixels.shape[2]):
        magnitude += np.abs(_curvature(_curvature(pixels[..., channel].astype(np.float32)).T)).T
    mean = uniform_filter(magnitude, _LOW_PASS, mode="mirror") / np.float32(pixels.shape[2])
    found = uniform_filter(1 / (mean + np.float32(_CALM)), _SPREAD, mode="mirror")
    return np.asarray(found / np.median(found[::4, ::4]), dtype=np.float32)


def costs_of(calm: NDArray[np.float32], contrast: float) -> NDArray[np.int16]:
    """Costs of a change by one.

    Parameters
    ----------
    calm : ndarray of float32
        As `calmness` gives it.
    contrast : float
        Exponent: 0 makes all equal, which needs the fewest changes.

    Returns
    -------
    ndarray of int16, of the same shape
        1 to `DEAREST`.
    """
    if not contrast:
        return np.full(calm.shape, MIDDLE, dtype=np.int16)
    return np.asarray(np.clip(np.rint(MIDDLE * calm ** np.float32(contrast)), 1, DEAREST), dtype=np.int16)


def contrast_for(calm: NDArray[np.float32], bits: float) -> float:
    """The largest contrast by which hardly more changes are made than by equal costs.

    Counted for the best code that there could be: it changes a sample of cost c with the probability
    2 exp(-l c) / (1 + 2 exp(-l c)), with l so that the entropies add up to the message (J. Fridrich and T. Filler,
    SPIE 6505, 2007).

    Parameters
    ----------
    calm : ndarray of float32, shape (n,)
    bits : float
        Message bits a sample, below log2(3).
    """
    some = calm[:: max(1, calm.size // _LOOKED_AT)].astype(np.float64)
    fewest = _changes(np.ones_like(some), bits)
    fits = (each for each in _CONTRASTS if _changes(some**each, bits) <= _MORE_CHANGES * fewest)
    return next(fits, 0.0)


def _changes(costs: NDArray[np.float64], bits: float) -> float:
    """Changes a sample."""
    low, high = 0.0, 64.0 / float(costs.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        chance = _chances(costs, middle)
        if _entropy(chance) > bits:
            low = middle
        else:
            high = middle
    return float(_chances(costs, low).mean())


def _chances(costs: NDArray[np.float64], slope: float) -> NDArray[np.float64]:
    weight = 2 * np.exp(-slope * costs)
    return np.asarray(weight / (1 + weight))


def _entropy(chance: NDArray[np.float64]) -> float:
    """Mean entropy of samples that change by +1 or -1, with half that chance each, in bits."""
    safe = np.clip(chance, np.finfo(np.float64).tiny, 1 - np.finfo(np.float64).eps)
    return float((safe - safe * np.log2(safe) - (1 - safe) * np.log2(1 - safe)).mean())


def _curvature(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each value twice, less those above and below it; mirrored at the edges."""
    padded = np.pad(plane, ((1, 1), (0, 0)), mode="symmetric")
    return np.asarray(2 * plane - padded[:-2] - padded[2:], dtype=np.float32)
