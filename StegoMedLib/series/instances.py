"""DICOM instances behind a volume that a viewer has loaded: which frame, turned which way, is slice k."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.dicom import Instance, Placed, read_instance
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom.places import Slot
    from StegoMedLib.plane import Plane

__all__ = ["InstanceStack"]

_TURNS = ((False, False), (True, False), (False, True), (True, True))
# A reader's float32 voxels differ from slope * stored + intercept by rounding; a neighbour differs by the slope.
_RELATIVE, _SHARE_OF_SLOPE = 2e-6, 0.02
_ALIKE = 0.25
"""Share of a stego slice that is as in its source at the least: the significant region, and most of the air."""


class InstanceStack:
    """Source instances of a loaded volume, compared with its voxels.

    Viewers show rescaled voxels, may reverse the order of slices and may flip rows and columns. Which of these was done
    follows from the voxels themselves.

    Parameters
    ----------
    files : sequence of Path
        Source files in the order of the slices; a multi-frame object stands for as many slices as it has frames.
    volume : ndarray, shape (S, H, W)
        Voxels as they are shown.
    revised : bool
        The voxels are those of a stego volume made from the files, so that some of them differ.

    Raises
    ------
    UnusableInputError
        A file cannot be worked on, or the voxels are not those of the files.
    """

    def __init__(self, files: Sequence[Path], volume: NDArray[Any], *, revised: bool = False) -> None:
        self._last: Instance | None = None
        self._volume, self._least_share = volume, _ALIKE if revised else 1.0
        self._frames = self._all_frames(files)
        if len(self._frames) != len(volume):
            raise UnusableInputError(
                f"The volume has {len(volume)} slices and its DICOM files {len(self._frames)} frames; "
                "load the series again from the DICOM database."
            )
        self._flips = self._find_flips()

    def __len__(self) -> int:
        """Number of slices."""
        return len(self._frames)

    def plane(self, index: int) -> Plane:
        """Stored values of a slice, as they lie in its file.

        Raises
        ------
        UnusableInputError
            The frame is damaged, or the voxels of the volume are not its.
        """
        plane = self._plane(index)
        if _share_shown(self.turned(self._volume[index]), plane) < self._least_share:
            raise UnusableInputError(
                f"Slice {index + 1} of the volume differs from its DICOM file, so its stored values are unknown; "
                "load the series again from the DICOM database."
            )
        return plane

    def name(self, index: int) -> str:
        """File name, and number of the frame in a multi-frame object."""
        path, frame = self._frames[index]
        return f"{path.name}, frame {frame + 1}" if self._instance(index).frames > 1 else path.name

    def header(self, index: int) -> Dataset | None:
        """Header of the slice's instance."""
        return self._instance(index).dataset

    def beside(self, index: int) -> tuple[int, ...]:
        """Slices next to a slice in place, by their headers."""
        return self._beside[index]

    def turned(self, image: NDArray[Any]) -> NDArray[Any]:
        """An image (H, W) from the volume's rows and columns to the file's, or back."""
        return _turn(image, self._flips)

    def stored(self, index: int, voxels: NDArray[Any]) -> NDArray[np.int32]:
        """Stored values that voxels (H, W) of a slice stand for."""
        plane = self._plane(index)
        return np.rint((self.turned(voxels).astype(np.float64) - plane.intercept) / plane.slope).astype(np.int32)

    def voxels(self, index: int, stored: NDArray[np.int32]) -> NDArray[np.float64]:
        """Voxels that stored values (H, W) of a slice are shown as."""
        plane = self._plane(index)
        shown: NDArray[np.float64] = _turn(stored * plane.slope + plane.intercept, self._flips)
        return shown

    def files(self) -> list[tuple[Path, dict[int, int]]]:
        """Every file once, with the slice that each of its frames is."""
        order: dict[Path, dict[int, int]] = {}
        for index, (path, frame) in enumerate(self._frames):
            order.setdefault(path, {})[frame] = index
        return list(order.items())

    def instance(self, path: Path) -> Instance:
        """The instance of a file; read once for slices that follow each other."""
        if self._last is None or self._last.path != path:
            self._last = read_instance(path)
        return self._last

    def _all_frames(self, files: Sequence[Path]) -> list[Slot]:
        if len(files) == len(self._volume):  # one file a slice, the usual case: nothing has to be opened
            return [(path, 0) for path in files]
        return [(path, number) for path in files for number in range(self.instance(path).frames)]

    @cached_property
    def _beside(self) -> list[tuple[int, ...]]:
        where = {slot: number for number, slot in enumerate(self._frames)}
        beside = Placed(path for path, _ in self._frames).beside()
        return [tuple(where[other] for other in beside.get(slot, ()) if other in where) for slot in self._frames]

    def _find_flips(self) -> tuple[bool, bool]:
        """Flips of rows and columns that make voxels of stored values, after reversing the slices where that helps."""
        probe = self._telling_slice()
        shape = self._plane(0).shape
        if shape != self._volume.shape[1:]:
            raise UnusableInputError(
                f"The volume has slices of {self._volume.shape[2]}x{self._volume.shape[1]} pixels and its DICOM files "
                f"of {shape[1]}x{shape[0]}: it was cropped or resampled; choose the volume as it was loaded."
            )
        best = 0.0, _TURNS[0], self._frames
        for frames in (self._frames, self._frames[::-1]):
            path, frame = frames[probe]
            plane = self.instance(path).plane(frame)
            for flips in _TURNS:
                share = _share_shown(_turn(self._volume[probe], flips), plane)
                if share > best[0]:
                    best = share, flips, frames
        if best[0] >= self._least_share:
            self._frames = best[2]
            return best[1]
        raise UnusableInputError(
            "The voxels of the volume are not those of its DICOM files, so it was changed after loading; "
            "load the series again from the DICOM database."
        )

    def _telling_slice(self) -> int:
        """A slice with contrast, to tell flips by: the one with the widest range of some."""
        some = range(0, len(self._volume), max(1, len(self._volume) // 7))
        return max(some, key=lambda index: float(np.ptp(self._volume[index].astype(np.float64))))

    def _plane(self, index: int) -> Plane:
        return self._instance(index).plane(self._frames[index][1])

    def _instance(self, index: int) -> Instance:
        return self.instance(self._frames[index][0])


def _turn(image: NDArray[Any], flips: tuple[bool, bool]) -> NDArray[Any]:
    rows, columns = (slice(None, None, -1) if flip else slice(None) for flip in flips)
    return image[rows, columns]


def _share_shown(voxels: NDArray[Any], plane: Plane) -> float:
    """Share of the voxels (H, W), already turned, that are the plane's stored values after its rescale."""
    if voxels.shape != plane.shape:
        return 0.0
    expected = plane.pixels * plane.slope + plane.intercept
    allowed = _RELATIVE * float(np.abs(expected).max(initial=0.0)) + _SHARE_OF_SLOPE * abs(plane.slope)
    return float((np.abs(voxels.astype(np.float64) - expected) <= allowed).mean())
