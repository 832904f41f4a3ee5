"""What the header of a slice says of its geometry and its values, as it is sealed with a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.binding import Geometry
from StegoMedLib.dicom import numbers_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.series.slice import Slice

__all__ = ["PLACE", "geometry_of"]

_PLACE = (
    ("PixelSpacing", "PixelMeasuresSequence", 2),
    ("ImageOrientationPatient", "PlaneOrientationSequence", 6),
    ("ImagePositionPatient", "PlanePositionSequence", 3),
)
"""Attributes, each with the macro that holds it in multi-frame objects, and how many numbers it has."""

PLACE = (*(keyword for keyword, _, _ in _PLACE), "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
"""Attributes of a header that `geometry_of` looks at."""


def geometry_of(each: Slice) -> bytes:
    """What the header of a slice says of its geometry and its values; empty where it has none."""
    header, plane = each.header, each.plane
    if header is None:
        return b""
    spacing, orientation, position = (
        numbers_of(header, each.frame, keyword, macro, count) for keyword, macro, count in _PLACE
    )
    return Geometry(
        bits=plane.bits_stored,
        signed=plane.low < 0,
        photometric="MONOCHROME1" if plane.inverted else "MONOCHROME2",
        slope=plane.slope,
        intercept=plane.intercept,
        spacing=_listed(spacing),
        orientation=_listed(orientation),
        position=_listed(position),
    ).to_bytes()


def _listed(numbers: NDArray[np.float64] | None) -> list[float] | None:
    return None if numbers is None else numbers.tolist()
