"""A series of files: images of a source, one after another, whatever becomes of each."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import Instance, LeftOut, Listing, Number, Placed, list_files, nothing_usable, read_instance
from StegoMedLib.errors import UnusableFileError, UnusableInputError, UsageError
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.slice import Key, Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence
    from typing import Any


__all__ = ["FilePart", "FileSeries", "check_copy_others", "is_file", "place_in"]


@dataclass(frozen=True, eq=False)
class FilePart:
    """A DICOM file of a series, called `name` relative to the source, and read when somebody asks for it."""

    path: Path
    name: str
    accept_lossy: bool = False

    @property
    def title(self) -> str:
        """The file's own name."""
        return self.path.name

    @cached_property
    def instance(self) -> Instance:
        """What is in the file; raises `UnusableFileError`."""
        return read_instance(self.path, accept_lossy=self.accept_lossy)

    def slices(self) -> Iterator[Slice]:
        """Its frames; raises `UnusableFileError`."""
        return map(self.slice, range(self.instance.frames))

    def slice(self, frame: int) -> Slice:
        """One of its frames; raises `UnusableFileError`."""
        instance = self.instance
        again = partial(_slice_of, self.path, self.name, frame, accept_lossy=self.accept_lossy)
        return Slice(self.name, frame, instance.frames, instance.dataset, partial(instance.plane, frame), again)


@lru_cache(maxsize=1)
def _part(path: Path, name: str, *, accept_lossy: bool) -> FilePart:
    """A file that frames are asked of one after the other."""
    return FilePart(path, name, accept_lossy)


def _slice_of(path: Path, name: str, frame: int, *, accept_lossy: bool) -> Slice:
    """A frame of a file, for another process."""
    return _part(path, name, accept_lossy=accept_lossy).slice(frame)


class FileSeries:
    """The images of a source, and the count of its files.

    Parameters
    ----------
    source : Path
        A DICOM file or a folder.
    listing : Listing, optional
        Of the source, where it was looked at already.
    accept_lossy : bool
        Take files whose pixels are stored with loss, too.

    Attributes
    ----------
    single : bool
        The source is one file.
    files : list of FilePart
        Its images.
    count : FileCount

    Raises
    ------
    UnusableInputError
        When there is no image.
    """

    def __init__(self, source: Path, listing: Listing | None = None, *, accept_lossy: bool = False) -> None:
        self._source, self._listing = source, list_files(source) if listing is None else listing
        self._accept_lossy = accept_lossy
        self.single = is_file(source)
        self.files = [FilePart(path, str(self._name(path)), accept_lossy) for path in self._listing.images]
        self.count = FileCount()
        self.count.add(self._listing)
        self._gone: set[Path] = set()
        self._near: tuple[str, FilePart] | None = None

    def __len__(self) -> int:
        """Number of images."""
        return len(self.files)

    def __iter__(self) -> Iterator[FilePart]:
        """The images that were not left out so far, each opened anew at every walk."""
        return (
            FilePart(file.path, file.name, self._accept_lossy) for file in self.files if file.path not in self._gone
        )

    @cached_property
    def _paths(self) -> dict[str, Path]:
        return {file.name: file.path for file in self.files}

    @cached_property
    def _placed(self) -> Placed:
        return Placed(self._paths.values())

    @cached_property
    def _beside(self) -> dict[Key, tuple[Key, ...]]:
        names = {path: name for name, path in self._paths.items()}
        return {
            (names[path], frame): tuple((names[other], number) for other, number in others)
            for (path, frame), others in self._placed.beside().items()
        }

    @cached_property
    def _numbers(self) -> dict[Key, Number]:
        names = {path: name for name, path in self._paths.items()}
        return {(names[path], frame): number for (path, frame), number in self._placed.numbers().items()}

    def number(self, key: Key) -> Number:
        """Which slice of which series a slice is, by the headers of all files."""
        return self._numbers.get(key, Number(0, 0, 0))

    def beside(self, key: Key) -> tuple[Key, ...]:
        """Slices next to a slice in place, by their headers, whatever the order of the files."""
        return self._beside.get(key, ())

    def at(self, key: Key) -> Slice:
        """A slice by its key; its file is read once for slices that follow each other."""
        name, frame = key
        if self._near is None or self._near[0] != name:
            self._near = name, FilePart(self._paths[name], name, self._accept_lossy)
        return self._near[1].slice(frame)

    def check_whole(self, key: Key) -> None:
        """Raise `UnusableFileError` when a slice's file, or one of its frames, cannot be read."""
        instance = read_instance(self._paths[key[0]], accept_lossy=self._accept_lossy)
        for frame in range(instance.frames):
            instance.containers(frame)

    @contextmanager
    def taking(self, part: FilePart, *rows: MutableSequence[Any]) -> Iterator[list[Path]]:
        """Work on one file; when it turns out unusable, or changes meanwhile, it is left out and nothing of it stays.

        Parameters
        ----------
        part : FilePart
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
            self._listing.check_unchanged(part.path)
        except UnusableFileError as error:
            for each, length in zip(rows, lengths, strict=True):
                del each[length:]
            for place in made:
                place.unlink(missing_ok=True)
            self._leave_out(part.path, str(error))

    def _leave_out(self, path: Path, reason: str) -> None:
        if path not in self._gone:
            self._gone.add(path)
            self.count.left_out.append(LeftOut(path, reason))

    def left_out(self, part: FilePart) -> bool:
        """Whether an image was left out so far."""
        return part.path in self._gone

    def check_taken(self, *, lost: int = 0) -> None:
        """Make sure that there was something to work on, beside the files that were `lost` on purpose.

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
    if not is_file(file) or os.path.lexists(target):  # an attack may have given its name to another file
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    shutil.copymode(file, target)
    return True


def is_file(place: Path) -> bool:
    """Whether there is a file, or a link to one."""
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
    if copy_others and is_file(source):
        raise UsageError(f"--copy-others copies the other files of a folder, and {source} is one file; leave it out.")


def place_in(source: Path, target: Path) -> Path:
    """Where the result of `source` goes: a file goes into a folder that exists, under its own name."""
    return target / source.name if is_file(source) and target.is_dir() else target
