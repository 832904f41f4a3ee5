"""How frames lie in the patient (PS3.3 C.7.6.2, C.7.6.16.2.1 and .4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.places import numbers_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["Placing", "placing_of"]

_ORIENTATIONS = ("sagittal", "coronal", "axial", "oblique", "unknown")
"""The first three by the axis of the patient that stands upright on the plane: x to the left, y to the back, z up."""

_UPRIGHT = float(np.cos(np.deg2rad(20.0)))  # a tilted gantry and a turned head still give axial slices
_UNIT = 0.01  # how far the lengths of direction cosines may be from 1


@dataclass(frozen=True)
class Placing:
    """How a frame lies in the patient.

    Attributes
    ----------
    orientation : str
        One of `_ORIENTATIONS`; ``"oblique"`` is more than 20 degrees from the other three.
    pixel_area : float or None
        In mm^2; None where the header does not tell.
    """

    orientation: str
    pixel_area: float | None


def placing_of(dataset: Dataset, frame: int) -> Placing:
    """Read from an instance's header how a frame (counted from 0) lies in the patient."""
    spacing = numbers_of(dataset, frame, "PixelSpacing", "PixelMeasuresSequence", 2)
    area = None if spacing is None or (spacing <= 0).any() else float(spacing.prod())
    cosines = numbers_of(dataset, frame, "ImageOrientationPatient", "PlaneOrientationSequence", 6)
    return Placing(_orientation(cosines), area)


def _orientation(cosines: NDArray[np.float64] | None) -> str:
    if cosines is None:
        return "unknown"
    row, column = cosines.reshape(2, 3)
    normal = np.abs(np.cross(row, column))
    if abs(float(np.linalg.norm(normal)) - 1.0) > _UNIT:
        return "unknown"
    return _ORIENTATIONS[int(normal.argmax())] if normal.max() >= _UPRIGHT else "oblique"
