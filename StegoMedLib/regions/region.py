"""What is known of the significant region of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Region"]


@dataclass(frozen=True, eq=False)
class Region:
    """Masks of one plane.

    Attributes
    ----------
    significant : ndarray of bool, shape (H, W)
        The patient's body; all False when there is none in the plane.
    suspect : ndarray of bool, shape (H, W), or None
        What the finder is not sure of, and what the classical baseline takes for the body; None where a person drew the
        mask.
    beside : ndarray of bool, shape (H, W), or None
        The bodies of neighbouring slices in place; None where there are none.
    """

    significant: NDArray[np.bool_]
    suspect: NDArray[np.bool_] | None = None
    beside: NDArray[np.bool_] | None = None
