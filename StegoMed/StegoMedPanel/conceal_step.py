"""Conceal: the images of the volume of step 1, sealed under the keys of step 3, inside photographs."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes
from StegoMedPanel.concealing import NOT_FROM_DICOM, PhotoRequest
from StegoMedPanel.photographs import Fields, Photographs
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from StegoMedLib.envelope import Key
    from StegoMedLib.photo.conceal import ConcealReport
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.untyped import Node

__all__ = ["ConcealStep"]

_CONCEALING, _MEASURING = "Concealing the images ...", "Measuring how many photographs it takes ..."
_NO_KEY = "There is no key yet; type a passphrase, or choose another key, in step 3."


class ConcealStep:
    """Photographs, what may become of them, and what became of them."""

    def __init__(self, desk: Desk, embed: EmbedStep) -> None:
        self._desk, self._ui, self._embed = desk, desk.ui, embed
        ui = self._ui
        fields = Fields(ui.addPhotographs, ui.forgetPhotographs, ui.photographsState)
        self.photographs = Photographs(fields, self._on_photographs, lambda: bool(desk.parameters.acceptJpeg))
        self._place = Place(ui.concealButton, ui.concealProgress, ui.concealState)
        self._done, self._of = ("", State.PLAIN), ""
        ui.concealFolder.connect("currentPathChanged(QString)", desk.refresh_soon)
        ui.concealButton.connect("clicked(bool)", self._on_conceal)

    def clear(self) -> None:
        """Forget which photographs, where they go, and what became of them."""
        self.forget_result()
        self.photographs.clear()
        self._ui.concealFolder.currentPath = ""

    def forget_result(self) -> None:
        """Forget what was done: something else is to be."""
        self._done = ("", State.PLAIN)

    def refresh(self) -> None:
        """Say what there is to conceal, or what was concealed."""
        self._ui.concealButton.enabled = self._desk.may_press(self._place)
        self.photographs.refresh(idle=self._desk.run.idle)
        volume = self._desk.parameters.inputVolume
        of = "" if volume is None else str(volume.GetID())
        if of != self._of:
            self._of = of
            self.forget_result()
        if self._desk.fresh(self._place):
            say(self._ui.concealState, *(self._done if self._done[0] else (_what_will_be(volume), State.PLAIN)))

    def _on_photographs(self) -> None:
        self.forget_result()
        self._desk.refresh_soon()

    def _on_conceal(self) -> None:
        if self.photographs.paths:
            self._desk.start(self._place, _CONCEALING, self._work)
        else:
            self._desk.start(self._place, _MEASURING, self._work_measuring)

    def _work_measuring(self) -> None:
        """Without photographs: say how many it takes."""
        desk = self._desk
        volume, passphrase = self._volume(), self._typed()
        desk.prepare(_MEASURING, volume)
        self.forget_result()
        lines = desk.work.photographs_needed(
            volume, self._embed.key(passphrase), desk.parameters.mayLose, desk.progress
        )
        self._done = "\n".join((*lines, "Add photographs, then press Conceal.")), State.PLAIN

    def _work(self) -> None:
        desk = self._desk
        volume, photographs, folder = self._volume(), self.photographs.needed(), self._folder()
        passphrase = self._typed()
        desk.prepare(_CONCEALING, volume)
        request = self._request(self._embed.key(passphrase))
        self.forget_result()
        report = desk.work.conceal(volume, photographs, folder, request, desk.progress)
        self._done = _what_was_done(report, folder, self._embed.others.told)

    def _volume(self) -> Node:
        volume = self._desk.case(region=False).volume
        if not nodes.uids_of(volume):
            raise UsageError(NOT_FROM_DICOM)
        return volume

    def _folder(self) -> Path:
        path = str(self._ui.concealFolder.currentPath)
        if not path:
            raise UsageError("There is no folder yet; choose a new or empty one for the photographs.")
        return Path(path)

    def _typed(self) -> str:
        """What was typed in step 3; raises `UsageError`."""
        if not (self._ui.passphrase.text or self._ui.repeatPassphrase.text or self._embed.others.given):
            raise UsageError(_NO_KEY)
        return self._embed.typed()

    def _request(self, key: Key) -> PhotoRequest:
        parameters = self._desk.parameters
        return PhotoRequest(
            key,
            parameters.mayLose,
            metadata=not parameters.removeMetadata,
            jpeg=parameters.acceptJpeg,
            samples=self.photographs.samples,
        )


def _what_will_be(volume: Node) -> str:
    if volume is None:
        return "Choose the volume to conceal in step 1."
    uids = set(nodes.uids_of(volume))
    if not uids:
        return NOT_FROM_DICOM
    return (
        f"{counted(len(uids), 'image')} of “{volume.GetName()}” will go, sealed under the keys of step 3, into copies "
        "of the photographs. Without photographs, Conceal tells how many it takes."
    )


def _what_was_done(report: ConcealReport, folder: Path, told: list[str]) -> tuple[str, State]:
    rows = report.photographs
    words = [
        f"{counted(len(rows), 'photograph')} {'was' if len(rows) == 1 else 'were'} written to {folder}{_psnr(report)}."
    ]
    if report.may_be_lost:
        words.append(f"Any {report.may_be_lost} of them may be lost.")
    if report.unused:
        left = len(report.unused)
        words.append(f"{left} could carry nothing, and {'was' if left == 1 else 'were'} left out.")
    words.append("Show nobody the photographs they were made of: side by side, the changes can be seen.")
    if report.lossy:
        of = f"{counted(len(report.lossy), 'photograph')} had been compressed with loss:"
        words.append(f"{of} what was made of them is PNG, and whoever looks for it can tell that it changed.")
    words += told
    return " ".join(words), State.WARNING if report.lossy or told else State.GOOD


def _psnr(report: ConcealReport) -> str:
    """How much they changed, in words."""
    values = [row.psnr for row in report.photographs if isfinite(row.psnr)]
    if not values:
        return ""
    least, most = f"{min(values):.1f}", f"{max(values):.1f}"
    return f", PSNR {least} dB" if least == most else f", PSNR {least} to {most} dB"
