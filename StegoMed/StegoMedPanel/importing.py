"""New series in the DICOM database: written to a private folder, taken in as a whole or not at all."""

from __future__ import annotations

import filecmp
import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import slicer

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedPanel.untyped import Widget

__all__ = ["Incoming", "Saved", "private_folder"]


class Saved(NamedTuple):
    """What the database took.

    Attributes
    ----------
    series : str
        SeriesInstanceUID of one of the images.
    images : dict of str to str
        SHA-256 of their files by SOPInstanceUID, as they were written.
    """

    series: str
    images: dict[str, str]


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that nobody else may look into, and that goes with the block.

    Raises
    ------
    UnusableInputError
        The disk is full, or cannot be written to.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="StegoMed-", dir=slicer.app.temporaryPath) as temporary:
            yield Path(temporary)
    except OSError as error:
        raise UnusableInputError(
            f"The series cannot be saved ({error.strerror}); free some disk space, or save to a folder."
        ) from error


@dataclass(frozen=True)
class Incoming:
    """Instances that are to come into the database.

    Attributes
    ----------
    folder : Path
    files : dict of str to Path
        By SOPInstanceUID.
    series : frozenset of str
        Their SeriesInstanceUIDs.
    """

    folder: Path
    files: dict[str, Path]
    series: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> Incoming:
        """All files of a folder."""
        from StegoMedLib.dicom.hostile import open_object  # noqa: PLC0415 needs packages

        files, series = dict[str, Path](), set[str]()
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            dataset = open_object(path, only=["SOPInstanceUID", "SeriesInstanceUID"]).dataset
            files[str(dataset.get("SOPInstanceUID") or "")] = path
            series.add(str(dataset.get("SeriesInstanceUID") or ""))
        return cls(folder, files, frozenset(series))

    def known(self, opened: Widget) -> bool:
        """Whether the database has one of them: it would put the new one in place of the one that it has."""
        return any(opened.fileForInstance(uid) for uid in self.files)

    def same(self, opened: Widget) -> bool:
        """Whether the database has all of them, byte for byte."""
        return all(_same(path, str(opened.fileForInstance(uid))) for uid, path in self.files.items())

    def take_in(self, opened: Widget) -> Saved:
        """Take them into the database.

        Raises
        ------
        UnusableInputError
            The database did not take all of them; series that it did not have before, it has not now.
        """
        from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

        fresh = [uid for uid in self.series if not opened.instancesForSeries(uid)]
        DICOMUtils.importDicom(str(self.folder), opened, True)  # noqa: FBT003 Slicer's signature
        taken = [uid for uid in self.files if opened.fileForInstance(uid)]
        if len(taken) < len(self.files):
            for uid in filter(None, fresh):
                opened.removeSeries(uid)
            raise UnusableInputError(
                "The DICOM database did not accept the new series; free some space on its disk, or save to a folder."
            )
        images = {uid: hashlib.sha256(path.read_bytes()).hexdigest() for uid, path in self.files.items()}
        return Saved(str(opened.seriesForFile(opened.fileForInstance(taken[0]))), images)


def _same(path: Path, other: str) -> bool:
    return bool(other) and filecmp.cmp(path, other, shallow=False)
