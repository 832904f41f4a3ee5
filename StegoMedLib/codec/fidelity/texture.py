"""How busy a plane is around each pixel: a change among equal pixels shows, one among different ones does not.

This is the sender's choice alone. The receiver computes syndromes of whatever it gets, so texture, which embedding
changes, never has to be computed twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import morphological_gradient

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
    ranges = morphological_gradient(pixels, size=3, mode="nearest")
    return np.asarray(np.sum([split_blocks(ranges < least) for least in TIERS], axis=0), dtype=np.uint8)
