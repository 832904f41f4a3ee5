"""What must never be written, whatever a region finder says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import enclosed, fill_to_border, pockets, radius_in, spread
from StegoMedLib.regions.tissue import contrast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["BLOCK", "guard", "usable_blocks"]

BLOCK = 4
"""Rows and columns of a block."""

# Margins in pixels, per 512 pixels of the longer side. With 1 and 2, no reference pixel of any curated series lay
# outside the guard of the default finder's mask; with 2 and 1, two pixels of one slice did.
_MASK_MARGIN, _TISSUE_MARGIN, _LEAST_MARGIN = 3.0, 2.0, 2
# How far from the mask something dense may still be body that the mask missed, and close a bay of the outline together
# with it; farther away it is a couch (CT has them, MR does not show them).
_NEAR_CT, _NEAR_MR = 10.0, 32.0

# Gaps between body and the edge of the data, as shares of the plane, that are too small to be told from a blind spot.
_POCKET = 0.003


def guard(plane: Plane, significant: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the pixels that must never be written.

    They are the significant region with a margin, everything that looks like tissue with a smaller one, holes in these,
    bays of the outline that the body closes (a lung cut by the plane's border is one, the corner between body and couch
    is not), small gaps between all that and the edge of the data, and padding.

    Parameters
    ----------
    plane : Plane
    significant : ndarray of bool, shape (H, W)
        A finder's or a reviewer's mask.

    Returns
    -------
    ndarray of bool, shape (H, W)
    """
    seen = contrast(plane)
    tissue = seen.tissue & ~plane.padding_mask
    body = spread(significant, radius_in(plane.shape, _MASK_MARGIN, _LEAST_MARGIN))
    dense = spread(tissue, radius_in(plane.shape, _TISSUE_MARGIN, _LEAST_MARGIN))
    near = spread(significant, radius_in(plane.shape, _NEAR_CT if seen.computed else _NEAR_MR, _LEAST_MARGIN))
    closed = enclosed(body | (dense & near)) | fill_to_border(body | dense)
    return closed | pockets(closed, seen.flat, _POCKET * closed.size) | plane.padding_mask


def usable_blocks(plane: Plane, guarded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the blocks that hold no guarded pixel.

    Parameters
    ----------
    plane : Plane
    guarded : ndarray of bool, shape (H, W)

    Returns
    -------
    ndarray of bool, shape (H // BLOCK, W // BLOCK)
        Blocks lie on the image's own grid from its upper left pixel; an incomplete last row or column is left out.
    """
    rows, columns = (extent // BLOCK for extent in plane.shape)
    whole = guarded[: rows * BLOCK, : columns * BLOCK]
    return np.logical_not(whole.reshape(rows, BLOCK, columns, BLOCK).any(axis=(1, 3)))
