"""The desk that a step works at: what is chosen, what is known of it, the work, and the line where it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import UsageError
from StegoMedPanel import nodes
from StegoMedPanel.capacity import Capacity
from StegoMedPanel.parameters import defaults
from StegoMedPanel.run import Place, Run
from StegoMedPanel.work import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.capacity import Measured
    from StegoMedPanel.parameters import StegoMedParameters
    from StegoMedPanel.untyped import Node, Widget
    from StegoMedPanel.work import Work

__all__ = ["Desk"]


class Desk:
    """What every step sees of the panel, and all that it sees of it.

    Parameters
    ----------
    ui : namespace of widgets
        As `slicer.util.childWidgetVariables` gives it.
    work : Work
        What the buttons do.
    refresh : callable
        Makes every step say what is.
    refresh_soon : callable
        The same, once typing and clicking pause.
    """

    def __init__(self, ui: Widget, work: Work, refresh: Callable[[], None], refresh_soon: Callable[..., None]) -> None:
        self.ui, self.work, self.refresh_soon = ui, work, refresh_soon
        self.parameters: StegoMedParameters = defaults()
        self.capacity = Capacity()
        self.run = Run(refresh)
        self.progress = self.run.progress
        self._watched: tuple[Node, ...] = ()

    def chosen(self) -> Case:
        """What is chosen in steps 1 to 3, whole or not."""
        parameters = self.parameters
        profile, modality = parameters.profile.name, parameters.voxelKind.name
        return Case(parameters.inputVolume, parameters.segmentation, profile, modality)

    def case(self, *, region: bool = True) -> Case:
        """What to work on; without its `region`, where that is still to be found.

        Raises
        ------
        UsageError
            Something is not chosen yet.
        """
        case = self.chosen()
        if case.volume is None:
            raise UsageError("There is no volume yet; choose one in step 1.")
        if region and case.segmentation is None:
            raise UsageError("There is no significant region yet; press Find in step 2, or choose a segmentation.")
        return case

    def start(self, place: Place, words: str, work: Callable[[], None]) -> None:
        """Do a step's work, or cancel what runs."""
        if self.run.idle:
            self._watched = ()
        self.run.toggle(place, words, work, lambda: nodes.still_there(*self._watched))

    def prepare(self, words: str, *watched: Node, network: bool = False) -> None:
        """Install the packages that are missing, when the user agrees, before the work that `words` tell of.

        The work stops when one of the `watched` nodes is removed; `network` says whether the Mask R-CNN will be run.
        """
        self.work.ensure_packages(network=network, teller=self.run)
        self.run.announce(words)
        self._watched = watched

    def may_press(self, place: Place) -> bool:
        """Whether a step's button does something now: start its work, or cancel it."""
        return self.run.idle or self.run.place is place

    def fresh(self, place: Place) -> bool:
        """Whether a step's line may be written anew: nothing runs, and it does not say why work failed last."""
        failed = self.run.failed
        return self.run.idle and (failed is None or failed.state is not place.state)

    def keep_capacity(self, case: Case, measured: Measured) -> None:
        """Keep the capacity that was measured for a case, unless another one was chosen meanwhile."""
        self.capacity.set(measured, case.identity)
        self.look_at_capacity()

    def look_at_capacity(self) -> None:
        """Forget what was measured for something that is no longer chosen."""
        self.capacity.look(self.chosen().identity)
