"""Where the voxels of a series lie in the patient (PS3.3 C.7.6.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydicom.valuerep import DSfloat

from StegoMedLib.errors import UsageError

__all__ = ["SeriesGeometry"]

Vector = tuple[float, float, float]

_SHEAR = 1e-4  # cosine: the tolerance of PS3.3 C.7.6.2.1.1 for orthogonal directions


@dataclass(frozen=True)
class SeriesGeometry:
    """Place of a regular stack of slices, in mm and DICOM's patient coordinates (x to the left, y to the back, z up).

    Attributes
    ----------
    origin : tuple of three float
        Centre of the first voxel of the first slice.
    across, down, through : tuple of three float
        From a voxel to the next one of its row, to the next one of its column, and to the one in the next slice.

    Raises
    ------
    UsageError
        The voxels have no extent, or rows and columns are not at right angles.
    """

    origin: Vector
    across: Vector
    down: Vector
    through: Vector

    def __post_init__(self) -> None:
        """Refuse what DICOM cannot express."""
        lengths = [math.hypot(*vector) for vector in (self.across, self.down, self.through)]
        if not all(math.isfinite(length) and length > 0 for length in lengths):
            raise UsageError("The voxels of a series need a size above zero in every direction.")
        if abs(sum(a * b for a, b in zip(self.across, self.down, strict=True))) > _SHEAR * lengths[0] * lengths[1]:
            raise UsageError(
                "Rows and columns are not at right angles, which DICOM cannot express; resample the volume."
            )

    @classmethod
    def of_spacing(cls, spacing: tuple[float, float, float]) -> SeriesGeometry:
        """Axial slices from feet to head, with distances of slices, rows and columns in mm."""
        slices, rows, columns = spacing
        return cls((0.0, 0.0, 0.0), (columns, 0.0, 0.0), (0.0, rows, 0.0), (0.0, 0.0, slices))

    @property
    def pixel_spacing(self) -> list[DSfloat]:
        """Distance of rows, then of columns."""
        return _decimal(math.hypot(*self.down), math.hypot(*self.across))

    @property
    def slice_distance(self) -> DSfloat:
        """Distance of slices, along their step."""
        return _decimal(math.hypot(*self.through))[0]

    @property
    def orientation(self) -> list[DSfloat]:
        """Direction cosines of rows and columns."""
        cosines = [part / math.hypot(*vector) for vector in (self.across, self.down) for part in vector]
        return _decimal(*cosines)

    def position(self, index: int) -> list[DSfloat]:
        """Centre of the first voxel of a slice."""
        return _decimal(*(start + index * step for start, step in zip(self.origin, self.through, strict=True)))


def _decimal(*numbers: float) -> list[DSfloat]:
    """Decimal strings of at most 16 characters (PS3.5 6.2)."""
    return [DSfloat(number + 0.0, auto_format=True) for number in numbers]
