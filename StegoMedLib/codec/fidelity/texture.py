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
    ranges = split_blocks(_nearby(pixels, np.maximum) - _nearby(pixels, np.minimum)).astype(np.int32)
    return np.asarray(np.sum([ranges < least for least in TIERS], axis=0), dtype=np.uint8)


def _nearby(pixels: NDArray[np.int32], choose: Any) -> NDArray[np.int32]:  # noqa: ANN401  a NumPy ufunc
    """Maximum or minimum of the 3x3 pixels around each, at the edges of those there are.

    Eight times as fast as `scipy.ndimage.morphological_gradient`, which takes as long as all the rest of a slice.
    """
    down = pixels.copy()
    choose(down[1:], pixels[:-1], out=down[1:])
    choose(down[:-1], pixels[1:], out=down[:-1])
    both = down.copy()
    choose(both[:, 1:], down[:, :-1], out=both[:, 1:])
    choose(both[:, :-1], down[:, 1:], out=both[:, :-1])
    return both
