"""What the patient is on both sides of, what is cut open, and where no skin parts the body from the dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from StegoMedLib.regions.morphology import grow
from StegoMedLib.regions.parts import Parts
from StegoMedLib.regions.view import rim_of_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = ["Opening", "between", "fading", "open_to_outside"]

_COARSE = 2  # pixels of the grid on which the nearest piece of skin is looked for
_CORNERS = 3
_GAP = 0.03  # of a side: half of what may interrupt a piece along it
_PART = 0.5  # of what a piece needs of a side, gaps included, that it has without them
_GHOST = 4  # pixels on both sides of a streak that does not part two pieces of air
_BESIDE_BORDER = 3  # pixels; nearer to it images often have a rim of their own


def between(body: Mask) -> Mask:
    """Mark what has the body on both sides: its convex hull; bool, shape (H, W).

    In a plane every point of the convex hull of a connected set lies on a straight line between two points of the set,
    so that whatever a border, a circle or a gap opens between parts of the body lies in it.

    Parameters
    ----------
    body : ndarray of bool, shape (H, W)
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
    side : float
        Least share of one side of the field of view that it takes: what a window between parts of the body shows of the
        outside, or of what looks like it, takes less.
    """

    size: float
    inside: float
    sure: float = 0.0
    side: float = 0.0


def open_to_outside(air: Mask, measured: Mask, hull: Mask, sure: Mask, limits: Opening) -> Mask:
    """Keep connected pieces of air that reach the rim of the field of view and pass `limits`; bool, shape (H, W).

    Parameters
    ----------
    air, measured, hull, sure : ndarray of bool, shape (H, W)
        What looks like air, the field of view, what lies between parts of the body, air beyond doubt.
    limits : Opening
    """
    pieces = Parts(air)
    kept = (pieces.sizes >= limits.size * air.size) & (pieces.counts(rim_of_view(measured) & air) > 0)
    kept &= pieces.counts(hull & air) <= limits.inside * pieces.sizes
    if limits.sure:
        kept &= pieces.counts(sure & air) >= limits.sure * pieces.sizes
    outside = pieces.drawn(kept)
    return outside & _open_to_a_side(air, measured, limits.side) if limits.side else outside


def _open_to_a_side(air: Mask, measured: Mask, least: float) -> Mask:
    """Mark pieces that take enough of one side of the field of view's box; streaks of ghosts do not part them."""
    rows, columns = np.flatnonzero(measured.any(axis=1)), np.flatnonzero(measured.any(axis=0))
    if not rows.size:
        return air
    labels, count = ndimage.label(grow(air, _GHOST))
    box = np.where(air, labels, 0)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    deep = min(_BESIDE_BORDER, (min(box.shape) - 1) // 2)
    wide = np.zeros(count + 1, dtype=np.bool_)
    for side in (box[deep], box[-1 - deep], box[:, deep], box[:, -1 - deep]):
        shares = np.bincount(side, minlength=count + 1) / side.size
        for piece in np.flatnonzero(shares[1:] >= _PART * least) + 1:
            wide[piece] |= float(_without_gaps(side == piece).mean()) >= least
    opened: Mask = air & wide[labels]
    return opened


def _without_gaps(line: Mask) -> Mask:
    """Close the gaps in a line that are no wider than twice `_GAP` of it; bool, shape (N,)."""
    gap = max(1, round(_GAP * line.size))
    closed: Mask = ndimage.binary_closing(np.pad(line, gap), iterations=gap)[gap:-gap]
    return closed


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
    outline = core & grow(~core, 1)
    outline[[0, -1]] = False  # there the image ends, not the body
    outline[:, [0, -1]] = False
    ended = grow(dark, reach)
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
    fine: Mask = faded.repeat(_COARSE, axis=0).repeat(_COARSE, axis=1)[: core.shape[0], : core.shape[1]]
    return fine
