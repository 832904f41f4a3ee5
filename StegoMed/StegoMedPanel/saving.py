"""Saving a stego volume: as a new DICOM series into a folder or the DICOM database. The source is never touched."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedPanel import nodes, series, stego
from StegoMedPanel.importing import Incoming, Saved, private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedPanel.untyped import Node

__all__ = ["Progress", "Saving", "check_empty"]

Progress = Callable[[int, int, str], None]
_log = logging.getLogger("StegoMed")


class Saving:
    """The part of the work that writes files."""

    def save_to_folder(
        self,
        volume: Node,
        folder: Path,
        patient: dict[str, str],
        progress: Progress,
        *,
        stated: dict[str, str] | None = None,
        told: Callable[[str], None] = _log.warning,
    ) -> list[str]:
        """Write a stego volume as a new DICOM series into a new or empty folder; SOPInstanceUIDs, slice by slice.

        `patient` is for volumes that did not come from DICOM, and `stated` goes over what the source says. `told` is
        given a sentence for what of the headers did not come along.
        """
        from StegoMedLib.pipeline.volumes import write_stack  # noqa: PLC0415

        stego.check_untouched(volume)
        check_empty(folder)
        voxels = nodes.voxels_of(volume)
        uids = nodes.uids_of(volume, stego.SOURCES)
        if not uids:
            return self._write_new(volume, folder, {**patient, **(stated or {})}, progress)
        from StegoMedLib.series.instances import InstanceStack  # noqa: PLC0415

        stack = InstanceStack(nodes.files_of(uids), voxels, revised=True)
        new = series.statement(volume, stated)
        return write_stack(stack, voxels, folder, mark=new.mark, texts=new.texts, progress=progress, told=told)

    def save_to_database(
        self, volume: Node, patient: dict[str, str], progress: Progress, *, told: Callable[[str], None] = _log.warning
    ) -> Saved:
        """Write a stego volume as new instances into the DICOM database.

        The volume is known as that series from then on.
        """
        opened = nodes.database()
        with private_folder() as temporary:
            folder = temporary / "series"
            uids = self.save_to_folder(volume, folder, patient, progress, told=told)
            incoming = Incoming.of(folder)
            if incoming.known(opened):
                raise UnusableInputError("The DICOM database knows one of the new images already; save again.")
            progress(len(uids), len(uids), "into the DICOM database")
            saved = incoming.take_in(opened)
        volume.SetAttribute(nodes.SOURCES, " ".join(uids))
        volume.SetAttribute(nodes.SERIES_MARK, "1")
        return saved

    def _write_new(self, volume: Node, folder: Path, patient: dict[str, str], progress: Progress) -> list[str]:
        from pydicom import dcmread  # noqa: PLC0415

        from StegoMedLib.dicom import SeriesGeometry  # noqa: PLC0415
        from StegoMedLib.pipeline.volumes import write_new  # noqa: PLC0415

        geometry = SeriesGeometry(*nodes.lps_vectors(volume))
        voxels, modality = nodes.voxels_of(volume), stego.modality_of(volume)
        attributes = {"SeriesDescription": volume.GetName()[:64], **patient}
        files = write_new(voxels, folder, geometry, modality=modality, attributes=attributes, progress=progress)
        return [str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in files]


def check_empty(folder: Path) -> None:
    """Refuse a folder that holds something; what an interrupted run left in it is for the library to put in order."""
    from StegoMedLib.series.workplace import is_workplace  # noqa: PLC0415

    try:
        held = folder.is_file() or (folder.is_dir() and any(not is_workplace(each.name) for each in folder.iterdir()))
    except OSError as error:
        raise UnusableInputError(f"{folder} cannot be accessed ({error.strerror}); choose another folder.") from None
    if held:
        raise UnusableInputError(f"{folder} is not empty; choose a new or empty folder.")
