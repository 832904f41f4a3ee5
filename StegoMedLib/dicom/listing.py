"""Finding the images among files and folders, by their heads alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydicom.uid import MediaStorageDirectoryStorage

from StegoMedLib.dicom.hostile import open_dataset, translated
from StegoMedLib.dicom.pixels import pixel_format
from StegoMedLib.errors import UnusableInputError

__all__ = ["Listing", "list_files"]

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


@dataclass(frozen=True)
class Listing:
    """Files of a source.

    Attributes
    ----------
    images : tuple of Path
        Files whose heads describe grey images that can be worked on, sorted by path.
    ignored : tuple of (Path, str)
        The other files, sorted by path, each with a sentence that says why.
    """

    images: tuple[Path, ...]
    ignored: tuple[tuple[Path, str], ...]


def _below(folder: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Files below a folder, and the folders that cannot be opened; links to folders are not followed."""
    closed: list[tuple[Path, str]] = []

    def note(error: OSError) -> None:
        closed.append((Path(error.filename), f"The folder cannot be opened ({error.strerror})."))

    files = [Path(at, name) for at, _, names in os.walk(folder, onerror=note) for name in names]
    return files, closed


def _check(path: Path) -> None:
    """Raise when a file is no image that can be worked on."""
    index = f"{path.name} is a DICOMDIR, an index of other files; give the files themselves."
    if path.name.upper() == "DICOMDIR":
        raise UnusableInputError(index)
    dataset = open_dataset(path, only=_HEAD)
    if dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
        raise UnusableInputError(index)
    pixel_format(dataset)


def _reason(path: Path) -> str | None:
    """Why a file is ignored; None for an image."""
    try:
        with translated("one of its image attributes is malformed; export it again from its source."):
            _check(path)
    except UnusableInputError as error:
        return str(error)
    return None


def list_files(source: Path) -> Listing:
    """Images in a file or a folder with all its subfolders.

    Only heads are read: a file that is listed may still turn out to be damaged when :func:`read_instance` reads it.

    Parameters
    ----------
    source : Path
        A DICOM file or a folder.

    Returns
    -------
    Listing
        With at least one image.

    Raises
    ------
    UnusableInputError
        The source does not exist or holds no usable image.
    """
    if not source.exists():
        raise UnusableInputError(f"{source} does not exist; give a DICOM file or a folder.")
    files, ignored = _below(source) if source.is_dir() else ([source], [])
    images = []
    for path in sorted(files):
        reason = _reason(path)
        if reason is None:
            images.append(path)
        else:
            ignored.append((path, reason))
    if not images:
        raise UnusableInputError(_nothing(source, ignored))
    return Listing(tuple(images), tuple(sorted(ignored)))


def _nothing(source: Path, ignored: list[tuple[Path, str]]) -> str:
    if source.is_file():
        return f"{source} cannot be used: {ignored[0][1]}"
    example = f", for instance because {ignored[0][1]}" if ignored else "; give a folder with CT or MR images."
    return f"{source} holds no usable DICOM image among its {len(ignored)} files{example}"
