"""Step 2: the significant region, found, reviewed and edited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import StegoMedError
from StegoMedLib.wording import counted
from StegoMedPanel import found, nodes, views
from StegoMedPanel.parameters import Finder
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.untyped import Node

__all__ = ["RegionStep"]

_EDITOR = "SegmentEditor"
_LOOKING, _MEASURING = "Looking for the significant region ...", "Measuring the capacity ..."
_NAMED = 5
"""Slices that a sentence names at the most."""


class RegionStep:
    """Finds the region, opens it in Segment Editor, warns when the reviewer left less than was found."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        ui = self._ui
        self._find = Place(ui.findButton, ui.regionProgress, ui.regionState)
        self._check = Place(ui.capacityButton, ui.regionProgress, ui.regionState)
        self._reviewed: tuple[object, tuple[str, State]] | None = None
        ui.findButton.connect("clicked(bool)", self._on_find)
        ui.capacityButton.connect("clicked(bool)", self._on_check)
        ui.editButton.connect("clicked(bool)", self._on_edit)

    def edited(self) -> None:
        """The segmentation was changed by somebody."""
        self._reviewed = None

    def refresh(self) -> None:
        """Say whether there is a region, and whether it lacks some of what was found."""
        desk, ui, case = self._desk, self._ui, self._desk.chosen()
        ui.editButton.enabled = desk.run.idle and case.segmentation is not None
        ui.capacityButton.enabled = case.segmentation is not None and desk.may_press(self._check)
        ui.findButton.enabled = desk.may_press(self._find)
        if desk.fresh(self._find):
            say(ui.regionState, *self._review(case.volume, case.segmentation))

    def _review(self, volume: Node, segmentation: Node) -> tuple[str, State]:
        """What the reviewer left, looked at again when the segmentation or the volume has changed."""
        if segmentation is None or volume is None:
            return "Press Find, or choose a segmentation of the patient's body.", State.PLAIN
        key = volume.GetID(), segmentation.GetID()
        if self._reviewed is None or self._reviewed[0] != key:
            self._reviewed = key, _compare(volume, segmentation)
        return self._reviewed[1]

    def _on_find(self) -> None:
        self._desk.start(self._find, _LOOKING, self._work_find)

    def _work_find(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        case, finder = desk.case(region=False), parameters.finder
        desk.prepare(_LOOKING, case.volume, network=finder is Finder.maskrcnn)
        segmentation, measured = desk.work.find(case, finder.name, desk.progress)
        parameters.segmentation = segmentation
        views.show(case.volume, fit=True)
        self.edited()
        desk.keep_capacity(replace(case, segmentation=segmentation), measured)

    def _on_check(self) -> None:
        self._desk.start(self._check, _MEASURING, self._work_check)

    def _work_check(self) -> None:
        desk, case = self._desk, self._desk.case()
        desk.prepare(_MEASURING, case.volume, case.segmentation)
        measured = desk.work.measure(case, desk.progress)
        desk.keep_capacity(case, measured)

    def _on_edit(self) -> None:
        """Open Segment Editor with this segmentation over this volume."""
        try:
            case = self._desk.case()
        except StegoMedError as error:
            say(self._ui.regionState, str(error), State.ERROR)
            return
        scene = slicer.mrmlScene
        editor = scene.GetSingletonNode(_EDITOR, "vtkMRMLSegmentEditorNode")
        if editor is None:
            editor = slicer.vtkMRMLSegmentEditorNode()
            editor.SetSingletonTag(_EDITOR)
            editor = scene.AddNode(editor)
        editor.SetAndObserveSegmentationNode(case.segmentation)
        editor.SetAndObserveSourceVolumeNode(case.volume)
        slicer.util.selectModule(_EDITOR)


def _compare(volume: Node, segmentation: Node) -> tuple[str, State]:
    """The region against what was found, in words."""
    try:
        mask = nodes.mask_of(segmentation, volume)
    except StegoMedError as error:
        return str(error), State.ERROR
    if not mask.any():
        return (
            "The segmentation marks nothing in this volume. Find the body or draw it: slices without it are skipped.",
            State.ERROR,
        )
    covered = int(mask.any(axis=(1, 2)).sum())
    smaller = found.losses(segmentation, mask)
    if smaller:
        some = ", ".join(map(str, smaller[:_NAMED])) + (" ..." if len(smaller) > _NAMED else "")
        words = (
            f"The edited region leaves out some of what was found, on {counted(len(smaller), 'slice')} ({some}). "
            "Embedding may change what is left out; check that it is not the patient."
        )
        return words, State.WARNING
    return f"There is a region in {covered} of {counted(len(mask), 'slice')}. Review it, then embed.", State.GOOD
