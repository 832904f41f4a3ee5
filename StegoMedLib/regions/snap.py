"""Snaps a network's outline to the edge of the tissue.

A network that sees a plane at 256 x 256 knows what is body and what is a couch, but its outline is only good to a few
pixels. The grey values know the edge to a pixel, but not whose edge it is. So in a band on both sides of the network's
outline grey values decide; deep inside it and far outside it the network does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.regions.morphology import fill_to_border, grow, radius_in, shrink
from StegoMedLib.regions.tissue import Contrast, thin_radius

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["snap"]

# The band's reach outwards and inwards, in pixels per 512 of the longer side; chosen on the training and validation
# series. CT has couches outside, MR does not, and a scalp may lie there beyond a skull that is as dark as air.
_BAND_CT, _BAND_MR = (20.0, 16.0), (40.0, 10.0)


def snap(plane: Plane, seen: Contrast, body: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Move the outline of a mask to the edge of the tissue near by.

    Parameters
    ----------
    plane : Plane
    seen : Contrast
        Of the same plane.
    body : ndarray of bool, shape (H, W)
        What a network takes for the body.

    Returns
    -------
    ndarray of bool, shape (H, W)
        Holes filled. All False where `body` is.
    """
    if not body.any():
        return body
    outwards, inwards = (radius_in(plane.shape, reach, 2) for reach in (_BAND_CT if seen.computed else _BAND_MR))
    core = shrink(body, inwards)
    dense = seen.dense & ~plane.padding_mask
    near = fill_to_border((dense & grow(body, outwards)) | core)
    # Opened: what is thinner than any body goes, unless it lies deep inside the network's mask.
    radius = thin_radius(seen)
    return fill_to_border((grow(shrink(near, radius), radius + 1) & near) | core)
