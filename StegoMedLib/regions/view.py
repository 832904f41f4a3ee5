"""The field of view: where a plane was measured, and where somebody filled in a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import grow, keep_components
from StegoMedLib.regions.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["filled_in", "rim_of_view", "stays_constant"]

_LEAST_FILL = 0.002  # of the plane
_ABRUPT = 0.04  # share of a constant region's rim, and
_LEAST_ABRUPT = 8  # pixels of it, that end within one pixel
_RIM = 2  # pixels


def stays_constant(values: NDArray[np.float32] | NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where no pixel of the 3 by 3 around one differs from the pixels next to it; bool, shape (H, W)."""
    other = np.zeros(values.shape, dtype=np.bool_)
    for one, next_one in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        differs = values[one] != values[next_one]
        other[one] |= differs
        other[next_one] |= differs
    return ~grow(other, 1)


def filled_in(values: NDArray[np.float32], inside: NDArray[np.bool_], jump: float) -> NDArray[np.bool_]:
    """Mark constant regions that were filled in, and not measured as air; bool, shape (H, W).

    A scanner's own air ends in a skin that takes some pixels to rise, because every reconstruction has a point spread.
    What was blanked or cut ends at whatever lies there from one pixel to the next.

    Parameters
    ----------
    values : ndarray of float32, shape (H, W)
    inside : ndarray of bool, shape (H, W)
        What is no padding.
    jump : float
        Rise within one pixel that no skin has.
    """
    constant = stays_constant(values) & inside
    count = np.count_nonzero(constant)
    if count < _LEAST_FILL * values.size:
        return np.zeros_like(inside)
    level = np.partition(values[constant], count // 2)[count // 2]  # the median: the commonest, where one is filled in
    regions = keep_components(constant & (values == level), _LEAST_FILL * values.size, 0.0)
    regions = grow(regions, 2) & inside & (values == level)
    parts, others = Parts(regions), inside & ~regions
    rim, abrupt = np.zeros(parts.count, dtype=np.intp), np.zeros(parts.count, dtype=np.intp)
    edge = np.flatnonzero(regions & grow(others, 1))
    for beside, neighbours in _beside(edge, others):
        part = parts.at(edge[beside])
        rim += np.bincount(part, minlength=parts.count)
        abrupt += np.bincount(part[values.ravel()[neighbours] - level > jump], minlength=parts.count)
    return parts.drawn(abrupt >= np.maximum(_LEAST_ABRUPT, _ABRUPT * rim))


def _beside(pixels: NDArray[np.intp], others: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """In each of four directions, which of some pixels (n,) have one of the `others` (H, W) next to them, and those."""
    height, width = others.shape
    row, column = np.divmod(pixels, width)
    for step, there in ((width, row < height - 1), (-width, row > 0), (1, column < width - 1), (-1, column > 0)):
        beside = np.flatnonzero(there)
        beside = beside[others.ravel()[pixels[beside] + step]]
        yield beside, pixels[beside] + step


def rim_of_view(measured: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies within some pixels of the plane's border, or of what was not measured; bool, shape (H, W)."""
    rim = grow(~measured, _RIM) & measured
    for edge in (np.s_[:_RIM], np.s_[-_RIM:], np.s_[:, :_RIM], np.s_[:, -_RIM:]):
        rim[edge] |= measured[edge]
    return rim
