"""`qt.QUiLoader`: reads a `.ui` file and refuses what Slicer would not understand."""

from __future__ import annotations

import functools
import inspect
import operator
import xml.etree.ElementTree as ET
from typing import Any

import slicer
from PySide6 import QtCore, QtUiTools

from .names import names_of
from .pythonqt import connect, install
from .pythonqt.properties import QtProperty
from .standins.ctk_widgets import ctk

qt = install()


class QUiLoader:
    """Loads a form whose promoted widgets are stand-ins and whose connections are made by name."""

    def load(self, file: Any, parent: Any = None) -> Any:
        """Build the form in an open QFile.

        Raises
        ------
        RuntimeError
            For a promoted class without stand-in, or a property that the class does not have in Slicer.
        ValueError
            For a connection to a signal or slot that does not exist.
        """
        root = ET.fromstring(bytes(file.readAll()))  # noqa: S314 the project's own forms
        connections = [
            [str(each.findtext(part)) for part in ("sender", "signal", "receiver", "slot")]
            for each in root.iter("connection")
        ]
        for each in root.findall("connections"):
            root.remove(each)
        promoted = _promoted_classes(root)
        _check_properties(root, promoted)
        numbers = _take_out_enums(root, promoted)
        top = _build(root, promoted, parent)
        for name, property_name, value in numbers:
            setattr(_find(top, name), property_name, value)
        for link in connections:
            _connect(top, *link)
        return top


def _promoted_classes(root: ET.Element) -> dict[str, Any]:
    names = [str(each.findtext("class")) for each in root.iter("customwidget")]
    found = {name: getattr(ctk, name, None) or getattr(slicer, name, None) for name in names}
    missing = [name for name, cls in found.items() if cls is None]
    if missing:
        raise RuntimeError(f"{', '.join(missing)}: no stand-in in the host")
    return found


def _check_properties(root: ET.Element, promoted: dict[str, Any]) -> None:
    wrong = []
    for widget in root.iter("widget"):
        name = str(widget.get("class"))
        if name not in promoted:
            continue
        known = names_of(name).properties
        for each in widget.findall("property"):
            property_name = str(each.get("name"))
            dynamic = each.get("stdset") == "0"
            if not dynamic and property_name not in known and not _has_property(promoted[name], property_name):
                wrong.append(f"{name} has no property {property_name}")
    if wrong:
        raise RuntimeError("; ".join(wrong))


def _take_out_enums(root: ET.Element, promoted: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Enums and sets of stand-ins as numbers by widget and property: Qt's loader knows them of C++ classes only."""
    found = []
    for widget in root.iter("widget"):
        cls = promoted.get(str(widget.get("class")))
        for each in widget.findall("property") if cls is not None else ():
            text = each.findtext("set") or each.findtext("enum")
            if text is None or isinstance(inspect.getattr_static(cls, str(each.get("name")), None), QtProperty):
                continue
            widget.remove(each)
            number = functools.reduce(operator.or_, (_enum(cls, part) for part in text.split("|")))
            found.append((str(widget.get("name")), str(each.get("name")), number))
    return found


def _enum(cls: Any, text: str) -> int:
    """An enum as a number: of the stand-in itself, or of the class of Qt that is named before it."""
    owner, _, name = text.rpartition("::")
    value = getattr(cls, name) if hasattr(cls, name) else getattr(getattr(qt, owner), name)
    return int(getattr(value, "value", value))


def _has_property(cls: type, name: str) -> bool:
    """Whether Qt's own classes below a stand-in have a property."""
    return isinstance(inspect.getattr_static(cls, name, None), QtProperty)


def _build(root: ET.Element, promoted: dict[str, Any], parent: Any) -> Any:
    kept = []  # else Python forgets the stand-ins, and C++ keeps widgets without their behaviour

    class Loader(QtUiTools.QUiLoader):
        def createWidget(self, name: str, parent: Any = None, object_name: str = "") -> Any:
            if name not in promoted:
                return super().createWidget(name, parent, object_name)
            widget = promoted[name](parent) if parent is not None else promoted[name]()
            widget.setObjectName(object_name)
            kept.append(widget)
            return widget

    buffer = QtCore.QBuffer()
    buffer.setData(ET.tostring(root))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    loader = Loader()
    top = loader.load(buffer, parent)
    if top is None:
        raise RuntimeError(loader.errorString())
    top.__dict__["_host_kept"] = kept
    return top


def _find(top: Any, name: str) -> Any:
    found = top if top.objectName == name else top.findChild(qt.QObject, name)
    if found is None:
        raise ValueError(f"the form connects {name}, which it does not have")
    return found


def _connect(top: Any, sender: str, signal: str, receiver: str, slot: str) -> None:
    slot_name = slot.split("(", maxsplit=1)[0]
    if not callable(getattr(_find(top, receiver), slot_name, None)):
        raise ValueError(f"{receiver} has no slot {slot}")  # noqa: TRY004 one error for all of the form
    if not connect(_find(top, sender), signal, _find(top, receiver), slot):
        raise ValueError(f"{sender} has no signal {signal}")


qt.QUiLoader = QUiLoader
