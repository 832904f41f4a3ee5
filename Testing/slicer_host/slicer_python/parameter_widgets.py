"""Which widget shows which parameter. As in Slicer, the widget's class must match exactly, and sliders need bounds."""

from __future__ import annotations

import enum
import pathlib
from typing import TYPE_CHECKING, Any

import ctk
import qt
import slicer

from .parameter_types import Choice, Decimals, Maximum, Minimum, Parameter, SingleStep, WithinRange

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE = (-(2**31), 2**31 - 1)
_REAL = (float("-inf"), float("inf"))


class Connector:
    """A widget that shows one parameter; subclasses say how it is read, written and heard."""

    signal = ""

    def __init__(self, widget: Any, parameter: Parameter) -> None:
        self.widget, self.parameter = widget, parameter

    def read(self) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> None:
        raise NotImplementedError

    def connect(self, changed: Callable[..., None]) -> None:
        getattr(self.widget, self.signal).connect(changed)

    def disconnect(self, changed: Callable[..., None]) -> None:
        getattr(self.widget, self.signal).disconnect(changed)


class _Checked(Connector):
    signal = "toggled"

    def read(self) -> Any:
        return self.widget.checked

    def write(self, value: Any) -> None:
        self.widget.checked = value


class _Number(Connector):
    signal = "valueChanged"

    def __init__(self, widget: Any, parameter: Parameter) -> None:
        super().__init__(widget, parameter)
        for kind, name in ((Decimals, "decimals"), (SingleStep, "singleStep")):
            note = parameter.annotation(kind)
            if note is not None:
                setattr(widget, name, note.value)
        low, high = _WHOLE if parameter.type is int else _REAL
        limits = [parameter.annotation(kind) for kind in (WithinRange, Minimum, Maximum)]
        lows = [each.minimum for each in limits if hasattr(each, "minimum")]
        highs = [each.maximum for each in limits if hasattr(each, "maximum")]
        if type(widget) in (qt.QSlider, ctk.ctkSliderWidget) and not (lows and highs):
            raise RuntimeError(f"a slider needs bounds: give {parameter.name} a WithinRange")
        widget.minimum, widget.maximum = (*lows, low)[0], (*highs, high)[0]

    def read(self) -> Any:
        return self.widget.value

    def write(self, value: Any) -> None:
        self.widget.value = value


class _Text(Connector):
    signal = "textChanged"

    def read(self) -> Any:
        return self.widget.toPlainText() if type(self.widget) is qt.QTextEdit else self.widget.text

    def write(self, value: Any) -> None:
        if type(self.widget) is qt.QTextEdit:
            self.widget.setPlainText(value)
        else:
            self.widget.text = value


class _Choice(Connector):
    signal = "currentIndexChanged"

    def __init__(self, widget: Any, parameter: Parameter) -> None:
        super().__init__(widget, parameter)
        choice = parameter.annotation(Choice)
        if issubclass(parameter.type, enum.Enum):
            self._values = list(parameter.type)
            labels = [each.label() if hasattr(each, "label") else each.name for each in self._values]
        elif choice is None:
            raise RuntimeError(f"a combo box needs choices: give {parameter.name} a Choice")
        else:
            self._values, labels = choice.choices, [str(each) for each in choice.choices]
        widget.clear()
        widget.addItems(labels)

    def read(self) -> Any:
        return self._values[self.widget.currentIndex]

    def write(self, value: Any) -> None:
        self.widget.currentIndex = self._values.index(value)


class _Path(Connector):
    signal = "currentPathChanged"

    def read(self) -> Any:
        return pathlib.Path(self.widget.currentPath)

    def write(self, value: Any) -> None:
        self.widget.currentPath = str(value)


class _Node(Connector):
    signal = "currentNodeChanged"

    def __init__(self, widget: Any, parameter: Parameter) -> None:
        super().__init__(widget, parameter)
        widget.nodeTypes = [each.__name__ for each in parameter.node_types]

    def read(self) -> Any:
        return self.widget.currentNode()

    def write(self, value: Any) -> None:
        self.widget.setCurrentNode(value)


def _connector_class(widget: Any, parameter: Parameter) -> type[Connector] | None:
    kind = type(widget)
    if parameter.node_types:
        return _Node if kind is slicer.qMRMLNodeComboBox else None
    if kind is qt.QComboBox:
        return _Choice if parameter.type is not pathlib.Path else None
    table: dict[type, dict[type, type[Connector]]] = {
        bool: {qt.QCheckBox: _Checked, qt.QPushButton: _Checked},
        int: {qt.QSpinBox: _Number, qt.QSlider: _Number},
        float: {qt.QDoubleSpinBox: _Number, ctk.ctkSliderWidget: _Number},
        str: {qt.QLineEdit: _Text, qt.QTextEdit: _Text},
        pathlib.Path: {ctk.ctkPathLineEdit: _Path},
    }
    return table.get(parameter.type, {}).get(kind)


def connector_for(widget: Any, parameter: Parameter) -> Connector:
    """Make the connector of a widget and a parameter.

    Raises
    ------
    RuntimeError
        If no widget of this class shows parameters of this type.
    """
    found = _connector_class(widget, parameter)
    if found is None:
        raise RuntimeError(
            f"Unable to create GUI connector from datatype '{parameter.type}' to widget type '{type(widget)}'"
        )
    return found(widget, parameter)
