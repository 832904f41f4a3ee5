"""Clean scene: what tells whose images they are goes out of the scene, before it is saved and given away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer

from StegoMedLib.wording import counted
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say
from StegoMedPanel.tables import fill

if TYPE_CHECKING:
    from StegoMedPanel.desk import Desk

__all__ = ["CleanStep"]

_CLEANING = "Cleaning the scene ..."
_QUESTION = (
    "Volumes, patients and studies of this scene get names that say nothing, and DICOM attributes, UIDs, paths of "
    "files and texts that tell whose images they are go. Only loading the data again brings them back. Clean the scene?"
)
_PLAIN = (
    "Takes what tells whose images they are out of the scene: names, DICOM attributes, UIDs, paths of files. Voxels "
    "stay, with what is written or can be seen in them. Files on the disk and the DICOM database stay as they are."
)


class CleanStep:
    """Asks, cleans, and shows what was cleaned."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        self._place = Place(self._ui.cleanButton, self._ui.cleanProgress, self._ui.cleanState)
        self._done = ("", State.PLAIN)
        self._ui.cleanButton.connect("clicked(bool)", self._on_clean)
        self.clear()

    def clear(self) -> None:
        """Forget what was cleaned: it was another scene."""
        self._done = ("", State.PLAIN)
        fill(self._ui.cleanTable, (), ())

    def refresh(self) -> None:
        """Say what it does, or what it did."""
        self._ui.cleanButton.enabled = self._desk.may_press(self._place)
        if self._desk.fresh(self._place):
            say(self._ui.cleanState, *(self._done if self._done[0] else (_PLAIN, State.PLAIN)))

    def _on_clean(self) -> None:
        self._desk.start(self._place, _CLEANING, self._work)

    def _work(self) -> None:
        self._desk.prepare(_CLEANING)
        if not slicer.util.confirmYesNoDisplay(_QUESTION, windowTitle="StegoMed"):
            return
        self.clear()
        clean = self._desk.work.clean_scene()
        fill(self._ui.cleanTable, ("Node", "Taken out"), [(each.name, each.what) for each in clean.cleaned])
        count = counted(len(clean.cleaned), "value")
        words = f"{count} taken out of the scene; save it now." if clean.cleaned else "There was nothing to take out."
        if clean.left:
            left = f"Something is left in: {', '.join(clean.left)}; look at it before you give the scene away."
            self._done = f"{words} {left}", State.WARNING
            return
        self._done = f"{words} Nothing that was looked for is left.", State.GOOD
