"""Volumes inside photographs, and series out of them into the DICOM database."""

from __future__ import annotations

import filecmp
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import LossyPhotographError, UnusableInputError
from StegoMedPanel import nodes
from StegoMedPanel.beside import beside
from StegoMedPanel.importing import Incoming, private_folder
from StegoMedPanel.saving import check_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from StegoMedLib.envelope import Key
    from StegoMedLib.photo.conceal import ConcealReport
    from StegoMedLib.photo.reveal import RevealReport
    from StegoMedPanel.saving import Progress
    from StegoMedPanel.untyped import Node, Widget

__all__ = ["NOT_FROM_DICOM", "Concealing", "PhotoRequest", "Revealed"]

NOT_FROM_DICOM = (
    "This volume did not come from DICOM; save it to the DICOM database first, load it from there, and choose it in "
    "step 1."
)
_OTHER_CONTENT = (
    "The DICOM database has one of these images already, with other content, and nothing is written over; remove that "
    "series from the database, then reveal again."
)
_NUMBERED = 4
"""Digits of the numbers that files of a volume go by."""


@dataclass(frozen=True, repr=False)
class PhotoRequest:
    """How a volume shall go into photographs; shows nothing of it in ``repr``.

    Attributes
    ----------
    key : Key
    may_lose : int
        Percentage of the photographs that may be lost.
    metadata : bool
        Whether the photographs keep what they say beside their samples.
    jpeg : bool
        Take photographs that were stored with loss, too.
    samples : int
        Of all photographs together, about.
    """

    key: Key
    may_lose: int
    metadata: bool
    jpeg: bool
    samples: int = 0


@dataclass(frozen=True)
class Revealed:
    """What came out of photographs.

    Attributes
    ----------
    report : RevealReport
    images, new : int
        DICOM files, and those among them that the database did not have.
    loaded : list of Node
        Volumes, and what else Slicer made of the series.
    others : int
        Files that are no DICOM images.
    folder : Path or None
        Where those are; nowhere, where none was chosen.
    """

    report: RevealReport = field(repr=False)
    images: int
    new: int
    loaded: list[Node]
    others: int
    folder: Path | None


class Concealing:
    """The part of the work that has to do with photographs."""

    def photographs_needed(self, volume: Node, key: Key, may_lose: int, progress: Progress) -> list[str]:
        """How many photographs of which size a volume takes, in words."""
        from StegoMedLib.photo.conceal import sealed_bytes  # noqa: PLC0415
        from StegoMedLib.photo.needs import bytes_in_words, needs_in_words  # noqa: PLC0415

        files = _named(volume)
        size = beside(lambda tell: sealed_bytes(files, key, tell), progress)
        return [f"{bytes_in_words(size)} sealed.", *needs_in_words(size, may_lose)]

    def conceal(
        self,
        volume: Node,
        photographs: Sequence[Path],
        folder: Path,
        request: PhotoRequest,
        progress: Progress,
    ) -> ConcealReport:
        """Write photographs that carry the files behind a volume into a new or empty folder."""
        from StegoMedLib.photo.conceal import Concealment, conceal_files  # noqa: PLC0415
        from StegoMedLib.processes import processes_for  # noqa: PLC0415

        files = _named(volume)
        check_empty(folder)
        options = Concealment(
            request.may_lose,
            metadata=request.metadata,
            decode_lossy=request.jpeg,
            processes=processes_for(request.samples),
        )
        try:
            return beside(
                lambda tell: conceal_files(files, photographs, folder, request.key, options=options, progress=tell),
                progress,
            )
        except LossyPhotographError as error:
            raise UnusableInputError(
                f"{error.path} was compressed with loss, so that changes can be told; take photographs that never "
                "were, or tick “Accept JPEG”."
            ) from None

    def reveal(
        self, photographs: Sequence[Path], key: Key, progress: Progress, choose_folder: Callable[[int], Path | None]
    ) -> Revealed:
        """Take files out of photographs: DICOM images into the database and the scene, others into a folder.

        Images that the database has already are never written over.

        Parameters
        ----------
        photographs : sequence of Path
        key : Key
        progress : callable
        choose_folder : callable
            Asks for a folder for so many files that are no DICOM images; only where there are some.
        """
        from StegoMedLib.photo.reveal import reveal_files  # noqa: PLC0415

        opened = nodes.database()
        with private_folder() as temporary:
            place = temporary / "revealed"
            report = beside(lambda tell: reveal_files(photographs, place, key, progress=tell), progress)
            found = _sorted_out(place, report.files)
            new = _unknown(found.images, opened)
            folder = choose_folder(len(found.others)) if found.others else None
            if folder is not None:
                _check_free(folder, found.others)
            if new:
                _gathered(new, temporary / "new").take_in(opened)
            for name in found.others if folder is not None else ():
                _copy(place / name, Path(str(folder)) / name)
        loaded = _load(sorted({series for series, _ in found.images.values()}))
        return Revealed(report, len(found.images), len(new), loaded, len(found.others), folder)


