"""What is known of the significant region of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
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

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.significant.shape
        return rows, columns

    def __reduce__(self) -> tuple[object, ...]:
        """One bit a pixel on its way to another process."""
        masks = (self.significant, self.suspect, self.beside)
        return _unpacked, (self.significant.shape, *(None if mask is None else np.packbits(mask) for mask in masks))


def _unpacked(shape: tuple[int, int], *packed: NDArray[np.uint8] | None) -> Region:
    count = shape[0] * shape[1]
    masks = (None if one is None else np.unpackbits(one, count=count).astype(np.bool_).reshape(shape) for one in packed)
    significant, suspect, beside = masks
    assert significant is not None  # noqa: S101  it was packed above
    return Region(significant, suspect, beside)
