"""How a frame lies in the patient, and how large its pixels are (PS3.3 C.7.6.2, C.7.6.16.2.1, C.7.6.16.2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.groups import macro_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["ORIENTATIONS", "Placing", "numbers_of", "placing_of"]

ORIENTATIONS = ("sagittal", "coronal", "axial", "oblique", "unknown")
"""The first three by the axis of the patient that stands upright on the plane: x to the left, y to the back, z up."""

_UPRIGHT = float(np.cos(np.deg2rad(20.0)))  # a tilted gantry and a turned head still give axial slices
_UNIT = 0.01  # how far the lengths of direction cosines may be from 1


@dataclass(frozen=True)
class Placing:
    """How a frame lies in the patient.

    Attributes
    ----------
    orientation : str
        One of `ORIENTATIONS`; ``"oblique"`` is more than 20 degrees from the other three.
    pixel_area : float or None
        In mm^2; None where the header does not tell.
    """

    orientation: str
    pixel_area: float | None


def placing_of(dataset: Dataset, frame: int) -> Placing:
    """Read how a frame lies in the patient.

    Parameters
    ----------
    dataset : Dataset
        Header of the instance.
    frame : int
        Index from 0.
    """
    plane = dataset if "ImageOrientationPatient" in dataset else macro_of(dataset, frame, "PlaneOrientationSequence")
    measures = dataset if "PixelSpacing" in dataset else macro_of(dataset, frame, "PixelMeasuresSequence")
    spacing = numbers_of(measures, "PixelSpacing", 2)
    area = None if spacing is None or (spacing <= 0).any() else float(spacing.prod())
    return Placing(_orientation(numbers_of(plane, "ImageOrientationPatient", 6)), area)


def numbers_of(source: Dataset | None, keyword: str, count: int) -> NDArray[np.float64] | None:
    """Finite numbers of an element, None where there are not exactly `count` of them."""
    try:
        values = np.array([float(value) for value in source.get(keyword)], dtype=np.float64)  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        return None
    return values if values.size == count and np.isfinite(values).all() else None


def _orientation(cosines: NDArray[np.float64] | None) -> str:
    if cosines is None:
        return "unknown"
    row, column = cosines.reshape(2, 3)
    normal = np.abs(np.cross(row, column))
    if abs(float(np.linalg.norm(normal)) - 1.0) > _UNIT:
        return "unknown"
    return ORIENTATIONS[int(normal.argmax())] if normal.max() >= _UPRIGHT else "oblique"
