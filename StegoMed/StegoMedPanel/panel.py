"""The panel: steps, parameters, and the scene that both live in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from StegoMedPanel import nodes
from StegoMedPanel.extract_step import ExtractStep
from StegoMedPanel.hide_step import HideStep
from StegoMedPanel.input_step import InputStep
from StegoMedPanel.region_step import RegionStep
from StegoMedPanel.room import Room
from StegoMedPanel.run import Place, Run
from StegoMedPanel.save_step import SaveStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.parameters import Profile
    from StegoMedPanel.untyped import Node, Parameters, Widget
    from StegoMedPanel.work import Work

__all__ = ["Panel"]

_SOON = 60
"""Milliseconds after which the panel follows what is being typed or clicked."""


class Panel(VTKObservationMixin):
    """Holds the steps together.

    Parameters
    ----------
    ui : namespace of widgets
        As `slicer.util.childWidgetVariables` gives it.
    work : Work
        What the buttons do.
    """

    def __init__(self, ui: Widget, work: Work) -> None:
        VTKObservationMixin.__init__(self)
        self.ui, self.work = ui, work
        self.parameters: Parameters = None
        self.room = Room()
        self.run = Run(self.refresh)
        self.progress = self.run.progress
        self._link: object = None
        self._watched: tuple[Node, ...] = ()
        self._stego = ""
        self._segments: Node = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SOON)
        self._timer.connect("timeout()", self._on_pause)
        self._nodes_changed = False
        self.input, self.region = InputStep(self), RegionStep(self)
        self.hide, self.save, self.extract = HideStep(self), SaveStep(self), ExtractStep(self)
        self.refresh()

    def set_parameters(self, parameters: Parameters) -> None:
        """Work with these parameters from now on, or with none."""
        if self.parameters is not None:
            self.parameters.disconnectGui(self._link)
            self.removeObserver(self.parameters, vtk.vtkCommand.ModifiedEvent, self._on_parameters)
        self.parameters, self._link = parameters, None
        if parameters is not None:
            self._link = parameters.connectGui(self.ui)
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self._on_parameters)
        self._on_parameters()

    def scene_closes(self) -> None:
        """Stop what runs, and forget passphrases, records and results."""
        self.run.cancel()
        self.set_parameters(None)
        for step in (self.hide, self.save, self.extract):
            step.clear()
        self.run.failed = None
        self.refresh()

    def enter(self) -> None:
        """The panel comes to the front: the segmentation may have been edited meanwhile."""
        self.input.choose_only_one()
        self.refresh()

    def nodes_change(self) -> None:
        """Nodes came or went."""
        self._nodes_changed = True
        self.refresh_soon()

    def close(self) -> None:
        """The panel goes away."""
        self._timer.stop()
        self.run.close()
        self.hide.passphrase.clear()
        self.extract.passphrase.clear()
        self.set_parameters(None)
        self.removeObservers()

    def refresh(self) -> None:
        """Make every step say what is."""
        for step in (self.input, self.region, self.hide, self.save, self.extract):
            step.refresh()

    def refresh_soon(self, _changed: object = None) -> None:
        """Refresh when typing and clicking pause."""
        self._timer.start()

    def start(self, place: Place, words: str, work: Callable[[], str]) -> None:
        """Do a step's work, or cancel what runs."""
        if not self.run.idle:
            self.run.cancel()
            return
        self._watched = ()
        self.run.toggle(place, words, work, lambda: nodes.still_there(*self._watched))

    def ensure_packages(self, words: str, *, network: bool = False) -> None:
        """Install what is missing, when the user agrees; `words` say what is done afterwards."""
        self.work.ensure_packages(network=network, teller=self.run)
        self.run.announce(words)

    def watch(self, *watched: Node) -> None:
        """Stop the work when one of these nodes is removed."""
        self._watched = watched

    def may_press(self, place: Place) -> bool:
        """Whether a step's button does something now: start its work, or cancel it."""
        return self.run.idle or self.run.place is place

    def fresh(self, place: Place) -> bool:
        """Whether a step's line may be written anew: it does not show why work failed a moment ago."""
        failed = self.run.failed
        return failed is None or failed.state is not place.state

    def room_owner(self) -> object:
        """What room was measured for."""
        parameters = self.parameters
        if parameters is None:
            return None
        return _owner(parameters.inputVolume, parameters.segmentation, parameters.profile)

    def keep_room(
        self, bits: list[int], reasons: list[str], volume: Node, segmentation: Node, profile: Profile
    ) -> None:
        """Keep the room of these, unless others were chosen while it was measured."""
        self.room.set(bits, _owner(volume, segmentation, profile), reasons)
        self.room.look(self.room_owner())

    def _on_pause(self) -> None:
        """Typing, clicking and loading pause."""
        if self._nodes_changed:
            self._nodes_changed = False
            self.input.choose_only_one()
        self.refresh()

    def _on_parameters(self, _caller: object = None, _event: object = None) -> None:
        """A choice was made, here or elsewhere."""
        self.run.failed = None
        self.input.guess_kind()
        self.room.look(self.room_owner())
        self._observe_segmentation()
        volume = None if self.parameters is None else self.parameters.stegoVolume
        if volume is None or volume.GetID() != self._stego:
            self._stego = "" if volume is None else volume.GetID()
            self.hide.forget_result()
            self.save.forget_result()
        self.refresh()

    def _observe_segmentation(self) -> None:
        """Follow the segments of the chosen segmentation, and of no other."""
        node = None if self.parameters is None else self.parameters.segmentation
        segments = None if node is None else node.GetSegmentation()
        if segments is self._segments:
            return
        self._segments = segments
        self.removeObservers(self._on_segments)
        self.region.edited()
        kinds = slicer.vtkSegmentation
        for event in (kinds.SourceRepresentationModified, kinds.SegmentAdded, kinds.SegmentRemoved):
            if segments is not None:
                self.addObserver(segments, event, self._on_segments)

    def _on_segments(self, _caller: object = None, _event: object = None) -> None:
        """The reviewer edited the region."""
        self.region.edited()
        self.room.edited()
        self.refresh_soon()


def _owner(volume: Node, segmentation: Node, profile: Profile) -> object:
    """What tells whose room it is."""
    return *(None if node is None else node.GetID() for node in (volume, segmentation)), profile
