"""Stacks of slices in a viewer: voxels in memory, with or without DICOM instances that they come from."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.plane import Plane
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.slice import Key, Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom import Number

__all__ = ["RevisedStack", "Stack", "StackSeries", "VoxelStack"]

_SIGNED, _UNSIGNED = (-(2**15), 2**15 - 1), (0, 2**16 - 1)


class Stack(Protocol):
    """Slices of a volume, in the volume's order."""

    def __len__(self) -> int:
        """Number of slices S."""

    def plane(self, index: int) -> Plane:
        """Stored values of a slice."""

    def name(self, index: int) -> str:
        """What progress and reports call the slice."""

    def header(self, index: int) -> Dataset | None:
        """DICOM header of the slice, None where there is none."""

    def beside(self, index: int) -> tuple[int, ...]:
        """Slices next to a slice in place."""

    def turned(self, image: NDArray[Any]) -> NDArray[Any]:
        """An image (H, W) taken from the volume's rows and columns to the plane's, or back."""

    def stored(self, index: int, voxels: NDArray[Any]) -> NDArray[np.int32]:
        """Stored values, in the plane's rows and columns, that a slice of the volume's voxels (H, W) stands for."""

    def voxels(self, index: int, stored: NDArray[np.int32]) -> NDArray[np.float64]:
        """Voxels, in the volume's rows and columns, that stored values (H, W) of a slice are shown as."""


class VoxelStack:
    """Integer voxels that did not come from DICOM; what is stored is what is shown.

    Parameters
    ----------
    volume : ndarray of integer, shape (S, H, W)
    modality : str
        ``"CT"`` when the voxels are Hounsfield units, which region finders and guard make use of.

    Raises
    ------
    UnusableInputError
        The voxels are no integers, or more than 16 bits wide.
    """

    def __init__(self, volume: NDArray[Any], modality: str = "") -> None:
        if volume.dtype.kind not in "iu":
            raise UnusableInputError(
                "The voxels of this volume are fractions, but StegoMed needs whole numbers; convert it to a "
                "whole-number type first, or load the DICOM series."
            )
        self.legal = _legal_range(volume)
        self._volume, self._modality = volume, modality

    def __len__(self) -> int:
        """Number of slices."""
        return len(self._volume)

    def plane(self, index: int) -> Plane:
        """Voxels of a slice."""
        return Plane(self._volume[index].astype(np.int32), *self.legal, modality=self._modality)

    def name(self, index: int) -> str:
        """Number of the slice, from 1."""
        return f"slice {index + 1}"

    def header(self, index: int) -> Dataset | None:
        """None."""
        del index
        return None

    def beside(self, index: int) -> tuple[int, ...]:
        """The slices before and after it."""
        return tuple(other for other in (index - 1, index + 1) if 0 <= other < len(self))

    def turned(self, image: NDArray[Any]) -> NDArray[Any]:
        """The image as it is."""
        return image

    def stored(self, index: int, voxels: NDArray[Any]) -> NDArray[np.int32]:
        """Voxels as they are."""
        del index
        return voxels.astype(np.int32)

    def voxels(self, index: int, stored: NDArray[np.int32]) -> NDArray[np.float64]:
        """Stored values as they are."""
        del index
        return stored.astype(np.float64)


class RevisedStack:
    """A stack with other voxels (S, H, W) than its own: a stego volume over the stack that it was made from."""

    def __init__(self, stack: Stack, volume: NDArray[Any]) -> None:
        self._stack, self._volume = stack, volume
        self.name, self.header, self.beside = stack.name, stack.header, stack.beside
        self.turned, self.stored, self.voxels = stack.turned, stack.stored, stack.voxels

    def __len__(self) -> int:
        """Number of slices."""
        return len(self._volume)

    def plane(self, index: int) -> Plane:
        """The stack's plane with the stored values of these voxels."""
        return replace(self._stack.plane(index), pixels=self._stack.stored(index, self._volume[index]))


class StackSeries:
    """A stack as a series; no slice is ever left out."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self.count = stack, FileCount()

    def __len__(self) -> int:
        """Number of slices."""
        return len(self._stack)

    def __iter__(self) -> Iterator[Slice]:
        """The slices, each a part of its own."""
        return map(self._slice, range(len(self)))

    def taking(self, part: Slice, *rows: MutableSequence[Any]) -> AbstractContextManager[list[Path]]:
        """Work on one slice; what is wrong with it stops the walk."""
        del part, rows
        return nullcontext([])

    def left_out(self, part: Slice) -> bool:
        """Say no."""
        del part
        return False

    def check_taken(self) -> None:
        """Pass: every slice was taken."""

    def beside(self, key: Key) -> tuple[Key, ...]:
        """Slices next to a slice in place."""
        return tuple((self._stack.name(other), other) for other in self._stack.beside(key[1]))

    def number(self, key: Key) -> Number:
        """The slice's number in the volume."""
        from StegoMedLib.dicom import Number  # noqa: PLC0415 a viewer describes volumes before packages are installed

        return Number(0, key[1], len(self._stack))

    def at(self, key: Key) -> Slice:
        """A slice by its key."""
        return self._slice(key[1])

    def check_whole(self, key: Key) -> None:
        """Pass: a slice that cannot be read says so itself."""
        del key

    def _slice(self, index: int) -> Slice:
        stack = self._stack
        return Slice(stack.name(index), index, len(stack), stack.header(index), partial(stack.plane, index))


def _legal_range(volume: NDArray[Any]) -> tuple[int, int]:
    """Range of stored values that both the volume's type and 16 bits can hold."""
    kind = np.iinfo(volume.dtype)
    least, greatest = int(volume.min(initial=0)), int(volume.max(initial=0))
    for low, high in (_SIGNED, _UNSIGNED):
        if least >= low and greatest <= high:
            return max(low, int(kind.min)), min(high, int(kind.max))
    raise UnusableInputError(
        f"The voxels of this volume range from {least} to {greatest}, and DICOM images store 16 bits; rescale it first."
    )
