"""Which frames are next to each other in the patient, and in which order (PS3.3 C.7.6.2, C.7.6.16.2.1, .3 and .4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.groups import macro_of
from StegoMedLib.dicom.hostile import open_object, translated
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["Number", "Placed", "Slot", "numbers_of", "place_of"]

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


_Place = tuple[tuple[object, ...], float]
"""The stack of parallel slices, lying over each other pixel by pixel, that a slice is in, and where in it."""


def numbers_of(dataset: Dataset, frame: int, keyword: str, macro: str, count: int) -> NDArray[np.float64] | None:
    """Finite numbers of an attribute of a frame (counted from 0), from the data set's top or from a macro's sequence.

    Returns
    -------
    ndarray of float64, shape (count,), or None
        None where there are not exactly so many.
    """
    source = dataset if keyword in dataset else macro_of(dataset, frame, macro)
    try:
        values = np.array([float(value) for value in source.get(keyword)], dtype=np.float64)  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        return None
    return values if values.size == count and np.isfinite(values).all() else None


@dataclass(frozen=True)
class Number:
    """Which slice of which series a frame is.

    Attributes
    ----------
    series : int
        Number of the series among those of the files, from 0.
    number : int
        Place of the slice in its series, from 0: as slices lie in the patient, stack by stack; those without a place
        last, in the order of their files.
    count : int
        Slices of the series.
    """

    series: int
    number: int
    count: int


class Placed:
    """Frames of some files, and where their headers say that they lie; each head is read once.

    Parameters
    ----------
    paths : iterable of Path
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(dict.fromkeys(paths))
        self._frames: dict[Slot, _Place | None] = {}
        self._series: dict[Path, str] = {}
        for path in self._paths:
            self._series[path], places = _places(path)
            self._frames |= {(path, frame): place for frame, place in enumerate(places)}

    def beside(self, *, each_side: int = 2) -> dict[Slot, tuple[Slot, ...]]:
        """Tell for every frame which frames are next to it in place, whatever the order of the files.

        Parameters
        ----------
        each_side : int
            Neighbours on each side, if they are within reach (12 mm).

        Returns
        -------
        dict of (Path, int) to tuple of (Path, int)
            Frames without neighbours, or without a place in their headers, are left out.
        """
        beside: dict[Slot, tuple[Slot, ...]] = {}
        for slices in self._stacks():
            for number, (along, slot) in enumerate(slices):
                window = slices[max(0, number - each_side) : number + each_side + 1]
                near = tuple(other for where, other in window if other != slot and abs(where - along) <= _REACH)
                if near:
                    beside[slot] = near
        return beside

    def in_place(self) -> tuple[Path, ...]:
        """Files in the order in which their first frames lie in the patient, stack by stack; those without one last."""
        placed = dict.fromkeys(path for slices in self._stacks() for _, (path, _) in slices)
        return (*placed, *(path for path in self._paths if path not in placed))

    def numbers(self) -> dict[Slot, Number]:
        """Number of every frame whose file's head can be read."""
        ordered = dict.fromkeys(slot for slices in self._stacks() for _, slot in slices) | dict.fromkeys(self._frames)
        series: dict[str, list[Slot]] = {uid: [] for uid in self._series.values()}
        for slot in ordered:
            series[self._series[slot[0]]].append(slot)
        return {
            slot: Number(which, number, len(slots))
            for which, slots in enumerate(series.values())
            for number, slot in enumerate(slots)
        }

    def _stacks(self) -> Iterable[list[tuple[float, Slot]]]:
        """Frames of each stack of parallel slices with where they lie along it, in that order."""
        stacks: dict[tuple[object, ...], list[tuple[float, Slot]]] = {}
        for slot, place in self._frames.items():
            if place is not None:
                stacks.setdefault(place[0], []).append((place[1], slot))
        for slices in stacks.values():
            slices.sort(key=lambda entry: entry[0])
        return stacks.values()


def _places(path: Path) -> tuple[str, list[_Place | None]]:
    """Series of a file, and place of each frame; none of what cannot be read, which the work itself will meet again."""
    try:
        with translated("its image plane attributes are malformed."):
            dataset = open_object(path, only=_HEAD).dataset
            frames = int(dataset.get("NumberOfFrames") or 1)
            own = min(frames, len(dataset.get("PerFrameFunctionalGroupsSequence") or ()))
            # All frames without groups of their own lie where the object says.
            places = [place_of(dataset, frame) for frame in range(own)] + [place_of(dataset, own)] * (frames - own)
            return str(dataset.get("SeriesInstanceUID") or ""), places
    except UnusableInputError:
        return "", []


def place_of(dataset: Dataset, frame: int) -> _Place | None:
    """The stack that a frame (counted from 0) is in, and where in it in mm; None where its header does not say."""
    cosines = numbers_of(dataset, frame, "ImageOrientationPatient", "PlaneOrientationSequence", 6)
    position = numbers_of(dataset, frame, "ImagePositionPatient", "PlanePositionSequence", 3)
    spacing = numbers_of(dataset, frame, "PixelSpacing", "PixelMeasuresSequence", 2)
    if cosines is None or position is None or spacing is None:
        return None
    row, column = cosines.reshape(2, 3)
    stack = (
        str(dataset.get("SeriesInstanceUID") or ""),
        int(dataset.get("Rows") or 0),
        int(dataset.get("Columns") or 0),
        *np.round(cosines, _COSINES),
        *np.round(spacing, _COSINES),
        *np.round((position @ row, position @ column), _SHIFT),
    )
    return stack, float(position @ np.cross(row, column))
