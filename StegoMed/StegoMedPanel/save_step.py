"""Step 4: the new series, into the DICOM database or a folder, with the header of its source or without identity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes, stego
from StegoMedPanel.nameless_form import NamelessForm
from StegoMedPanel.nameless_words import asked_before_sending, residue_rows, what_was_saved
from StegoMedPanel.parameters import Target
from StegoMedPanel.run import Place
from StegoMedPanel.send_form import SendForm
from StegoMedPanel.sending import Parcel
from StegoMedPanel.states import State, say
from StegoMedPanel.tables import fill

if TYPE_CHECKING:
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.travelling import Departure
    from StegoMedPanel.untyped import Node

__all__ = ["SaveStep"]

_SAVING = "Saving the new series ..."
_NAMED = " Its header keeps the identity that its source shows."
_SEND_NAMED = "The headers of these images show whose they are. Send them all the same?"


class SaveStep:
    """Writes new instances; the source is never touched."""

    def __init__(self, desk: Desk, embed: EmbedStep) -> None:
        self._desk, self._ui, self._embed = desk, desk.ui, embed
        ui = self._ui
        self.nameless, self.sending = NamelessForm(desk, embed), SendForm(desk)
        self._place = Place(ui.saveButton, ui.saveProgress, ui.saveState)
        self._done, self._saved = ("", State.PLAIN), False
        self._of: object = False
        ui.saveButton.connect("clicked(bool)", self._on_save)
        ui.targetFolder.connect("currentPathChanged(QString)", self._on_folder)

    def clear(self) -> None:
        """Forget the result, and the patient that was typed in."""
        self.forget_result()
        self.nameless.clear()
        self.sending.clear()
        self._ui.patientName.text = self._ui.patientID.text = ""

    def forget_result(self) -> None:
        """Forget what was saved: it was something else."""
        self._done, self._saved = ("", State.PLAIN), False
        self.sending.forget()

    def refresh(self) -> None:
        """Show what the target and the volume call for."""
        parameters = self._desk.parameters
        self._ui.saveButton.enabled = self._desk.may_press(self._place)
        folder = parameters.target is Target.folder
        self._ui.targetFolder.visible = self._ui.targetFolderLabel.visible = folder
        if self._ui.targetFolder.currentPath != parameters.targetFolder:
            self._ui.targetFolder.currentPath = parameters.targetFolder
        volume = parameters.stegoVolume
        plain = volume is not None and not nodes.uids_of(volume, stego.SOURCES) and not self.nameless.chosen
        for widget in (self._ui.patientName, self._ui.patientNameLabel, self._ui.patientID, self._ui.patientIDLabel):
            widget.visible = plain
        self._forget_another()
        self.nameless.refresh()
        self.sending.refresh()
        if self._desk.fresh(self._place):
            say(self._ui.saveState, *self._words(volume))

    def _forget_another(self) -> None:
        """Forget the result of images with identity when those without are chosen, and the other way round."""
        volume = self._desk.parameters.inputVolume
        of = self.nameless.chosen and (True, None if volume is None else volume.GetID())
        if of != self._of:
            self._of = of
            self.forget_result()
            fill(self._ui.residueTable, (), ())

    def _words(self, volume: Node) -> tuple[str, State]:
        if self._done[0]:
            return self.sending.after(self._done)
        if self.nameless.chosen:
            return self.nameless.previewed or self.nameless.words(), State.PLAIN
        if volume is None:
            return "There is nothing to save yet; embed a record first.", State.PLAIN
        named = _NAMED if nodes.uids_of(volume, stego.SOURCES) else ""
        words = f"“{volume.GetName()}” is ready to save as a new series. Its source does not change.{named}"
        return words, State.PLAIN

    def _on_folder(self, path: str) -> None:
        if self._desk.parameters.targetFolder != path:
            self._desk.parameters.targetFolder = str(path)

    def _on_save(self) -> None:
        work = self._work_nameless if self.nameless.chosen else self._work
        self._desk.start(self._place, _SAVING, work)

    def _work(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        volume = parameters.stegoVolume
        if volume is None:
            raise UsageError("There is nothing to save yet; embed a record in step 3 first.")
        desk.prepare(_SAVING, volume)
        if not self._once_more(volume):
            return
        self.forget_result()
        patient = self._patient(volume)
        lost, parcel = list[str](), None
        if parameters.target is Target.folder:
            folder = self._folder()
            uids = desk.work.save_to_folder(volume, folder, patient, desk.progress, told=lost.append)
            written = counted(len(set(uids)), "image")
            done = f"{written} {'was' if len(set(uids)) == 1 else 'were'} written to {folder}."
        else:
            saved = desk.work.save_to_database(volume, patient, desk.progress, told=lost.append)
            parcel = Parcel(saved.images, _SEND_NAMED)
            done = f"“{volume.GetName()}” is in the DICOM database as a new series, beside its source."
        self._done, self._saved = (" ".join((done, *lost)), State.GOOD), True
        if parcel is not None:
            self.sending.saved(parcel)

    def _work_nameless(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        volume, passphrase = self.nameless.volume(), self._embed.typed()
        into_folder = parameters.target is Target.folder
        folder = self._folder() if into_folder else Path()
        desk.prepare(_SAVING, volume, parameters.segmentation if parameters.carry.name != "none" else volume)
        self.forget_result()
        work, images = desk.work, dict[str, str]()

        def write(departure: Departure) -> DeidentifyReport:
            if into_folder:
                return work.nameless_to_folder(departure, folder, desk.progress)
            saved, report = work.nameless_to_database(departure, desk.progress)
            images.update(saved.images)
            return report

        report = self.nameless.save(passphrase, write)
        place = f"written to {folder}" if into_folder else "in the DICOM database"
        self._done = what_was_saved(report, place, self._embed.others.told)
        fill(self._ui.residueTable, ("Left in", "Is, or is part of", "Images"), residue_rows(report))
        if images:
            question = asked_before_sending(report)
            self.sending.saved(Parcel(images, question, look_first=bool(question)))

    def _folder(self) -> Path:
        if not self._desk.parameters.targetFolder:
            raise UsageError("There is no folder yet; choose a new or empty one.")
        return Path(self._desk.parameters.targetFolder)

    def _once_more(self, volume: Node) -> bool:
        """Whether a volume shall be saved that was saved before: each time makes a series of its own."""
        if not (self._saved or volume.GetAttribute(nodes.SERIES_MARK)):
            return True
        # Without its name: message boxes take text for markup where it looks like it.
        question = "This stego volume was saved already. Save it once more, as another series?"
        return bool(slicer.util.confirmYesNoDisplay(question, windowTitle="StegoMed"))

    def _patient(self, volume: Node) -> dict[str, str]:
        """Patient of a new study; instances derived from DICOM keep their own."""
        name = str(self._ui.patientName.text).strip() or str(volume.GetName())
        return {"PatientName": name[:64], "PatientID": (str(self._ui.patientID.text).strip() or name)[:64]}
