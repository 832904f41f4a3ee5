"""Files of a source, one after another: count in is count out, whatever becomes of each."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import LeftOut, Listing, list_files, nothing_usable, read_instance
from StegoMedLib.errors import UnusableFileError, UnusableInputError, UsageError
from StegoMedLib.series.removed import RemovedFrom, removed_as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence
    from typing import Any

    from StegoMedLib.dicom import Written

__all__ = ["FileCount", "SourceFiles", "check_copy_others", "check_whole", "place_in"]


@dataclass
class FileCount:
    """What became of the files of a source.

    Attributes
    ----------
    came_in : int
        Files that were found.
    left_out : list of LeftOut
        Those that were not worked on, copied ones among them.
    copied : list of Path
        Those left out that lie in the target as they were.
    passed_over : list of LeftOut
        What was not counted: no part of the data, or there under another name.
    removed : list of RemovedFrom
        What of the headers of files did not come along into those that were written.
    """

    came_in: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    copied: list[Path] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)
    removed: list[RemovedFrom] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many files were worked on."""
        return self.came_in - len(self.left_out)

    @property
    def missing(self) -> int:
        """How many files were neither worked on nor copied."""
        return len(self.left_out) - len(self.copied)

    def add(self, listing: Listing) -> None:
        """Count the files of one more source."""
        self.came_in += listing.files
        self.left_out += listing.left_out
        self.passed_over += listing.passed_over

    def wrote(self, name: Path, written: Written) -> None:
        """Note what of a file's header did not come along."""
        self.removed += [RemovedFrom(name, each) for each in written.removed]

    def add_left_out(self, other: FileCount) -> None:
        """Count what was left out of one more source, whose other files need no counting."""
        self.came_in += len(other.left_out)
        self.left_out += other.left_out
        self.passed_over += other.passed_over

    def as_json(self) -> dict[str, object]:
        """The part of a JSON report that tells of files."""
        copied = set(self.copied)
        return {
            "files": {"came_in": self.came_in, "taken": self.taken, "copied": len(copied), "left_out": self.missing},
            "left_out": [{**row.as_json(), "copied": row.file in copied} for row in self.left_out],
            "passed_over": [row.as_json() for row in self.passed_over],
            "removed": removed_as_json(self.removed),
        }


class SourceFiles:
    """The images of a source, and the count of its files.

    Parameters
    ----------
    source : Path
        A DICOM file or a folder.
    listing : Listing, optional
        Of the source, where it was looked at already.

    Attributes
    ----------
    single : bool
        The source is one file.
    images : list of (Path, Path)
        Each image, and what it is called relative to the source.
    count : FileCount

    Raises
    ------
    UnusableInputError
        When there is no image.
    """

    def __init__(self, source: Path, listing: Listing | None = None) -> None:
        self._source, self._listing = source, list_files(source) if listing is None else listing
        self.single = _is_file(source)
        self.images = [(path, self._name(path)) for path in self._listing.images]
        self.count = FileCount()
        self.count.add(self._listing)
        self._gone: set[Path] = set()

    @contextmanager
    def taking(self, path: Path, *rows: MutableSequence[Any]) -> Iterator[list[Path]]:
        """Work on one file; when it turns out unusable, or changes meanwhile, it is left out and nothing of it stays.

        Parameters
        ----------
        path : Path
        rows : list
            Of reports: what the body adds to them goes again when the file is left out.

        Yields
        ------
        list of Path
            To be given the files that the body makes: they go again, too.
        """
        rows = (*rows, self.count.removed)
        lengths, made = [len(each) for each in rows], list[Path]()
        try:
            yield made
            self._listing.check_unchanged(path)
        except UnusableFileError as error:
            for each, length in zip(rows, lengths, strict=True):
                del each[length:]
            for place in made:
                place.unlink(missing_ok=True)
            self.leave_out(path, str(error))

    def leave_out(self, path: Path, reason: str) -> None:
        """Note that a file is not worked on."""
        if path not in self._gone:
            self._gone.add(path)
            self.count.left_out.append(LeftOut(path, reason))

    def is_left_out(self, path: Path) -> bool:
        """Whether an image was left out so far."""
        return path in self._gone

    def check_taken(self, *, lost: int = 0) -> None:
        """Make sure that there was something to work on.

        Parameters
        ----------
        lost : int, optional
            How many files were lost on purpose.

        Raises
        ------
        UnusableInputError
            When every other file was left out.
        """
        if self.count.taken <= lost:
            latest = self.count.left_out[len(self._listing.left_out) :]
            raise UnusableInputError(
                latest[0].reason if self.single else nothing_usable(self._source, [*latest, *self._listing.left_out])
            )

    def copy_others(self, folder: Path) -> None:
        """Copy the files that were left out to their places in `folder`, as they are; what is no file stays out."""
        for row in self.count.left_out:
            target = folder / self._name(row.file)
            try:
                if _copy(row.file, target):
                    self.count.copied.append(row.file)
            except OSError:
                if _is_readable(row.file):  # then it is the target's fault, and nothing is to be lost in silence
                    raise
                target.unlink(missing_ok=True)

    def _name(self, path: Path) -> Path:
        return Path(path.name) if self.single else path.relative_to(self._source)


def _copy(file: Path, target: Path) -> bool:
    """Copy a file with its permissions; False for what is no file."""
    if not _is_file(file) or os.path.lexists(target):  # an attack may have given its name to another file
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    shutil.copymode(file, target)
    return True


def _is_file(place: Path) -> bool:
    return os.path.isfile(place)  # noqa: PTH113 pathlib raises where a folder may not be entered


def _is_readable(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            while stream.read(1 << 20):
                pass
    except OSError:
        return False
    return True


def check_copy_others(source: Path, *, copy_others: bool) -> None:
    """Refuse to copy what lies beside a single file.

    Raises
    ------
    UsageError
        When `source` is a file and the others shall be copied.
    """
    if copy_others and _is_file(source):
        raise UsageError(
            f"--copy-others takes along what else lies in a folder, and {source} is one file; leave it out."
        )


def place_in(source: Path, target: Path) -> Path:
    """Where the result of `source` goes: a file goes into a folder that exists, under its own name."""
    return target / source.name if _is_file(source) and target.is_dir() else target


def check_whole(path: Path, *, accept_lossy: bool) -> None:
    """Raise `UnusableFileError` when a file, or one of its frames, cannot be read."""
    instance = read_instance(path, accept_lossy=accept_lossy)
    for frame in range(instance.frames):
        instance.containers(frame)
