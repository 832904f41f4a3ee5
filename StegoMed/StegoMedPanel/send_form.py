"""Where step 4 sends what it has saved: to no server, or to one that Slicer's settings name."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import CancelledError, UsageError
from StegoMedPanel.parameters import Target
from StegoMedPanel.run import Place
from StegoMedPanel.servers import servers_of_settings
from StegoMedPanel.states import State

if TYPE_CHECKING:
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.sending import Parcel
    from StegoMedPanel.servers import Server

__all__ = ["SendForm"]

_NOWHERE = "Nowhere"
_SENDING = "Sending what was saved ..."
_KEPT_BACK = "Nothing was sent."
_NOT_YET = "Nothing was sent yet: look at what was saved, then press Send."
_WORSE = (State.PLAIN, State.GOOD, State.WARNING, State.ERROR)


class SendForm:
    """The choice of a server, and the button that sends what the last save wrote; a scene keeps nothing of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        self._place = Place(self._ui.sendButton, self._ui.saveProgress, self._ui.saveState)
        self._servers: list[Server] = []
        self._parcel: Parcel | None = None
        self._told = ("", State.PLAIN)
        self._ui.sendTo.addItem(_NOWHERE)
        self._ui.sendTo.connect("currentIndexChanged(int)", self._on_server)
        self._ui.sendButton.connect("clicked(bool)", self._on_send)

    @property
    def server(self) -> Server | None:
        """The server that is chosen."""
        number = int(self._ui.sendTo.currentIndex) - 1
        return self._servers[number] if 0 <= number < len(self._servers) else None

    def clear(self) -> None:
        """Forget what was saved, and the server."""
        self.forget()
        self._ui.sendTo.setCurrentIndex(0)

    def forget(self) -> None:
        """Forget what was saved: something else is to be."""
        self._parcel, self._told = None, ("", State.PLAIN)

    def refresh(self) -> None:
        """Show the servers that the settings name now, and whether something is left to send."""
        ui = self._ui
        self._look_at_settings()
        into_database = self._desk.parameters.target is Target.database
        ui.sendTo.visible = ui.sendToLabel.visible = into_database
        ui.sendTo.enabled = self._desk.run.idle
        server = self.server
        left = server is not None and self._parcel is not None and bool(self._parcel.left(server))
        ui.sendButton.visible = self._desk.run.place is self._place or (into_database and left)
        ui.sendButton.enabled = self._desk.may_press(self._place)

    def after(self, done: tuple[str, State]) -> tuple[str, State]:
        """What was saved, and what became of sending it."""
        words, state = self._told
        if not words or not done[0]:
            return done
        return f"{done[0]} {words}", max(done[1], state, key=_WORSE.index)

    def saved(self, parcel: Parcel) -> None:
        """Take what was saved, and send it to the server that is chosen."""
        self._parcel, self._told = parcel, ("", State.PLAIN)
        if self.server is None:
            return
        if parcel.look_first:
            self._told = _NOT_YET, State.WARNING
        else:
            self._send(parcel, self.server)

    def _look_at_settings(self) -> None:
        """Offer what the settings name; the choice stays where it is still there."""
        servers = servers_of_settings()
        if servers == self._servers:
            return
        chosen, box = self.server, self._ui.sendTo
        self._servers = servers
        box.blockSignals(True)  # noqa: FBT003 Qt's signature
        box.clear()
        for label in (_NOWHERE, *(each.label for each in servers)):
            box.addItem(label)
        box.setCurrentIndex(servers.index(chosen) + 1 if chosen in servers else 0)
        box.blockSignals(False)  # noqa: FBT003 Qt's signature

    def _on_server(self, _number: int) -> None:
        self._told = ("", State.PLAIN)
        self._desk.refresh_soon()

    def _on_send(self) -> None:
        self._desk.start(self._place, _SENDING, self._work)

    def _work(self) -> None:
        server, parcel = self.server, self._parcel
        if server is None or parcel is None:
            raise UsageError("There is nothing to send; save to the DICOM database and choose a server first.")
        self._desk.prepare(_SENDING)
        self._send(parcel, server)

    def _send(self, parcel: Parcel, server: Server) -> None:
        if parcel.question and not slicer.util.confirmYesNoDisplay(parcel.question, windowTitle="StegoMed"):
            self._told = _KEPT_BACK, State.WARNING
            return
        with suppress(CancelledError):  # sending stops at once then, and says what was sent
            self._desk.run.announce(_SENDING)
        self._told = parcel.send(server, self._desk.progress)
