"""Agreement of two masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["dice", "iou", "ncc"]


def iou(found: NDArray[np.bool_], reference: NDArray[np.bool_]) -> float:
    """Intersection over union; 1 when both masks are empty."""
    union = int((found | reference).sum())
    return int((found & reference).sum()) / union if union else 1.0


def dice(found: NDArray[np.bool_], reference: NDArray[np.bool_]) -> float:
    """Twice the intersection over the sum of the areas; 1 when both masks are empty."""
    area = int(found.sum()) + int(reference.sum())
    return 2 * int((found & reference).sum()) / area if area else 1.0


def ncc(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Normalised cross-correlation of two binary arrays of one shape, means removed (Saidi et al. 2024, Eq. 13).

    Where an array is constant the quotient is undefined: 1 is returned for equal arrays, 0 for different ones.
    """
    one, two = sent.astype(np.float64), received.astype(np.float64)
    one, two = one - one.mean(), two - two.mean()
    norm = float(np.sqrt(np.square(one).sum() * np.square(two).sum()))
    return float((one * two).sum() / norm) if norm else float(np.array_equal(sent, received))
