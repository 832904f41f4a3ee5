"""From boxes, scores and small masks in the network's square to a mask of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from StegoMedLib.regions.morphology import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from StegoMedLib.regions.prepare import Prepared

__all__ = ["Detections", "Thresholds", "paste", "paste_each"]

# A box that ends this near to the plane's border (in pixels of the square) is taken to reach it.
_AT_BORDER = 2.5


@dataclass(frozen=True)
class Detections:
    """What the network says of one image.

    Attributes
    ----------
    boxes, scores : ndarray of float32, shapes (N, 4) and (N,)
        Left, top, right and bottom in pixels of the square, and how sure the network is.
    masks : ndarray of float32, shape (N, M, M)
        Probability of body on a grid over each box.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    masks: NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """From which score a detection counts, and from which probability a pixel is body.

    The defaults were chosen on the validation series; rather too much body than too little.
    """

    score: float = 0.5
    mask: float = 0.4


def _interpolation(first: float, last: float, cells: int, length: int) -> tuple[slice, sparse.csr_array]:
    """Give the pixels that an interval touches and the matrix that interpolates its padded cells linearly there.

    The cells divide the interval evenly; one more cell lies outside on either side (index 0 and ``cells + 1``).
    """
    width = max(last - first, 1e-3) / cells
    start = int(np.clip(np.floor(first - width / 2), 0, length))
    stop = int(np.clip(np.ceil(last + width / 2), start, length))
    position = np.clip((np.arange(start, stop) + 0.5 - first) / width + 0.5, 0.0, cells + 1.0)
    cell = np.minimum(position.astype(np.intp), cells)
    weights = np.stack([cell + 1 - position, position - cell], axis=1).astype(np.float32)
    pairs = np.stack([cell, cell + 1], axis=1)
    ends = np.arange(0, pairs.size + 1, 2)
    return slice(start, stop), sparse.csr_array((weights.ravel(), pairs.ravel(), ends), shape=(len(cell), cells + 2))


def _extend(first: float, last: float, border: float) -> tuple[float, float, tuple[bool, bool]]:
    """Stretch an interval to the plane's border where it ends just short of it."""
    at = (first < _AT_BORDER, last > border - _AT_BORDER)
    return (0.0 if at[0] else first), (border if at[1] else last), at


def paste(found: Detections, prepared: Prepared, shape: tuple[int, int], limits: Thresholds) -> NDArray[np.bool_]:
    """Unite the detections in a mask of the plane, holes filled.

    Parameters
    ----------
    found : Detections
    prepared : Prepared
        Tells how the plane lies in the square.
    shape : tuple of (int, int)
        Rows and columns of the plane.
    limits : Thresholds

    Returns
    -------
    ndarray of bool, shape `shape`
        True on the body; all False where nothing scores high enough.
    """
    return paste_each(found, prepared, shape, [limits])[0]


def paste_each(
    found: Detections, prepared: Prepared, shape: tuple[int, int], limits: Sequence[Thresholds]
) -> list[NDArray[np.bool_]]:
    """Make a mask as `paste` does for each of several thresholds."""
    united = [np.zeros(shape, dtype=np.bool_) for _ in limits]
    for index in np.flatnonzero(found.scores >= min(each.score for each in limits)):
        rows, columns, body = _pasted(found.boxes[index], found.masks[index], prepared.content, shape)
        for each, mask in zip(limits, united, strict=True):
            if found.scores[index] >= each.score:
                mask[rows, columns] |= body >= each.mask
    return [fill(mask) for mask in united]


def _pasted(
    box: NDArray[np.float32], cells: NDArray[np.float32], content: tuple[int, int], shape: tuple[int, int]
) -> tuple[slice, slice, NDArray[np.float32]]:
    """Rows and columns of the plane that one detection touches, and the probability of body there."""
    left, top, right, bottom = (float(edge) for edge in box)
    top, bottom, vertical = _extend(top, bottom, content[0])
    left, right, horizontal = _extend(left, right, content[1])
    small = np.pad(cells, 1)
    _repeat_edges(small, vertical, horizontal)
    down = shape[0] / content[0]
    across = shape[1] / content[1]
    rows, in_rows = _interpolation(top * down, bottom * down, small.shape[0] - 2, shape[0])
    columns, in_columns = _interpolation(left * across, right * across, small.shape[1] - 2, shape[1])
    return rows, columns, in_rows @ np.ascontiguousarray((in_columns @ small.T).T)


def _repeat_edges(padded: NDArray[np.float32], vertical: tuple[bool, bool], horizontal: tuple[bool, bool]) -> None:
    """Continue the mask over the sides that lie at the plane's border, in place."""
    for at, (outer, inner) in zip(vertical, ((0, 1), (-1, -2)), strict=True):
        if at:
            padded[outer] = padded[inner]
    for at, (outer, inner) in zip(horizontal, ((0, 1), (-1, -2)), strict=True):
        if at:
            padded[:, outer] = padded[:, inner]
