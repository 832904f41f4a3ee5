"""Identities taken out of a volume's images and put back into them, with the panel's choices."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import slicer

from StegoMedLib.choices import CARRIED_NOTHING, HIGH_STRENGTH
from StegoMedLib.errors import UnusableInputError
from StegoMedPanel import found, nodes, stego
from StegoMedPanel.importing import Incoming, Saved, private_folder
from StegoMedPanel.saving import Progress, Saving, check_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from StegoMedLib.envelope import Key
    from StegoMedLib.identity.preview import Change
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedLib.pipeline.reidentify_report import ReidentifyReport
    from StegoMedLib.series.instances import InstanceStack
    from StegoMedLib.series.masks import VolumeMasks
    from StegoMedPanel.scene_cleaning import CleanScene
    from StegoMedPanel.untyped import Node

__all__ = ["Departure", "Returned", "Travelling"]

_SAVED_BEFORE = (
    "The DICOM database holds these images without identity already: they were saved under the same keys before. "
    "Remove that series from the database to save it again."
)


@dataclass(frozen=True, repr=False)
class Departure:
    """How a volume's images are to leave without identity; shows nothing of it in ``repr``.

    Attributes
    ----------
    volume, segmentation : Node
        The segmentation is not needed where nothing goes along.
    key : Key
    profile : str
    options : tuple of str
        What stays, as `StegoMedLib.choices` names it.
    carry : str
    strong, tiles, replace
        As of `StegoMedPanel.work.Request`.
    accept_burned_in : bool
        Somebody looked at the pictures.
    audit : Path or None
        File to note in what was done.
    """

    volume: Node
    segmentation: Node
    key: Key
    profile: str
    options: tuple[str, ...]
    carry: str
    strong: bool = False
    tiles: int = 0
    replace: bool = False
    accept_burned_in: bool = False
    audit: Path | None = None


@dataclass(frozen=True)
class Returned:
    """What came back, and whether it is a new series in the database, or the one that the database has already."""

    report: ReidentifyReport = field(repr=False)
    new: bool


class Travelling(Saving):
    """The part of the work that changes whose images they seem to be."""

    def preview(self, volume: Node, key: Key | None, options: tuple[str, ...], *, derived: bool) -> list[Change]:
        """What becomes of the header of a volume's first image; without a key, pseudonyms are examples."""
        from StegoMedLib.dicom import read_instance  # noqa: PLC0415
        from StegoMedLib.identity.nameless import NamelessHeaders  # noqa: PLC0415
        from StegoMedLib.identity.options import Options  # noqa: PLC0415
        from StegoMedLib.identity.preview import changes_shown  # noqa: PLC0415
        from StegoMedLib.identity.pseudonyms import Pseudonyms  # noqa: PLC0415

        pseudonyms = Pseudonyms(secrets.token_bytes(32), lasting=False) if key is None else Pseudonyms.of(key)
        headers = NamelessHeaders(Options.of(options), pseudonyms, derived=derived)
        return changes_shown(headers.of(read_instance(_files(volume)[0], accept_lossy=True).dataset))

    def nameless_to_folder(self, departure: Departure, folder: Path, progress: Progress) -> DeidentifyReport:
        """Write a volume's images without identity into a new or empty folder."""
        check_empty(folder)
        with private_folder() as temporary, _noted(departure.audit) as note:
            report = _nameless(departure, temporary, folder, progress)
            note(report)
        return report

    def nameless_to_database(self, departure: Departure, progress: Progress) -> tuple[Saved, DeidentifyReport]:
        """Write a volume's images without identity into the DICOM database, as a patient and study of their own.

        Returns what the database took, and the report.
        """
        opened = nodes.database()
        with private_folder() as temporary, _noted(departure.audit) as note:
            report = _nameless(departure, temporary, temporary / "nameless", progress)
            incoming = Incoming.of(temporary / "nameless")
            if incoming.known(opened):
                raise UnusableInputError(_SAVED_BEFORE)
            progress(1, 1, "into the DICOM database")
            saved = incoming.take_in(opened)
            note(report)
        return saved, report

    def image_numbers(self, names: list[str]) -> list[int]:
        """Numbers of images, from 1, that a report or an error calls by these names."""
        from StegoMedLib.pipeline.nameless_volume import number_of  # noqa: PLC0415

        return [number_of(name) for name in names]

    def clean_scene(self) -> CleanScene:
        """Take what tells whose images they are out of the scene."""
        from StegoMedPanel.scene_cleaning import clean_scene  # noqa: PLC0415

        return clean_scene(slicer.mrmlScene)

    def put_back(
        self, volume: Node, key: Key, progress: Progress, *, accept_altered: bool = False, audit: Path | None = None
    ) -> Returned:
        """Write the images of a nameless volume with their identity into the DICOM database.

        Images that the database has already are never written over: where it has the very same files, nothing is
        added, else they come as new instances.
        """
        from StegoMedLib.pipeline.nameless_volume import reidentify_files  # noqa: PLC0415

        opened, files = nodes.database(), _files(volume)
        with private_folder() as temporary, _noted(audit) as note:
            for attempt, restore_uids in enumerate((None, False)):
                place = temporary / str(attempt)
                report = reidentify_files(
                    files,
                    place / "nameless",
                    place / "named",
                    key,
                    accept_altered=accept_altered,
                    restore_uids=restore_uids,
                    progress=progress,
                )
                incoming = Incoming.of(place / "named")
                same = incoming.same(opened)
                if not same and incoming.known(opened):
                    continue
                if not same:
                    progress(1, 1, "into the DICOM database")
                    incoming.take_in(opened)
                note(report)
                return Returned(report, new=not same)
        raise UnusableInputError("The DICOM database knows one of the new images already; put them back again.")


