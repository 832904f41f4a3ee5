"""The flat module `qt`, made of PySide6's modules."""

from __future__ import annotations

import functools
import html
import os
import sys
import types
from typing import TYPE_CHECKING, Any

# All enums are numbers in PythonQt; PySide6 reads this once, when it is imported.
os.environ.setdefault("PYSIDE6_OPTION_PYTHON_ENUM", "0x02")

from PySide6 import QtCore, QtGui, QtNetwork, QtSvg, QtUiTools, QtWidgets, QtXml

from .conversion import to_python
from .properties import patch, patch_name_alias
from .signals import META_OBJECT, connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = (QtCore, QtGui, QtWidgets, QtUiTools, QtNetwork, QtXml, QtSvg)

#: Names of PySide6 that PythonQt's `qt` does not have.
_ABSENT = ("Slot",)


def install() -> Any:
    """Patch PySide6 once and put `qt` into `sys.modules`; gives the module."""
    if "qt" in sys.modules:
        return sys.modules["qt"]
    qt = types.ModuleType("qt", "PySide6 with the rules of PythonQt")
    for part in _PARTS:
        for name in dir(part):  # PySide6's modules fill themselves when asked: vars() is nearly empty
            if not name.startswith("_") and name not in _ABSENT:
                setattr(qt, name, getattr(part, name))
    classes = {each for each in vars(qt).values() if isinstance(each, type) and issubclass(each, QtCore.QObject)}
    for cls in sorted(classes, key=lambda each: len(each.__mro__)):
        patch(cls)
    _patch_single_classes()
    sys.modules["qt"] = qt
    return qt


def _patch_single_classes() -> None:
    base: Any = QtCore.QObject
    base.connect, base.disconnect = connect, disconnect
    base.className = lambda self: META_OBJECT(self).className()
    patch_name_alias()
    dialog: Any = QtWidgets.QFileDialog
    for name in ("getOpenFileName", "getSaveFileName", "getOpenFileNames"):
        setattr(dialog, name, _without_filter(getattr(dialog, name)))
    widget: Any = QtWidgets.QWidget
    widget.setToolTip = _wrapped_tool_tip(widget.setToolTip)
    image: Any = QtGui.QImage
    image.__init__ = _refusing_bytes(image.__init__)


def _without_filter(function: Any) -> Any:
    """File dialogs give the path alone in PythonQt, not the filter beside it."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        result = function(*arguments)
        return to_python(result[0]) if isinstance(result, tuple) else result

    return staticmethod(call)


def _wrapped_tool_tip(function: Any) -> Callable[..., None]:
    """Slicer makes rich text of every plain tool tip, so that long ones break into lines."""

    @functools.wraps(function)
    def call(self: Any, text: str) -> None:
        plain = bool(text) and not QtGui.Qt.mightBeRichText(text)
        function(self, f"<p>{html.escape(text, quote=False)}</p>" if plain else text)

    return call


def _refusing_bytes(init: Any) -> Callable[..., None]:
    """PythonQt has no way to make a picture of Python's bytes."""

    @functools.wraps(init)
    def call(self: Any, *arguments: Any) -> None:
        if arguments and isinstance(arguments[0], bytes | bytearray | memoryview):
            raise ValueError(f"Could not find matching overload for given arguments:\n{arguments}\n for QImage")
        init(self, *arguments)

    return call