@dataclass
class _Found:
    """Revealed files: DICOM images with series and path by SOPInstanceUID, and names of others."""

    images: dict[str, tuple[str, Path]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def _named(volume: Node) -> list[tuple[Path, str]]:
    """Files behind a volume, under numbers: those of a database may go by one name.

    Raises
    ------
    UnusableInputError
        There are none.
    """
    uids = tuple(dict.fromkeys(nodes.uids_of(volume)))
    if not uids:
        raise UnusableInputError(NOT_FROM_DICOM)
    return [(path, f"{number:0{_NUMBERED}}.dcm") for number, path in enumerate(nodes.files_of(uids), start=1)]


def _sorted_out(place: Path, names: Sequence[str]) -> _Found:
    """Tell DICOM images from other files.

    Raises
    ------
    UnusableInputError
        Two images go by one UID, and differ.
    """
    found = _Found()
    for name in names:
        path = place / name
        uids = _uids_in(path)
        if uids is None:
            found.others.append(name)
            continue
        image, series = uids
        _, first = found.images.setdefault(image, (series, path))
        if not filecmp.cmp(path, first, shallow=False):
            raise UnusableInputError(
                "The photographs hold two images that go by one UID, and differ; reveal them one after the other."
            )
    return found


def _uids_in(path: Path) -> tuple[str, str] | None:
    """SOPInstanceUID and SeriesInstanceUID of a DICOM image; None where it is none."""
    from StegoMedLib.dicom.hostile import open_object  # noqa: PLC0415 needs packages

    try:
        dataset = open_object(path, only=["SOPInstanceUID", "SeriesInstanceUID"]).dataset
    except UnusableInputError:
        return None
    image, series = (str(dataset.get(each) or "") for each in ("SOPInstanceUID", "SeriesInstanceUID"))
    return (image, series) if image and series else None


def _unknown(images: dict[str, tuple[str, Path]], opened: Widget) -> list[Path]:
    """Those of the images that the database does not have.

    Raises
    ------
    UnusableInputError
        It has one with other content.
    """
    new = []
    for image, (_, path) in images.items():
        known = str(opened.fileForInstance(image) or "")
        if not known:
            new.append(path)
        elif not Path(known).is_file() or not filecmp.cmp(path, known, shallow=False):
            raise UnusableInputError(_OTHER_CONTENT)
    return new


def _gathered(paths: Sequence[Path], folder: Path) -> Incoming:
    """Files that are to come into the database, moved into a folder of their own."""
    folder.mkdir()
    for number, path in enumerate(paths, start=1):
        path.rename(folder / f"{number:0{_NUMBERED}}.dcm")
    return Incoming.of(folder)


def _check_free(folder: Path, names: Sequence[str]) -> None:
    """Refuse a folder that has something of these names: nothing is replaced, and no link followed.

    Raises
    ------
    UnusableInputError
    """
    for place in (folder / Path(name).parts[0] for name in names):
        if os.path.lexists(place):
            raise UnusableInputError(f"{place} exists already; choose another folder.")


def _copy(source: Path, target: Path) -> None:
    from StegoMedLib.files import PRIVATE, whole_file  # noqa: PLC0415 not while Slicer starts

    with source.open("rb") as given, whole_file(target, mode=PRIVATE, new=True) as (stream, _):
        shutil.copyfileobj(given, stream)


def _load(series: Sequence[str]) -> list[Node]:
    """Load series of the database; what they became in the scene."""
    from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

    identifiers = DICOMUtils.loadSeriesByUID(list(series)) if series else ()
    found = (slicer.mrmlScene.GetNodeByID(identifier) for identifier in identifiers or ())
    return [node for node in found if node is not None]
