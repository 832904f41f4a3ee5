"""Agreement of two binary arrays: of masks, and of the symbol that was sent with the one received."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["bit_error_rate", "dice", "iou", "ncc", "ncc_of_symbols"]


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


def bit_error_rate(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Share of different modules between two arrays of one shape."""
    return float(np.mean(sent != received)) if sent.size else 0.0


def ncc_of_symbols(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Normalised cross-correlation of the modules of two symbols; 0 when their sizes differ."""
    return ncc(sent, received) if sent.shape == received.shape else 0.0