@contextmanager
def _noted(audit: Path | None) -> Iterator[Callable[[DeidentifyReport | ReidentifyReport], object]]:
    """Give what notes a report in an audit file, which is looked at before anything is done."""
    from StegoMedLib.audit import Audit  # noqa: PLC0415

    opened = None if audit is None else Audit.open(audit)
    yield lambda report: None if opened is None else opened.note(report.as_event())


def _files(volume: Node) -> list[Path]:
    """The files behind a volume.

    Raises
    ------
    UnusableInputError
        There are none, or it is not saved.
    """
    uids = nodes.uids_of(volume)
    if uids:
        return nodes.files_of(uids)
    if stego.is_stego(volume):
        raise UnusableInputError(
            "This stego volume is not saved as DICOM; choose the volume that was loaded from the DICOM database."
        )
    raise UnusableInputError("This volume did not come from the DICOM database, so it has no header with an identity.")


def _nameless(departure: Departure, work: Path, target: Path, progress: Progress) -> DeidentifyReport:
    from StegoMedLib.identity.options import Options  # noqa: PLC0415
    from StegoMedLib.pipeline.deidentify import Identity  # noqa: PLC0415
    from StegoMedLib.pipeline.nameless_volume import deidentify_stack  # noqa: PLC0415
    from StegoMedLib.pipeline.options import Method  # noqa: PLC0415
    from StegoMedLib.processes import processes_for  # noqa: PLC0415
    from StegoMedLib.series.instances import InstanceStack  # noqa: PLC0415

    volume = departure.volume
    stack = InstanceStack(_files(volume), nodes.voxels_of(volume))
    return deidentify_stack(
        stack,
        _reviewed(departure, stack),
        work / "named",
        target,
        departure.key,
        identity=Identity(Options.of(departure.options), departure.carry, accept_burned_in=departure.accept_burned_in),
        method=Method(
            departure.profile,
            strength=HIGH_STRENGTH if departure.strong else None,
            tiles=departure.tiles,
            replace=departure.replace,
        ),
        progress=progress,
        processes=processes_for(nodes.voxels_of(volume).nbytes),
    )


def _reviewed(departure: Departure, stack: InstanceStack) -> VolumeMasks:
    """What the reviewer left of the region; all of the image where nothing is written to it."""
    from StegoMedLib.series.masks import VolumeMasks  # noqa: PLC0415

    if departure.carry == CARRIED_NOTHING:
        return VolumeMasks(stack, np.ones(nodes.voxels_of(departure.volume).shape, dtype=np.bool_))
    mask = nodes.mask_of(departure.segmentation, departure.volume)
    return VolumeMasks(stack, mask, found.doubts(departure.segmentation, mask))
