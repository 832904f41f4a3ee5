"""How busy a plane is around each pixel: a change among equal pixels shows, one among different ones does not.

This is the sender's choice alone. The receiver computes syndromes of whatever it gets, so texture, which embedding
changes, never has to be computed twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import split_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TIERS", "tiers"]

TIERS = (4, 1)
"""Grey levels from the least to the largest of the 3x3 pixels around one, from which a tier takes it."""


def tiers(pixels: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Tier of every pixel in its block: 0 is the busiest, ``len(TIERS)`` what is left.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)

    Returns
    -------
    ndarray of uint8, shape (N, 16)
        Blocks as `split_blocks` gives them.
    """
    low, high = (int(pixels.min()), int(pixels.max())) if pixels.size else (0, 0)
    values = (pixels - low).astype(np.uint16) if high - low <= np.iinfo(np.uint16).max else pixels
    ranges = _nearby(values, np.maximum) - _nearby(values, np.minimum)
    found = np.zeros(pixels.shape, dtype=np.uint8)
    for least in TIERS:
        found += ranges < least
    return np.asarray(split_blocks(found), dtype=np.uint8)


def _nearby(pixels: NDArray[Any], choose: Any) -> NDArray[Any]:  # noqa: ANN401  a NumPy ufunc
    """Maximum or minimum of the 3x3 pixels around each, at the edges of those there are.

    Far faster than `scipy.ndimage.morphological_gradient`, which takes longer than all the rest of a slice.
    """
    return _along(_along(pixels, choose).T, choose).T


def _along(pixels: NDArray[Any], choose: Any) -> NDArray[Any]:  # noqa: ANN401
    """Maximum or minimum of each pixel and those above and below it."""
    down = pixels.copy(order="K")
    choose(down[1:], pixels[:-1], out=down[1:])
    choose(down[:-1], pixels[1:], out=down[:-1])
    return down
