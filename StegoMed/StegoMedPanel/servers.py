"""Where images can be sent: the DICOM nodes and the DICOMweb server that Slicer's settings name.

Slicer has no list of its own for that; it keeps

- `DICOM/ServerNodes/0` and so on, as JSON: the servers of the DICOM browser (`ctkDICOMServerNodeWidget2`), each with
  a tick for storage;
- `ServerNodes/0` and so on, as maps: the servers of its *Query* dialog (`ctkDICOMServerNodeWidget`);
- `DICOM/Send/...`: where its *Send* dialog sent to last (`DICOMSendDialog`), the only place for a DICOMweb server.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import qt

from StegoMedLib.plain import plain
from StegoMedPanel.dicom_node import DicomNode
from StegoMedPanel.web_server import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedPanel.untyped import Widget

__all__ = ["Server", "servers_of_settings"]

Server: TypeAlias = DicomNode | WebServer
_MOST = 100
"""Servers of a list that are looked at."""


def servers_of_settings(settings: Widget = None) -> list[Server]:
    """All servers that Slicer's settings, or others, name and that images may be sent to, each once."""
    settings = qt.QSettings() if settings is None else settings
    found: dict[object, Server] = {}
    for server in (*_of_browser(settings), *_of_query(settings), *_of_send(settings)):
        found.setdefault(server.place, server)
    return list(found.values())


def _of_browser(settings: Widget) -> Iterator[Server]:
    """Servers of the DICOM browser that are ticked for storage."""
    for row in range(_count(settings.value("DICOM/ServerNodeCount"))):
        node = _map(settings.value(f"DICOM/ServerNodes/{row}"))
        if _whole(node.get("StorageCheckState"), 0):
            called, calling = _text(node.get("Called AETitle")), _text(node.get("Calling AETitle"))
            yield _node(node, called, calling, _whole(node.get("Timeout"), DicomNode.seconds))


def _of_query(settings: Widget) -> Iterator[Server]:
    """Servers of the Query dialog."""
    calling = _text(settings.value("CallingAETitle"))
    for row in range(_count(settings.value("ServerNodeCount"))):
        node = _map(settings.value(f"ServerNodes/{row}"))
        if node:
            yield _node(node, _text(node.get("AETitle")), calling, DicomNode.seconds)


def _of_send(settings: Widget) -> Iterator[Server]:
    """Where the Send dialog sent to last; the defaults are its own."""
    address = _text(settings.value("DICOM/Send/URL"))
    if not address:
        return
    if _text(settings.value("DICOM/Send/Protocol")).lower() == "dicomweb":
        yield WebServer(address if "://" in address else f"http://{address}")
        return
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = address, 0
    yield DicomNode("", host, port, _text(settings.value("DICOM/Send/AETitle")) or "CTK")


def _node(node: dict[str, object], called: str, calling: str, seconds: int) -> DicomNode:
    name, host, port = _text(node.get("Name")), _text(node.get("Address")), _whole(node.get("Port"), 0)
    return DicomNode(plain(name), host, port, called, calling, max(seconds, 1))


def _count(value: object) -> int:
    return min(max(_whole(value, 0), 0), _MOST)


def _whole(value: object, otherwise: int) -> int:
    """A whole number: files of settings give text for it."""
    try:
        return int(_text(value))
    except ValueError:
        return otherwise


def _map(value: object) -> dict[str, object]:
    """What a map, or JSON in the settings, says; nothing where it is neither."""
    if not isinstance(value, dict):
        try:
            value = json.loads(_text(value) or "{}")
        except (ValueError, RecursionError):
            return {}
    return {str(name): each for name, each in value.items()} if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Text, or bytes that are text: PythonQt gives a QByteArray, whose `data()` is bytes."""
    if value is None:
        return ""
    data = getattr(value, "data", None)
    raw = data() if callable(data) else value
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw).strip()
