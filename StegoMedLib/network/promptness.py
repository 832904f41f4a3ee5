"""Connections on which neither side waits for the other's acknowledgement."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynetdicom.events import Event

__all__ = ["without_delay"]

_QUICK = getattr(socket, "TCP_QUICKACK", None)
"""Of Linux."""


def without_delay(event: Event) -> None:
    """Send each packet at once, and acknowledge each at once (RFC 1122, 4.2.3.2 and 4.2.3.4).

    A handler of ``EVT_CONN_OPEN``. A message is written in several pieces; where the other side holds the second one
    back until the first is acknowledged, as dcmtk does, each instance would take 40 ms more.
    """
    connection: Any = event.assoc.dul.socket
    with suppress(OSError, AttributeError):  # closed again
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if _QUICK is not None:
            connection.recv = _acknowledging(connection)


def _acknowledging(connection: Any) -> Callable[[int], bytearray]:  # noqa: ANN401 of pynetdicom
    """Its `recv`; the system forgets the wish to acknowledge at once after a while."""
    receive = connection.recv

    def recv(size: int) -> bytearray:
        with suppress(OSError, AttributeError):
            connection.socket.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)
        received: bytearray = receive(size)
        return received

    return recv
