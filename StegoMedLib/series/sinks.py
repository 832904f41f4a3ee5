"""Where stego slices go: derived files, or a viewer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from StegoMedLib.dicom import write_frames
from StegoMedLib.series.slice import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Headers
    from StegoMedLib.series.files import FilePart, FileSeries
    from StegoMedLib.series.stacks import Stack

__all__ = ["DerivedFiles", "Sink", "Viewer"]

TakenT_contra = TypeVar("TakenT_contra", bound=Part, contravariant=True)


class Sink(Protocol[TakenT_contra]):
    """Takes a series part by part."""

    def take(self, part: TakenT_contra, stored: Iterable[NDArray[np.int32] | None], made: list[Path]) -> None:
        """Take one part.

        Parameters
        ----------
        part : Part
        stored : iterable of ndarray of int32, shape (H, W), or None
            New stored values of its slices, to be asked for one after the other; None for one that stays.
        made : list of Path
            To be given the files that are made.
        """


class DerivedFiles:
    """Writes each file as a derived instance.

    Parameters
    ----------
    series : FileSeries
        Whose parts are taken.
    work : Path
        Folder to write to, or the place of the file where the source is one file.
    headers : Headers
        What gives their headers.
    syntax : str
        Transfer syntax: ``explicit``, ``rle``, ``jpegls``, ``jpeg2000``.
    """

    def __init__(self, series: FileSeries, work: Path, headers: Headers, *, syntax: str = "explicit") -> None:
        self._source, self._work, self._syntax = series, work, syntax
        self._headers = headers

    def take(
        self,
        part: FilePart,
        stored: Iterable[NDArray[np.int32] | None],
        made: list[Path],
        name: str | None = None,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        """Write one file, under another `name` and with other `attributes` of its header where they are given."""
        target = self._work if self._source.single else self._work / (name or part.name)
        made.append(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        written = write_frames(part.instance, stored, target, self._headers, syntax=self._syntax, attributes=attributes)
        self._source.count.wrote(Path(part.name), written)


@dataclass(frozen=True)
class Viewer:
    """Shows what changed of a volume: `show` is given the number and the new voxels (H, W) of such a slice."""

    stack: Stack
    show: Callable[[int, NDArray[np.float64]], None]

    def take(self, part: Part, stored: Iterable[NDArray[np.int32] | None], made: list[Path]) -> None:
        """Show the slices of a part."""
        del made
        for each, values in zip(part.slices(), stored, strict=True):
            if values is not None:
                self.show(each.frame, self.stack.voxels(each.frame, values))
