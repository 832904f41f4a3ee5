"""How frames lie in the patient, and which are next to each other (PS3.3 C.7.6.2, C.7.6.16.2.1, .3 and .4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.groups import macro_of
from StegoMedLib.dicom.hostile import open_dataset, translated
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["Placing", "Slot", "in_place", "placing_of", "slices_beside"]

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
    plane = dataset if "ImageOrientationPatient" in dataset else macro_of(dataset, frame, "PlaneOrientationSequence")
    measures = dataset if "PixelSpacing" in dataset else macro_of(dataset, frame, "PixelMeasuresSequence")
    spacing = _numbers_of(measures, "PixelSpacing", 2)
    area = None if spacing is None or (spacing <= 0).any() else float(spacing.prod())
    return Placing(_orientation(_numbers_of(plane, "ImageOrientationPatient", 6)), area)


def _numbers_of(source: Dataset | None, keyword: str, count: int) -> NDArray[np.float64] | None:
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
    return _ORIENTATIONS[int(normal.argmax())] if normal.max() >= _UPRIGHT else "oblique"


Slot = tuple[Path, int]
"""A frame: its file, and its number from 0."""

_HEAD = [
    "SeriesInstanceUID",
    "Rows",
    "Columns",
    "NumberOfFrames",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "PixelSpacing",
    "PerFrameFunctionalGroupsSequence",
    "SharedFunctionalGroupsSequence",
]
_REACH = 12.0
"""Millimetres within which a body looks much the same."""
_COSINES, _SHIFT = 3, 1  # digits of direction cosines and of millimetres that count


@dataclass(frozen=True)
class _Place:
    """The stack of parallel slices, lying over each other pixel by pixel, that a slice is in, and where in it."""

    stack: tuple[object, ...]
    along: float


def slices_beside(paths: Iterable[Path], *, each_side: int = 2) -> dict[Slot, tuple[Slot, ...]]:
    """Tell for every frame of some files which frames are next to it in place, whatever the order of the files.

    Parameters
    ----------
    paths : iterable of Path
    each_side : int
        Neighbours on each side, if they are within reach (12 mm).

    Returns
    -------
    dict of (Path, int) to tuple of (Path, int)
        Frames without neighbours, or without a place in their headers, are left out.
    """
    beside: dict[Slot, tuple[Slot, ...]] = {}
    for slices in _stacks(paths):
        for number, (along, slot) in enumerate(slices):
            window = slices[max(0, number - each_side) : number + each_side + 1]
            near = tuple(other for where, other in window if other != slot and abs(where - along) <= _REACH)
            if near:
                beside[slot] = near
    return beside


def in_place(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Files in the order in which their first frames lie in the patient, stack by stack; files without a place last."""
    paths = tuple(paths)
    placed = dict.fromkeys(path for slices in _stacks(paths) for _, (path, _) in slices)
    return (*placed, *(path for path in paths if path not in placed))


def _stacks(paths: Iterable[Path]) -> Iterable[list[tuple[float, Slot]]]:
    """Frames of each stack of parallel slices with where they lie along it, in that order."""
    stacks: dict[tuple[object, ...], list[tuple[float, Slot]]] = {}
    for path in paths:
        for frame, place in enumerate(_places(path)):
            if place is not None:
                stacks.setdefault(place.stack, []).append((place.along, (path, frame)))
    for slices in stacks.values():
        slices.sort(key=lambda entry: entry[0])
    return stacks.values()


def _places(path: Path) -> list[_Place | None]:
    """Place of each frame of a file; nothing for what cannot be read, which the work itself will meet again."""
    try:
        with translated("its image plane attributes are malformed."):
            dataset = open_dataset(path, only=_HEAD)
            frames = int(dataset.get("NumberOfFrames") or 1)
            own = min(frames, len(dataset.get("PerFrameFunctionalGroupsSequence") or ()))
            # All frames without groups of their own lie where the object says.
            return [_place(dataset, frame) for frame in range(own)] + [_place(dataset, own)] * (frames - own)
    except UnusableInputError:
        return []


def _place(dataset: Dataset, frame: int) -> _Place | None:
    def macro(keyword: str, sequence: str) -> Dataset | None:
        return dataset if keyword in dataset else macro_of(dataset, frame, sequence)

    cosines = _numbers_of(macro("ImageOrientationPatient", "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    position = _numbers_of(macro("ImagePositionPatient", "PlanePositionSequence"), "ImagePositionPatient", 3)
    spacing = _numbers_of(macro("PixelSpacing", "PixelMeasuresSequence"), "PixelSpacing", 2)
    if cosines is None or position is None or spacing is None:
        return None
    row, column = cosines.reshape(2, 3)
    normal = np.cross(row, column)
    stack = (
        str(dataset.get("SeriesInstanceUID") or ""),
        int(dataset.get("Rows") or 0),
        int(dataset.get("Columns") or 0),
        *np.round(cosines, _COSINES),
        *np.round(spacing, _COSINES),
        *np.round((position @ row, position @ column), _SHIFT),
    )
    return _Place(stack, float(position @ normal))
