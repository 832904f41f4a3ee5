"""Reveal: a series out of photographs, into the DICOM database and the scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import qt

from StegoMedLib.errors import UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import views
from StegoMedPanel.photographs import Fields, Photographs
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from StegoMedPanel.concealing import Revealed
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.extract_step import ExtractStep

__all__ = ["RevealStep"]

_REVEALING = "Looking into the photographs ..."
_NO_KEY = "There is no key yet; type the passphrase, or choose another key, in the section Extract."
_PLAIN = "Choose photographs that carry something, in any order, and their key in the section Extract."
_VOLUME = "vtkMRMLScalarVolumeNode"


class RevealStep:
    """Photographs, and what came out of them."""

    def __init__(self, desk: Desk, extract: ExtractStep) -> None:
        self._desk, self._ui, self._extract = desk, desk.ui, extract
        ui = self._ui
        fields = Fields(ui.addCarriers, ui.forgetCarriers, ui.carriersState)
        self.photographs = Photographs(fields, self._on_photographs)
        self._place = Place(ui.revealButton, ui.revealProgress, ui.revealState)
        self._done = ("", State.PLAIN)
        ui.revealButton.connect("clicked(bool)", self._on_reveal)

    def clear(self) -> None:
        """Forget which photographs, and what came out of them."""
        self._done = ("", State.PLAIN)
        self.photographs.clear()

    def refresh(self) -> None:
        """Say what there is to reveal, or what was revealed."""
        self._ui.revealButton.enabled = self._desk.may_press(self._place)
        self.photographs.refresh(idle=self._desk.run.idle)
        if self._desk.fresh(self._place):
            say(self._ui.revealState, *(self._done if self._done[0] else (_PLAIN, State.PLAIN)))

    def _on_photographs(self) -> None:
        self._done = ("", State.PLAIN)
        self._desk.refresh_soon()

    def _on_reveal(self) -> None:
        self._desk.start(self._place, _REVEALING, self._work)

    def _work(self) -> None:
        desk, extract = self._desk, self._extract
        photographs = self.photographs.needed()
        if not (self._ui.extractPassphrase.text or extract.others.given):
            raise UsageError(_NO_KEY)
        desk.prepare(_REVEALING)
        self._done = ("", State.PLAIN)
        revealed = desk.work.reveal(photographs, extract.key(), desk.progress, self._choose_folder)
        volumes = [node for node in revealed.loaded if node.IsA(_VOLUME)]
        if volumes:
            views.show(volumes[0], fit=True)
        self._done = _what_came_out(revealed, extract.others.told)

    def _choose_folder(self, count: int) -> Path | None:
        """Ask where files go that are no DICOM images."""
        title = f"Save {counted(count, 'file')} to a folder"
        name = qt.QFileDialog.getExistingDirectory(self._ui.revealButton, title)
        return Path(str(name)) if name else None


def _what_came_out(revealed: Revealed, told: list[str]) -> tuple[str, State]:
    words = []
    if revealed.images:
        were = "was" if revealed.images == 1 else "were"
        new = f"{were} written to the DICOM database" if revealed.new else f"{were} in the DICOM database already"
        names = ", ".join(f"“{node.GetName()}”" for node in revealed.loaded)
        loaded = f", and loaded as {names}" if names else "; Slicer loads nothing of them"
        words.append(f"{counted(revealed.images, 'image')} {new}{loaded}.")
    if revealed.others and revealed.folder is not None:
        words.append(f"{counted(revealed.others, 'file')} saved to {revealed.folder}.")
    elif revealed.others:
        words.append(f"Not saved: {counted(revealed.others, 'file')}; press Reveal again, and choose a folder.")
    words += [*revealed.report.incomplete, *told]
    kept_back = revealed.others and revealed.folder is None
    return " ".join(words), State.WARNING if kept_back or revealed.report.incomplete or told else State.GOOD
