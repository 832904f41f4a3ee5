"""Step 4: the new series, into the DICOM database or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes, stego
from StegoMedPanel.parameters import Target
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.untyped import Node

__all__ = ["SaveStep"]

_SAVING = "Saving the new series ..."


class SaveStep:
    """Writes new instances; the source is never touched."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        ui = self._ui
        self._place = Place(ui.saveButton, ui.saveProgress, ui.saveState)
        self._done = ""
        ui.saveButton.connect("clicked(bool)", self._on_save)
        ui.targetFolder.connect("currentPathChanged(QString)", self._on_folder)

    def clear(self) -> None:
        """Forget the result, and the patient that was typed in."""
        self.forget_result()
        self._ui.patientName.text = self._ui.patientID.text = ""

    def forget_result(self) -> None:
        """Forget what was saved: it was something else."""
        self._done = ""

    def refresh(self) -> None:
        """Show what the target and the volume call for."""
        parameters = self._desk.parameters
        self._ui.saveButton.enabled = self._desk.may_press(self._place)
        folder = parameters.target is Target.folder
        self._ui.targetFolder.visible = self._ui.targetFolderLabel.visible = folder
        if self._ui.targetFolder.currentPath != parameters.targetFolder:
            self._ui.targetFolder.currentPath = parameters.targetFolder
        volume = parameters.stegoVolume
        plain = volume is not None and not nodes.uids_of(volume, stego.SOURCES)
        for widget in (self._ui.patientName, self._ui.patientNameLabel, self._ui.patientID, self._ui.patientIDLabel):
            widget.visible = plain
        if self._desk.fresh(self._place):
            say(self._ui.saveState, *self._words(volume))

    def _words(self, volume: Node) -> tuple[str, State]:
        if volume is None:
            return "There is nothing to save yet; embed a record first.", State.PLAIN
        if self._done:
            return self._done, State.GOOD
        return f"“{volume.GetName()}” is ready to save as a new series. Its source does not change.", State.PLAIN

    def _on_folder(self, path: str) -> None:
        if self._desk.parameters.targetFolder != path:
            self._desk.parameters.targetFolder = str(path)

    def _on_save(self) -> None:
        self._desk.start(self._place, _SAVING, self._work)

    def _work(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        volume = parameters.stegoVolume
        if volume is None:
            raise UsageError("There is nothing to save yet; embed a record in step 3 first.")
        desk.prepare(_SAVING, volume)
        if not self._once_more(volume):
            return
        self._done = ""
        patient = self._patient(volume)
        lost: list[str] = []
        if parameters.target is Target.folder:
            if not parameters.targetFolder:
                raise UsageError("There is no folder yet; choose a new or empty one.")
            folder = Path(parameters.targetFolder)
            uids = desk.work.save_to_folder(volume, folder, patient, desk.progress, told=lost.append)
            written = counted(len(set(uids)), "image")
            self._done = f"{written} {'was' if len(set(uids)) == 1 else 'were'} written to {folder}."
        else:
            desk.work.save_to_database(volume, patient, desk.progress, told=lost.append)
            self._done = f"“{volume.GetName()}” is in the DICOM database as a new series, beside its source."
        self._done = " ".join((self._done, *lost))

    def _once_more(self, volume: Node) -> bool:
        """Whether a volume shall be saved that was saved before: each time makes a series of its own."""
        if not (self._done or volume.GetAttribute(nodes.SERIES_MARK)):
            return True
        # Without its name: message boxes take text for markup where it looks like it.
        question = "This stego volume was saved already. Save it once more, as another series?"
        return bool(slicer.util.confirmYesNoDisplay(question, windowTitle="StegoMed"))

    def _patient(self, volume: Node) -> dict[str, str]:
        """Patient of a new study; instances derived from DICOM keep their own."""
        name = str(self._ui.patientName.text).strip() or str(volume.GetName())
        return {"PatientName": name[:64], "PatientID": (str(self._ui.patientID.text).strip() or name)[:64]}
