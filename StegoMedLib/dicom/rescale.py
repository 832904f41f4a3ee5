"""The rescale of a frame, from the data set's top or from its functional groups (PS3.3 C.11.1, C.7.6.16.2.9)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from StegoMedLib.dicom.groups import macro_of
from StegoMedLib.dicom.values import code_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["Rescale", "rescale_of"]

Values = TypeVar("Values", int, "NDArray[np.int32]")


@dataclass(frozen=True)
class Rescale:
    """Linear map from stored values to output units.

    Attributes
    ----------
    slope, intercept : float
        ``output = slope * stored + intercept``.
    hounsfield : bool
        The header gives a rescale, and its output units are Hounsfield units (HU) or unspecified (US, or missing).
    """

    slope: float = 1.0
    intercept: float = 0.0
    hounsfield: bool = False

    def to_output(self, stored: Values) -> NDArray[np.float64]:
        """Output units of stored values; float64, same shape."""
        return np.asarray(stored, dtype=np.float64) * self.slope + self.intercept


def rescale_of(dataset: Dataset, frame: int) -> Rescale:
    """Rescale of a frame (counted from 0); the identity where the header gives none, or none that makes sense."""
    source = dataset if "RescaleSlope" in dataset else macro_of(dataset, frame, "PixelValueTransformationSequence")
    if source is None:
        return Rescale()
    try:
        slope, intercept = float(source.RescaleSlope), float(source.RescaleIntercept)
    except (AttributeError, TypeError, ValueError):
        return Rescale()
    if not (math.isfinite(slope) and math.isfinite(intercept)) or slope == 0:
        return Rescale()
    return Rescale(slope, intercept, (code_of(source, "RescaleType") or "US") in ("HU", "US"))
