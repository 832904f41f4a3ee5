"""The panel: steps, parameters, and the scene that both live in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from StegoMedPanel.clean_step import CleanStep
from StegoMedPanel.conceal_step import ConcealStep
from StegoMedPanel.desk import Desk
from StegoMedPanel.embed_step import EmbedStep
from StegoMedPanel.extract_step import ExtractStep
from StegoMedPanel.input_step import InputStep
from StegoMedPanel.parameters import defaults
from StegoMedPanel.region_step import RegionStep
from StegoMedPanel.reveal_step import RevealStep
from StegoMedPanel.save_step import SaveStep

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Node, Parameters, Widget
    from StegoMedPanel.work import Work

__all__ = ["Panel"]

_SOON = 60
"""Milliseconds after which the panel follows what is being typed or clicked."""


class Panel(VTKObservationMixin):
    """Holds the steps together, at one `Desk`."""

    def __init__(self, ui: Widget, work: Work) -> None:
        VTKObservationMixin.__init__(self)
        self.desk = Desk(ui, work, self.refresh, self.refresh_soon)
        self._bound: Parameters = None
        self._link: object = None
        self._stego = ""
        self._segments: Node = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SOON)
        self._timer.connect("timeout()", self._on_pause)
        self._nodes_changed = self._choosing = False
        self.input, self.region = InputStep(self.desk), RegionStep(self.desk)
        self.embed, self.extract = EmbedStep(self.desk), ExtractStep(self.desk)
        self.save, self.clean = SaveStep(self.desk, self.embed), CleanStep(self.desk)
        self.conceal, self.reveal = ConcealStep(self.desk, self.embed), RevealStep(self.desk, self.extract)
        self._steps = (
            self.input,
            self.region,
            self.embed,
            self.save,
            self.extract,
            self.clean,
            self.conceal,
            self.reveal,
        )
        self.refresh()

    @property
    def bound(self) -> bool:
        """Whether there are parameters of a scene to work with."""
        return self._bound is not None

    def set_parameters(self, parameters: Parameters) -> None:
        """Work with these parameters from now on, or with none."""
        if self._bound is not None:
            self._bound.disconnectGui(self._link)
            self.removeObserver(self._bound, vtk.vtkCommand.ModifiedEvent, self._on_parameters)
        self._bound, self._link = parameters, None
        self.desk.parameters = defaults() if parameters is None else parameters
        if parameters is not None:
            self._link = parameters.connectGui(self.desk.ui)
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self._on_parameters)
        self._on_parameters()

    def scene_closes(self) -> None:
        """Stop what runs, and forget passphrases, records and results."""
        self.desk.run.cancel()
        self.set_parameters(None)
        for step in (self.embed, self.save, self.extract, self.clean, self.conceal, self.reveal):
            step.clear()
        self.desk.run.failed = None
        self.refresh()

    def enter(self) -> None:
        """The panel comes to the front: the segmentation may have been edited meanwhile."""
        self._choose()
        self.refresh()

    def nodes_change(self) -> None:
        """Nodes came or went."""
        self._nodes_changed = True
        self.refresh_soon()

    def close(self) -> None:
        """The panel goes away."""
        self._timer.stop()
        self.desk.run.close()
        for step in (self.embed, self.extract):
            step.passphrase.clear()
            step.others.clear()
        self.set_parameters(None)
        self.removeObservers()

    def refresh(self) -> None:
        """Make every step say what is."""
        for step in self._steps:
            step.refresh()

    def refresh_soon(self, _changed: object = None) -> None:
        """Refresh when typing and clicking pause."""
        self._timer.start()

    def _choose(self) -> None:
        """Choose the only volume that there is, in a scene that keeps it; what failed last can still be read then."""
        if self.bound:
            self._choosing = True
            self.input.choose_only_one()
            self._choosing = False

    def _on_pause(self) -> None:
        """Typing, clicking and loading pause."""
        if self._nodes_changed:
            self._nodes_changed = False
            self._choose()
        self.refresh()

    def _on_parameters(self, _caller: object = None, _event: object = None) -> None:
        """A choice was made, here or elsewhere."""
        if not self._choosing:
            self.desk.run.failed = None
        self.input.guess_kind()
        self.desk.look_at_capacity()
        self._observe_segmentation()
        volume = self.desk.parameters.stegoVolume
        if volume is None or volume.GetID() != self._stego:
            self._stego = "" if volume is None else volume.GetID()
            self.embed.forget_result()
            self.save.forget_result()
        self.refresh()

    def _observe_segmentation(self) -> None:
        """Follow the segments of the chosen segmentation, and of no other."""
        node = self.desk.parameters.segmentation
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
        self.desk.capacity.edited()
        self.refresh_soon()
