"""Brings results home: a folder of what others made of a nameless study, written with its patient and its UIDs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom.uid import MediaStorageDirectoryStorage, SegmentationStorage

from StegoMedLib.dicom import LeftOut, read_any, write_any
from StegoMedLib.dicom.hostile import naming
from StegoMedLib.dicom.walking import is_hidden, walk
from StegoMedLib.errors import UnusableFileError, UnusableInputError, UsageError
from StegoMedLib.identity.results import Belonging, belonging, brought_home, own_uid
from StegoMedLib.series.counting import FileCount, RemovedFrom
from StegoMedLib.series.file_names import harmless_name, unused_name
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.staging import check_target, is_in

if TYPE_CHECKING:
    from StegoMedLib.dicom import AnyObject
    from StegoMedLib.identity.results import Home, Result

__all__ = ["FOLDER", "ResultRow", "ResultsReport", "bring_home", "check_results"]

FOLDER = "results"
"""Where results go, in the folder of the files with an identity."""

_LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
"""Label Map Segmentation Storage, which pydicom does not name yet."""
_ROWS = 0x0028_0010
"""What every object with pixels has (PS3.3 C.7.6.3)."""
_WHY_NOT = {
    Belonging.NOTHING: "belongs to another study, and refers to nothing of this one; give the study it was made of.",
    Belonging.IMAGE: "is one of the nameless images themselves, and no result; put it among them to have it back.",
}


@dataclass(frozen=True)
class ResultRow:
    """One file in the report.

    Attributes
    ----------
    file, written : str
        Its name in the folder of results, and in the one that was written.
    patient : bool
        It got patient and study back, being of a study that was put back.
    uids : int
        UIDs that were put back.
    unknown : int
        Instances that it refers to, and that are neither of the study nor among the results.
    """

    file: str
    written: str
    patient: bool
    uids: int
    unknown: int

    def as_json(self) -> dict[str, object]:
        """Row of a JSON report."""
        keys = ("file", "written", "patient", "uids", "unknown")
        return {key: getattr(self, key) for key in keys}


@dataclass
class ResultsReport:
    """What came home."""

    rows: list[ResultRow] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """Part of a JSON report; it holds nothing of an identity."""
        return {"rows": [row.as_json() for row in self.rows], **self.files.as_json()}


def check_results(folder: Path, source: Path, target: Path, *, overwrite: bool) -> None:
    """Refuse what makes no sense, before anything is done.

    Parameters
    ----------
    folder : Path
        Of results, or one file.
    source, target : Path
        The nameless study, and where it goes with its identity.
    overwrite : bool
        Whether `target` may be there already.

    Raises
    ------
    UsageError
        The source is one file, which leaves no place for results beside it.
    UnusableInputError
        The folder does not exist, or overlaps with source or target.
    """
    if os.path.isfile(source):  # noqa: PTH113 pathlib raises where a folder may not be entered
        raise UsageError(
            f"--results puts what others made into a folder beside the images, and {source} is one file; give the "
            "folder that holds it."
        )
    if not os.path.exists(folder):  # noqa: PTH110 likewise
        raise UnusableInputError(f"{folder} does not exist; give the folder that holds the results.")
    places = [Path(os.path.realpath(each)) for each in (folder, source)]
    if is_in(places[0], places[1]) or is_in(places[1], places[0]):
        raise UnusableInputError(
            f"{folder} and {source} overlap; put the results beside the nameless images, not among them."
        )
    check_target(folder, target, overwrite=overwrite)


def bring_home(
    folder: Path, target: Path, home: Home, progress: Progress = silent, *, images: bool = True
) -> ResultsReport:
    """Write the results in a folder with patient, study and UIDs as they were.

    Parameters
    ----------
    folder : Path
        Of results, with all its subfolders, or one file.
    target : Path
        Folder to write to; what is in it already stays.
    home : Home
        Where they belong.
    progress : callable
    images : bool
        Bring home images that others derived, too: nothing ties them to the patient but the word of whoever names the
        folder. Without anybody who does, an image that was swapped would get a name.

    Returns
    -------
    ResultsReport
        Each file is in it, as written, or as left out with the reason.
    """
    work = _Bringing(folder, target, home, images=images)
    files = work.files()
    for done, path in enumerate(files):
        progress(done, len(files), path.name)
        work.take(path)
    progress(len(files), len(files), "")
    return work.report()


def _shows_pixels(source: AnyObject) -> bool:
    """Whether an object may show a patient: it has pixels, and these are no segments."""
    return _ROWS in source.tree and source.kind not in (SegmentationStorage, _LABEL_MAP)


class _Names:
    """Names for files and folders in a folder: their own, unless they may do harm somewhere or are taken."""

    def __init__(self, folder: Path) -> None:
        self._taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set[str]()
        self._alike = {name.casefold() for name in self._taken}

    def new(self, name: str) -> str:
        """A name that is not taken, for one that came from somewhere."""
        harmless = harmless_name(name)
        if harmless.casefold() in self._alike:
            harmless = unused_name(harmless, self._taken)
        self._taken.add(harmless)
        self._alike.add(harmless.casefold())
        return harmless


class _Bringing:
    """The work on one folder."""

    def __init__(self, folder: Path, target: Path, home: Home, *, images: bool) -> None:
        self._folder, self._target, self._home, self._images = folder, target, home, images
        self._single = not folder.is_dir()
        self._files = FileCount()
        self._rows: list[ResultRow] = []
        self._unknown: list[frozenset[str]] = []
        self._own: set[str] = set()
        self._places: dict[Path, tuple[Path, _Names]] = {Path(): (Path(), _Names(target))}

    def files(self) -> list[Path]:
        """Files to look at."""
        if self._single:
            self._files.came_in = 1
            return [self._folder]
        found = walk(self._folder)
        self._files.came_in = len(found.files) + len(found.left_out)
        self._files.left_out += found.left_out
        self._files.passed_over += found.passed_over
        return sorted(found.files)

    def take(self, path: Path) -> None:
        """Write one file, or leave it out."""
        try:
            self._write(path)
        except UnusableFileError as error:
            if is_hidden(path) and not self._single:
                self._files.came_in -= 1
                self._files.passed_over.append(LeftOut(path, str(error)))
            else:
                self._files.left_out.append(LeftOut(path, str(error)))

    def _write(self, path: Path) -> None:
        source, file = read_any(path), self._relative(path)
        result = self._result(source)
        place, names = self._place(file.parent)
        name = place / names.new(file.name)
        write_any(source, result.tree, self._target / name)
        self._files.removed += [RemovedFrom(file, each) for each in result.removed]
        self._rows.append(ResultRow(file.as_posix(), name.as_posix(), result.patient, result.uids, 0))
        self._unknown.append(result.unknown)
        self._own.add(own_uid(result.tree))

    def _result(self, source: AnyObject) -> Result:
        """What becomes of an object; raises `UnusableFileError` where it is left out."""
        name = source.path.name
        if source.kind == MediaStorageDirectoryStorage:
            raise UnusableFileError(
                f"{name} is a DICOMDIR, an index of other files; make a new one of the files written."
            )
        why_not = _WHY_NOT.get(belonging(source.tree, self._home))
        if why_not:
            raise UnusableFileError(f"{name} {why_not}")
        if not self._images and _shows_pixels(source):
            raise UnusableFileError(
                f"{name} is an image without a record, so that nothing ties it to this patient; when you have looked "
                "at it, bring it home with 'stegomed reidentify --results'."
            )
        with naming(source.path):
            return brought_home(source.tree, self._home)

    def _relative(self, path: Path) -> Path:
        return Path(path.name) if self._single else path.relative_to(self._folder)

    def _place(self, folder: Path) -> tuple[Path, _Names]:
        """Where the files of a folder go, and the names there; both relative."""
        if folder not in self._places:
            above, names = self._place(folder.parent)
            place = above / names.new(folder.name)
            self._places[folder] = place, _Names(self._target / place)
        return self._places[folder]

    def report(self) -> ResultsReport:
        """What became of all files: only now is known which instances are among them."""
        pairs = zip(self._rows, self._unknown, strict=True)
        return ResultsReport([replace(row, unknown=len(uids - self._own)) for row, uids in pairs], self._files)
