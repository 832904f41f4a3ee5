"""What each kind of image has to tell the guard: what looks like air, what is surely body, what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = ["Evidence"]


@dataclass(frozen=True)
class Evidence:
    """What the values of a plane say of each pixel.

    Attributes
    ----------
    measured : ndarray of bool, shape (H, W)
        The field of view: neither padding nor filled in.
    air : ndarray of bool, shape (H, W)
        Measured, and in value and texture what outside air is in this plane.
    sure : ndarray of bool, shape (H, W)
        Air beyond doubt.
    blank : ndarray of bool, shape (H, W)
        Filled in at the level of air, away from all else: no pixel of anybody.
    core : ndarray of bool, shape (H, W)
        Surely body, or as dense and thick as a body.
    fading : ndarray of bool, shape (H, W)
        Nearest to an outline of the body from which the signal fades.
    known : bool
        Whether the plane shows at all what its air looks like.
    """

    measured: Mask
    air: Mask
    sure: Mask
    blank: Mask
    core: Mask
    fading: Mask
    known: bool
