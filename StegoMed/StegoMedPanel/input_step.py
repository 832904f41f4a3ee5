"""Step 1: which volume, and what stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import StegoMedError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes, stego
from StegoMedPanel.parameters import VoxelKind
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.untyped import Node

__all__ = ["InputStep"]

_HOUNSFIELD_AIR = -500.0
"""Only CT numbers go this far below zero."""


class InputStep:
    """Chooses the volume, and says where it comes from and how many of its slices can carry a record."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        self._described: tuple[object, tuple[str, State]] | None = None
        self._guessed = ""

    def choose_only_one(self) -> None:
        """Choose the volume where there is one and no other, for what has none chosen."""
        parameters = self._desk.parameters
        if not self._desk.run.idle:
            return
        found = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        volumes = [node for node in found if node.GetClassName() == "vtkMRMLScalarVolumeNode"]  # as the selectors show
        if len(volumes) != 1 or volumes[0].GetHideFromEditors() or volumes[0].GetImageData() is None:
            return
        for name in ("inputVolume", "extractVolume"):
            if getattr(parameters, name) is None:
                setattr(parameters, name, volumes[0])

    def guess_kind(self) -> None:
        """Guess the kind of voxels of a volume without DICOM header that was just chosen."""
        parameters = self._desk.parameters
        volume = parameters.inputVolume
        if volume is None or volume.GetID() == self._guessed:
            return
        self._guessed = volume.GetID()
        if volume.GetImageData() is not None and not _from_dicom(volume):
            lowest = volume.GetImageData().GetScalarRange()[0]
            parameters.voxelKind = VoxelKind.CT if lowest < _HOUNSFIELD_AIR else VoxelKind.OT

    def refresh(self) -> None:
        """Say what the volume is."""
        volume = self._desk.parameters.inputVolume
        plain = volume is not None and not _from_dicom(volume)
        self._ui.voxelKind.visible = self._ui.voxelKindLabel.visible = plain
        if volume is None:
            say(self._ui.inputState, "Choose the CT or MR volume to embed the record in.")
            return
        words, state = self._description(volume)
        capacity = "" if state is State.ERROR else self._desk.capacity.words()
        say(self._ui.inputState, f"{words} {capacity}".strip(), state)

    def _description(self, volume: Node) -> tuple[str, State]:
        """What the volume is, looked at again when it or the database has changed."""
        key = volume.GetID(), volume.GetMTime(), nodes.open_database() is not None
        if self._described is None or self._described[0] != key:
            self._described = key, _describe(volume)
        return self._described[1]


def _from_dicom(volume: Node) -> bool:
    return bool(nodes.uids_of(volume) or nodes.uids_of(volume, stego.SOURCES))


def _describe(volume: Node) -> tuple[str, State]:
    """Where a volume comes from, in words, and whether it can be worked on."""
    from StegoMedLib.series.stacks import VoxelStack  # noqa: PLC0415 kept from the module's loading

    try:
        voxels = nodes.voxels_of(volume)
        size = f"{counted(len(voxels), 'slice')} of {voxels.shape[2]}x{voxels.shape[1]} pixels"
        uids = nodes.uids_of(volume) or nodes.uids_of(volume, stego.SOURCES)
        if uids:
            nodes.files_of(uids)
        else:
            VoxelStack(voxels)
    except StegoMedError as error:
        return str(error), State.ERROR
    if stego.carries_record(volume):
        return f"{size}. This volume carries a record already, which can be replaced in step 3.", State.WARNING
    if not uids:
        return f"{size}, not from DICOM: saving makes a new DICOM study.", State.PLAIN
    return f"{size} from the DICOM database.", State.PLAIN
