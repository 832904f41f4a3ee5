"""Put the identity back: offered when a nameless series was extracted, with what ties its record to its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import PersonMustLookError, UnusableInputError, UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes
from StegoMedPanel.nameless_form import audit_file
from StegoMedPanel.nameless_words import what_came_back
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.extract import ExtractReport
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.untyped import Node

__all__ = ["PutBack"]

_WORKING = "Putting the identity back ..."
_REMOVED = "0012,0062"
"""PatientIdentityRemoved (PS3.3 C.7.1.1)."""
_TICK = "tick “Put it back anyway”"


class PutBack:
    """Offers to put the identity back, and does it.

    Parameters
    ----------
    desk : Desk
    key : callable
        Gives the key that is typed or chosen; needs packages.
    """

    def __init__(self, desk: Desk, key: Callable[[], Key]) -> None:
        self._desk, self._ui, self._key = desk, desk.ui, key
        ui = self._ui
        self._place = Place(ui.putBackButton, ui.putBackProgress, ui.putBackState)
        self._volume: Node = None
        self._tied, self._offered, self._done = False, "", ("", State.PLAIN)
        ui.putBackButton.connect("clicked(bool)", self._on_put_back)
        ui.putBackAnyway.connect("toggled(bool)", desk.refresh_soon)

    def forget(self) -> None:
        """Offer nothing."""
        self._volume, self._tied, self._offered, self._done = None, False, "", ("", State.PLAIN)
        self._ui.putBackAnyway.checked = False

    def offer(self, volume: Node, report: ExtractReport, must_look: list[str]) -> None:
        """Offer it for a nameless volume whose record holds an identity; `must_look` says what speaks against it."""
        if not _is_nameless(volume) or not _holds_identity(report):
            return
        self._volume, self._tied = volume, not must_look
        slices = counted(len(report.slices), "slice")
        self._offered = (
            f"“{volume.GetName()}” has no identity in its header, and its record holds it. "
            f"{f'What was read in its {slices} is as it was sealed.' if self._tied else ' '.join(must_look)}"
        )

    def refresh(self) -> None:
        """Show the offer, and what became of it."""
        ui, there = self._ui, self._volume is not None
        ui.putBackAnyway.visible = there and not self._tied
        for widget in (ui.putBackButton, ui.putBackAudit, ui.putBackAuditLabel):
            widget.visible = there
        ui.putBackButton.enabled = self._desk.may_press(self._place)
        if not there:
            say(ui.putBackState, "")
        elif self._desk.fresh(self._place):
            offered = self._offered, State.GOOD if self._tied else State.WARNING
            say(ui.putBackState, *(self._done if self._done[0] else offered))

    def _on_put_back(self) -> None:
        self._desk.start(self._place, _WORKING, self._work)

    def _work(self) -> None:
        desk, volume, anyway = self._desk, self._volume, bool(self._ui.putBackAnyway.checked)
        if not self._tied and not anyway:
            raise UsageError(
                f"The images are not as they were sealed, so nothing was put back; look at them, and {_TICK} when you "
                "know whose they are."
            )
        nodes.still_there(volume)
        desk.prepare(_WORKING, volume)
        self._done = ("", State.PLAIN)
        try:
            audit = audit_file(self._ui.putBackAudit)
            returned = desk.work.put_back(volume, self._key(), desk.progress, accept_altered=anyway, audit=audit)
        except PersonMustLookError:
            self._tied = False
            raise UnusableInputError(
                f"The files of this volume are not as they were sealed, so nothing was put back; extract again, "
                f"and {_TICK} when you know whose they are."
            ) from None
        self._done = what_came_back(returned)


def _is_nameless(volume: Node) -> bool:
    """Whether the header of a volume's images says that the identity was taken out."""
    uids, opened = nodes.uids_of(volume), nodes.open_database()
    if not uids or opened is None:
        return False
    return str(opened.instanceValue(uids[0], _REMOVED) or "").strip().upper() == "YES"


def _holds_identity(report: ExtractReport) -> bool:
    from StegoMedLib.envelope import HeaderRecord  # noqa: PLC0415 needs packages
    from StegoMedLib.identity.headers import headers_in  # noqa: PLC0415 needs packages

    return any(isinstance(each, HeaderRecord) or headers_in(each) is not None for each in report.records)
