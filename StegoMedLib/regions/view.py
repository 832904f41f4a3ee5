"""The field of view: where a plane was measured, and where somebody filled in a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.morphology import grow, keep_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["filled_in", "rim_of_view", "stays_constant"]

_LEAST_FILL = 0.002  # of the plane
_ABRUPT = 0.04  # share of a constant region's rim, and
_LEAST_ABRUPT = 8  # pixels of it, that end within one pixel
_RIM = 2  # pixels


def stays_constant(values: NDArray[np.float32]) -> NDArray[np.bool_]:
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
    labels, count = ndimage.label(regions)
    rim, abrupt = np.zeros(count + 1, dtype=np.intp), np.zeros(count + 1, dtype=np.intp)
    others, steep = inside & ~regions, values - level > jump
    for one, next_one in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        for here, there in ((one, next_one), (next_one, one)):
            beside = regions[here] & others[there]
            ends = labels[here][beside]
            rim += np.bincount(ends, minlength=count + 1)
            abrupt += np.bincount(ends[steep[there][beside]], minlength=count + 1)
    cut = abrupt >= np.maximum(_LEAST_ABRUPT, _ABRUPT * rim)
    cut[0] = False
    filled: NDArray[np.bool_] = cut[labels]
    return filled


def rim_of_view(measured: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies within some pixels of the plane's border, or of what was not measured; bool, shape (H, W)."""
    rim = grow(~measured, _RIM) & measured
    for edge in (np.s_[:_RIM], np.s_[-_RIM:], np.s_[:, :_RIM], np.s_[:, -_RIM:]):
        rim[edge] |= measured[edge]
    return rim
