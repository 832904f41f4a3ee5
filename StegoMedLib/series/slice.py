"""Slices, the parts of a series that are read and written together, and series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from pydicom import Dataset

    from StegoMedLib.dicom import Number
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.counting import FileCount

__all__ = ["Key", "Part", "PartT", "Progress", "Series", "Slice", "silent", "steps"]

Progress: TypeAlias = "Callable[[int, int, str], None]"
"""Called with files done, files in all, and the file at hand. It may raise `CancelledError` to stop the work."""

Key = tuple[str, int]
"""What tells a slice from the others of its series: its name, and its number."""


@dataclass(frozen=True, eq=False)
class Slice:
    """A plane with its place.

    Attributes
    ----------
    name : str
        What progress and reports call it: the file relative to its source, or the slice of a volume.
    frame, frames : int
        Number of the frame in the file, from 0, and how many there are; in a volume the number of the slice.
    header : Dataset or None
        DICOM header, None where there is none.
    read : callable
        Gives the plane; raises `UnusableInputError` when it cannot be decoded.
    again : callable or None
        Gives the same slice in another process, where it can be pickled; None where only this one has it.
    """

    name: str
    frame: int
    frames: int
    header: Dataset | None
    read: Callable[[], Plane]
    again: Callable[[], Slice] | None = None

    @property
    def key(self) -> Key:
        """Identifies the slice in its series."""
        return self.name, self.frame

    @property
    def title(self) -> str:
        """What progress calls it where it is a part of its own."""
        return self.name

    @cached_property
    def plane(self) -> Plane:
        """Stored values, read when somebody asks for them, once; raises as `read` does."""
        return self.read()

    def slices(self) -> Iterator[Slice]:
        """Itself, as a part."""
        return iter((self,))


class Part(Protocol):
    """Slices that are taken together or not at all: the frames of a file, or one slice of a volume."""

    @property
    def name(self) -> str:
        """The name of its slices."""

    @property
    def title(self) -> str:
        """What progress calls it."""

    def slices(self) -> Iterator[Slice]:
        """Its slices, one in memory at a time; raises `UnusableInputError` when it cannot be read."""


PartT = TypeVar("PartT", bound=Part)


class Series(Protocol[PartT]):
    """Gives slices, part by part, as often as wanted and in the same order: that of the files, or of the volume.

    Files of a `Listing` that is `in_place` come in the order in which they lie in the patient.

    Attributes
    ----------
    count : FileCount
        What became of the files, where there are some.
    """

    count: FileCount

    def __len__(self) -> int:
        """Number of parts."""

    def __iter__(self) -> Iterator[PartT]:
        """The parts, but those that were left out."""

    def taking(self, part: PartT, *rows: MutableSequence[Any]) -> AbstractContextManager[list[Path]]:
        """Work on one part; when it is left out, what the body added to `rows`, and the files it made, go again."""

    def left_out(self, part: PartT) -> bool:
        """Whether a part was left out."""

    def check_taken(self) -> None:
        """Raise `UnusableInputError` when every part was left out."""

    def beside(self, key: Key) -> tuple[Key, ...]:
        """Slices next to a slice in place."""

    def number(self, key: Key) -> Number:
        """Which slice of which series it is; of a series of no slices where nobody knows."""

    def at(self, key: Key) -> Slice:
        """A slice by its key; raises `UnusableInputError` when it cannot be read."""

    def check_whole(self, key: Key) -> None:
        """Raise `UnusableInputError` when any slice of a slice's part cannot be read."""


def silent(_done: int, _total: int, _file: str) -> None:
    """Tell nobody how far the work is."""


def steps(
    series: Series[PartT], progress: Progress = silent, *, before: int = 0, total: int | None = None
) -> Iterator[PartT]:
    """The parts of a series, one after the other, each told to `progress` first.

    Where a series is walked more than once, `before` steps were done already, of `total` in all.
    """
    total = len(series) if total is None else total
    for done, part in enumerate(series, before):
        progress(done, total, part.title)
        yield part
    if before + len(series) == total:
        progress(total, total, "")
