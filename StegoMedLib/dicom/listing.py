"""Finding the images among files and folders, by their heads alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydicom.uid import MediaStorageDirectoryStorage

from StegoMedLib.dicom.hostile import open_object, translated
from StegoMedLib.dicom.pixel_format import pixel_format
from StegoMedLib.dicom.places import Placed
from StegoMedLib.dicom.walking import LeftOut, Walk, is_hidden, status, walk
from StegoMedLib.errors import UnusableFileError, UnusableInputError
from StegoMedLib.files import is_unfinished
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydicom import Dataset

__all__ = ["Head", "Listing", "head_of", "list_files", "list_these", "nothing_usable"]

# What pixel_format looks at.
_HEAD = [
    "SOPClassUID",
    "Modality",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
]

_WHOSE = ("StudyInstanceUID", "SeriesInstanceUID")

_Stamp = tuple[int, int]
"""Size and time of a file: as long as they stay, it is taken for the same."""


@dataclass(frozen=True)
class Listing:
    """Files of a source.

    Attributes
    ----------
    images : tuple of Path
        Files whose heads describe grey images that can be worked on, sorted by path.
    left_out : tuple of LeftOut
        The other files, sorted by path, each with a sentence that says why.
    passed_over : tuple of LeftOut
        What is no part of the data, or is among the images under another name; sorted by path.
    """

    images: tuple[Path, ...]
    left_out: tuple[LeftOut, ...] = ()
    passed_over: tuple[LeftOut, ...] = ()
    _stamps: Mapping[Path, _Stamp | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def files(self) -> int:
        """How many files came in."""
        return len(self.images) + len(self.left_out)

    def check_unchanged(self, path: Path) -> None:
        """Make sure that an image is still the file that was looked at.

        Raises
        ------
        UnusableFileError
            When somebody changed or removed it.
        """
        if self._stamps.get(path) != _stamp(path):
            raise UnusableFileError(f"{path.name} was changed or removed by somebody while it was read; start again.")

    def without(self, left_out: Iterable[LeftOut]) -> Listing:
        """The listing with other files left out, as somebody who has read the images knows better."""
        gone = {row.file: row for row in (*self.left_out, *left_out)}
        images = tuple(path for path in self.images if path not in gone)
        return replace(self, images=images, left_out=tuple(sorted(gone.values())))

    def in_place(self) -> Listing:
        """The listing with its images in the order in which they lie in the patient, whatever the files are called."""
        return replace(self, images=Placed(self.images).in_place())


def _stamp(path: Path) -> _Stamp | None:
    known = status(path)
    return None if known is None else (known.st_size, known.st_mtime_ns)


@dataclass(frozen=True)
class Head:
    """What the head of a file says.

    Attributes
    ----------
    reason : str or None
        Why it is left out; None for an image that can be worked on.
    index : bool
        It is a DICOMDIR.
    study, series : str
        UIDs; empty where it has none.
    """

    reason: str | None
    index: bool = False
    study: str = ""
    series: str = ""


def head_of(path: Path) -> Head:
    """Read the head of a file, whatever it holds."""
    index = Head(f"{path.name} is a DICOMDIR, an index of other files; give the files themselves.", index=True)
    if path.name.upper() == "DICOMDIR":
        return index
    try:
        with translated("one of its image attributes is malformed; export it again from its source."):
            dataset = open_object(path, only=[*_HEAD, *_WHOSE]).dataset
            if dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
                return index
            pixel_format(dataset)
    except UnusableInputError as error:
        return Head(str(error))
    study, series = (_uid(dataset, keyword) for keyword in _WHOSE)
    return Head(None, study=study, series=series)


def _uid(dataset: Dataset, keyword: str) -> str:
    try:
        with translated("it is malformed."):
            return str(dataset.get(keyword) or "").strip("\0 ")
    except UnusableInputError:
        return ""


def list_files(source: Path) -> Listing:
    """Images in a file or a folder with all its subfolders.

    Only heads are read: a file that is listed may still turn out to be damaged when :func:`read_instance` reads it.
    Folders whose names begin with a dot are not looked into; a file whose name does is taken when it is an image, and
    passed over else. Links to files are read as files, links to folders are not followed.

    Returns
    -------
    Listing
        With at least one image.

    Raises
    ------
    UnusableInputError
        The source does not exist, is what a killed run left behind, or holds no usable image.
    """
    _check_place(source)
    folder = os.path.isdir(source)  # noqa: PTH112 pathlib raises where a folder may not be entered
    found = walk(source) if folder else Walk([source])
    images, stamps = [], {}
    for path in sorted(found.files):
        stamps[path] = _stamp(path)
        reason = head_of(path).reason
        if reason is None:
            images.append(path)
        elif folder and is_hidden(path):
            found.passed_over.append(LeftOut(path, reason))
        else:
            found.left_out.append(LeftOut(path, reason))
    if not images:
        raise UnusableInputError(nothing_usable(source, found.left_out))
    return Listing(tuple(images), tuple(sorted(found.left_out)), tuple(sorted(found.passed_over)), stamps)


def list_these(files: Iterable[Path]) -> Listing:
    """Files that somebody has chosen, wherever each of them lies.

    Raises
    ------
    UnusableInputError
        None of them is an image.
    """
    images: list[Path] = []
    left_out: list[LeftOut] = []
    stamps: dict[Path, _Stamp | None] = {}
    for path in sorted(files):
        stamps[path] = _stamp(path)
        reason = head_of(path).reason
        if reason is None:
            images.append(path)
        else:
            left_out.append(LeftOut(path, reason))
    if not images:
        raise UnusableInputError(left_out[0].reason if left_out else "There are no files; name some.")
    return Listing(tuple(images), tuple(left_out), (), stamps)


def _check_place(source: Path) -> None:
    """Refuse what is not there, and what is no source."""
    try:
        source.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise UnusableInputError(f"{source} does not exist; give a DICOM file or a folder.") from None
    except OSError as error:
        raise UnusableInputError(f"{source} cannot be accessed ({error.strerror}); check its permissions.") from None
    if is_unfinished(source.name):
        raise UnusableInputError(f"{source} was left behind by a run that was stopped; give the series itself.")


def nothing_usable(source: Path, left_out: Sequence[LeftOut]) -> str:
    """The sentence for a source of which every file was left out."""
    if len(left_out) == 1 and left_out[0].file == source:
        return f"{source} cannot be used: {left_out[0].reason}"
    example = f", for instance because {left_out[0].reason}" if left_out else "; give a folder with CT or MR images."
    return f"{source} holds no usable DICOM image among its {counted(len(left_out), 'file')}{example}"
