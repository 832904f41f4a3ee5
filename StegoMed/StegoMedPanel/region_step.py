"""Step 2: the significant region, found, reviewed and edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import StegoMedError, UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import found, nodes, views
from StegoMedPanel.parameters import Finder
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say
from StegoMedPanel.work import Case

if TYPE_CHECKING:
    from StegoMedPanel.panel import Panel
    from StegoMedPanel.untyped import Node

__all__ = ["RegionStep"]

_EDITOR = "SegmentEditor"
_LOOKING, _MEASURING = "Looking for the significant region ...", "Measuring room ..."
_NAMED = 5
"""Slices that a sentence names at the most."""


class RegionStep:
    """Finds the region, opens it in Segment Editor, warns when the reviewer left less than was found."""

    def __init__(self, panel: Panel) -> None:
        self._panel, self._ui = panel, panel.ui
        ui = self._ui
        self._find = Place(ui.findButton, ui.regionProgress, ui.regionState)
        self._check = Place(ui.checkRoomButton, ui.regionProgress, ui.regionState)
        self._reviewed: tuple[object, tuple[str, State]] | None = None
        ui.findButton.connect("clicked(bool)", self._on_find)
        ui.checkRoomButton.connect("clicked(bool)", self._on_check)
        ui.editButton.connect("clicked(bool)", self._on_edit)

    def segmentation(self) -> Node:
        """The chosen segmentation.

        Raises
        ------
        UsageError
            None is chosen.
        """
        parameters = self._panel.parameters
        segmentation = None if parameters is None else parameters.segmentation
        if segmentation is None:
            raise UsageError("There is no significant region yet; press Find in step 2, or choose a segmentation.")
        return segmentation

    def edited(self) -> None:
        """The segmentation was changed by somebody."""
        self._reviewed = None

    def refresh(self) -> None:
        """Say whether there is a region, and whether it lacks some of what was found."""
        parameters = self._panel.parameters
        segmentation = None if parameters is None else parameters.segmentation
        self._ui.editButton.enabled = self._panel.run.idle and segmentation is not None
        self._ui.checkRoomButton.enabled = segmentation is not None and self._panel.may_press(self._check)
        self._ui.findButton.enabled = self._panel.may_press(self._find)
        if self._panel.run.idle and self._panel.fresh(self._find):
            words, state = self._review(None if parameters is None else parameters.inputVolume, segmentation)
            say(self._ui.regionState, words, state)

    def _review(self, volume: Node, segmentation: Node) -> tuple[str, State]:
        """What the reviewer left, looked at again when the segmentation or the volume has changed."""
        if segmentation is None or volume is None:
            return "Press Find, or choose a segmentation of the patient's body made elsewhere.", State.PLAIN
        key = volume.GetID(), segmentation.GetID()
        if self._reviewed is None or self._reviewed[0] != key:
            self._reviewed = key, _compare(volume, segmentation)
        return self._reviewed[1]

    def _on_find(self) -> None:
        self._panel.start(self._find, _LOOKING, self._work_find)

    def _work_find(self) -> str:
        panel, parameters = self._panel, self._panel.parameters
        volume, finder, profile = panel.input.volume(), parameters.finder, parameters.profile
        panel.ensure_packages(_LOOKING, network=finder is Finder.maskrcnn)
        panel.watch(volume)
        case = Case(volume, parameters.segmentation, profile.name, panel.input.modality())
        segmentation, survey = panel.work.find(case, finder.name, panel.progress)
        parameters.segmentation = segmentation
        views.show(volume, fit=True)
        self.edited()
        panel.keep_room(survey.capacity_bits, survey.reasons, volume, segmentation, profile)
        return ""

    def _on_check(self) -> None:
        self._panel.start(self._check, _MEASURING, self._work_check)

    def _work_check(self) -> str:
        panel = self._panel
        volume, segmentation, profile = panel.input.volume(), self.segmentation(), panel.parameters.profile
        panel.ensure_packages(_MEASURING)
        panel.watch(volume, segmentation)
        case = Case(volume, segmentation, profile.name, panel.input.modality())
        survey = panel.work.measure(case, panel.progress)
        panel.keep_room(survey.capacity_bits, survey.reasons, volume, segmentation, profile)
        return ""

    def _on_edit(self) -> None:
        """Open Segment Editor with this segmentation over this volume."""
        try:
            segmentation, volume = self.segmentation(), self._panel.input.volume()
        except StegoMedError as error:
            say(self._ui.regionState, str(error), State.ERROR)
            return
        scene = slicer.mrmlScene
        editor = scene.GetSingletonNode(_EDITOR, "vtkMRMLSegmentEditorNode")
        if editor is None:
            editor = slicer.vtkMRMLSegmentEditorNode()
            editor.SetSingletonTag(_EDITOR)
            editor = scene.AddNode(editor)
        editor.SetAndObserveSegmentationNode(segmentation)
        editor.SetAndObserveSourceVolumeNode(volume)
        slicer.util.selectModule(_EDITOR)


def _compare(volume: Node, segmentation: Node) -> tuple[str, State]:
    """The region against what was found, in words."""
    try:
        mask = nodes.mask_of(segmentation, volume)
    except StegoMedError as error:
        return str(error), State.ERROR
    if not mask.any():
        return (
            "The segmentation marks nothing in this volume, and slices without a body are skipped; find or draw it.",
            State.ERROR,
        )
    covered = int(mask.any(axis=(1, 2)).sum())
    smaller = found.losses(segmentation, mask)
    if smaller:
        some = ", ".join(map(str, smaller[:_NAMED])) + (" ..." if len(smaller) > _NAMED else "")
        words = (
            f"The reviewed region lacks some of what was found, on {counted(len(smaller), 'slice')} ({some}): what is "
            "missing may be changed. Check that it is not the patient."
        )
        return words, State.WARNING
    return f"There is a region on {covered} of {counted(len(mask), 'slice')}; review it, then hide.", State.GOOD
