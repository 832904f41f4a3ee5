"""Reference masks: what a person drew to learn from and to measure against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.series.masks import mask_levels

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Reference", "read_reference"]

_UNSURE = 128
"""Grey value for what is neither the patient for sure nor air for sure."""


@dataclass(frozen=True)
class Reference:
    """A reference mask of two or three grey values.

    Attributes
    ----------
    patient, unsure : ndarray of bool, shape (H, W)
        What is the patient, and what is neither that nor air for sure (grey value 128). The rest is air or padding.
    """

    patient: NDArray[np.bool_]
    unsure: NDArray[np.bool_]


def read_reference(path: Path, shape: tuple[int, int] | None = None) -> Reference:
    """Read a reference mask; parameters and errors as of `read_mask`."""
    levels = mask_levels(path, shape)
    unsure = levels == _UNSURE
    return Reference((levels > 0) & ~unsure, unsure)
