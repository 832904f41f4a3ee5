"""Which slices of a series are next to each other (PS3.3 C.7.6.2.1, C.7.6.16.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.groups import macro_of
from StegoMedLib.dicom.hostile import open_dataset, translated
from StegoMedLib.dicom.placing import numbers_of
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydicom import Dataset

__all__ = ["Slot", "slices_beside"]

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
    stacks: dict[tuple[object, ...], list[tuple[float, Slot]]] = {}
    for path in paths:
        for frame, place in enumerate(_places(path)):
            if place is not None:
                stacks.setdefault(place.stack, []).append((place.along, (path, frame)))
    beside: dict[Slot, tuple[Slot, ...]] = {}
    for slices in stacks.values():
        slices.sort(key=lambda entry: entry[0])
        for number, (along, slot) in enumerate(slices):
            window = slices[max(0, number - each_side) : number + each_side + 1]
            near = tuple(other for where, other in window if other != slot and abs(where - along) <= _REACH)
            if near:
                beside[slot] = near
    return beside


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

    cosines = numbers_of(macro("ImageOrientationPatient", "PlaneOrientationSequence"), "ImageOrientationPatient", 6)
    position = numbers_of(macro("ImagePositionPatient", "PlanePositionSequence"), "ImagePositionPatient", 3)
    spacing = numbers_of(macro("PixelSpacing", "PixelMeasuresSequence"), "PixelSpacing", 2)
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
