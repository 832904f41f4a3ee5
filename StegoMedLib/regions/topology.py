"""What the patient is on both sides of, what is cut open, and where no skin parts the body from the dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from StegoMedLib.regions.morphology import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = ["Opening", "between", "fading", "open_to_outside"]

_COARSE = 2  # pixels of the grid on which the nearest piece of skin is looked for
_CORNERS = 3


def between(body: Mask) -> Mask:
    """Mark what has the body on both sides: its convex hull.

    In a plane every point of the convex hull of a connected set lies on a straight line between two points of the set,
    so that whatever a border, a circle or a gap opens between parts of the body lies in it.

    Parameters
    ----------
    body : ndarray of bool, shape (H, W)

    Returns
    -------
    ndarray of bool, shape (H, W)
    """
    rows = np.flatnonzero(body.any(axis=1))
    if not rows.size:
        return body.copy()
    first, last = body[rows].argmax(axis=1), body.shape[1] - 1 - body[rows, ::-1].argmax(axis=1)
    points = np.concatenate([np.stack([first, rows], axis=1), np.stack([last, rows], axis=1)])
    try:
        corners = points[ConvexHull(points).vertices]
    except QhullError:  # all on one line
        return body.copy()
    if len(corners) < _CORNERS:
        return body.copy()
    picture = Image.new("1", body.shape[::-1])
    ImageDraw.Draw(picture).polygon([(int(x), int(y)) for x, y in corners], fill=1, outline=1)
    hull: Mask = np.asarray(picture, dtype=np.bool_) | body
    return hull


@dataclass(frozen=True)
class Opening:
    """What a connected piece of air must have to belong to the outside.

    Attributes
    ----------
    size : float
        Least share of the plane that it takes.
    inside : float
        Largest share of it that may lie between parts of the body: gas that is cut open lies there for the most part,
        the air around a body next to never.
    sure : float
        Least share of it that is air beyond doubt.
    """

    size: float
    inside: float
    sure: float = 0.0


def open_to_outside(air: Mask, rim: Mask, hull: Mask, sure: Mask, limits: Opening) -> Mask:
    """Keep the connected pieces of what looks like air that reach the rim of the field of view and pass `limits`.

    Parameters
    ----------
    air, rim, hull, sure : ndarray of bool, shape (H, W)
        What looks like air, the rim of the field of view, what lies between parts of the body, air beyond doubt.
    limits : Opening

    Returns
    -------
    ndarray of bool, shape (H, W)
    """
    labels, count = ndimage.label(air)
    size, reached, within, certain = (
        np.bincount(labels[part], minlength=count + 1) for part in (air, rim & air, hull & air, sure & air)
    )
    kept = (size >= limits.size * air.size) & (reached > 0)
    kept &= (within <= limits.inside * size) & (certain >= limits.sure * size)
    kept[0] = False
    outside: Mask = kept[labels]
    return outside


def fading(core: Mask, dark: Mask, reach: int) -> Mask:
    """Mark what lies nearest to a stretch of the body's outline from which the signal fades instead of ending.

    Skin ends within some pixels. Where a coil sees less and less, the body goes on beyond the outline of its bright
    part, down to the noise, and nothing says where it ends: what is nearest to such a stretch may be the body.

    Parameters
    ----------
    core, dark : ndarray of bool, shape (H, W)
        The body's bright part, and what is as dark as air.
    reach : int
        Pixels within which a skin ends.

    Returns
    -------
    ndarray of bool, shape (H, W)
    """
    outline = core & spread(~core, 1)
    outline[[0, -1]] = False  # there the image ends, not the body
    outline[:, [0, -1]] = False
    ended = spread(dark, reach)
    rows, columns = (_COARSE * (-(-extent // _COARSE)) for extent in core.shape)

    def coarse(mask: Mask) -> Mask:
        whole = np.zeros((rows, columns), dtype=np.bool_)
        whole[: core.shape[0], : core.shape[1]] = mask
        return np.asarray(whole.reshape(rows // _COARSE, _COARSE, columns // _COARSE, _COARSE).any(axis=(1, 3)))

    stretches = coarse(outline)
    if not stretches.any():
        return np.zeros_like(core)
    nearest = ndimage.distance_transform_edt(~stretches, return_distances=False, return_indices=True)
    faded = coarse(outline & ~ended)[nearest[0], nearest[1]]
    return np.kron(faded, np.ones((_COARSE, _COARSE), dtype=np.bool_))[: core.shape[0], : core.shape[1]]
