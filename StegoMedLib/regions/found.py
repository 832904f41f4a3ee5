"""What a region finder makes of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Found"]


@dataclass(frozen=True, eq=False)
class Found:
    """The significant region of a plane, and what else may be it.

    Attributes
    ----------
    significant : ndarray of bool, shape (H, W)
        All False where there is no body.
    suspect : ndarray of bool, shape (H, W)
        What the finder is not sure of, and what the classical baseline takes for the body.
    """

    significant: NDArray[np.bool_]
    suspect: NDArray[np.bool_]
