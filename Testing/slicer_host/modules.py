"""Modules as `slicer.modules.<name>`: those of C++ with a logic, and scripted ones loaded from a file."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import slicer

from .pythonqt import install
from .standins.application import qSlicerScriptedLoadableModuleWidget

qt = install()


class LoadableModule:
    """A module of C++: a name, a logic, an empty panel."""

    def __init__(self, name: str, logic: Any) -> None:
        self.name = self.title = name
        self.path, self.hidden = "", False
        self._logic = logic
        self._widget: Any = None

    def logic(self) -> Any:
        return self._logic

    def widgetRepresentation(self) -> Any:
        if self._widget is None:
            self._widget = slicer.qMRMLWidget()
            self._widget.setMRMLScene(slicer.mrmlScene)
        return self._widget


class qSlicerScriptedLoadableModule:
    """A module written in Python; what its constructor gets as `parent`."""

    __slots__ = (
        "_widget",
        "acknowledgementText",
        "associatedNodeTypes",
        "categories",
        "contributors",
        "dependencies",
        "helpText",
        "hidden",
        "icon",
        "index",
        "name",
        "path",
        "title",
        "widgetRepresentationCreationEnabled",
    )

    def __init__(self, name: str, path: Path) -> None:
        self.name = self.title = name
        self.path, self.hidden, self.index, self._widget = str(path), False, -1, None
        self.categories, self.dependencies, self.contributors, self.associatedNodeTypes = (), (), (), ()
        self.helpText = self.acknowledgementText = ""
        self.icon, self.widgetRepresentationCreationEnabled = qt.QIcon(), True

    def logic(self) -> Any:
        """Scripted modules have none in C++; their widget keeps it."""
        return None

    def widgetRepresentation(self) -> Any:
        """The panel, made when it is first asked for; None where the module has no widget class."""
        if self._widget is None and hasattr(sys.modules[self.name], f"{self.name}Widget"):
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def createNewWidgetRepresentation(self) -> Any:
        widget = qSlicerScriptedLoadableModuleWidget()
        widget.setLayout(qt.QVBoxLayout())
        widget.setMRMLScene(slicer.mrmlScene)
        widget._host_module_name = self.name
        widget.reload()
        return widget

    def forget_widget(self) -> None:
        """Close the panel as the application does at its end, so that the next one is new."""
        widget, self._widget = self._widget, None
        if widget is None:
            return
        if widget.isEntered:
            widget.exit()
        slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(self.name)
        widget.setParent(None)
        for each in widget.findChildren(slicer.qMRMLNodeComboBox):
            each.blockSignals(True)
            each.setMRMLScene(None)  # as its destructor does: what is gone does not follow the scene
        widget.deleteLater()


slicer.qSlicerScriptedLoadableModule = qSlicerScriptedLoadableModule


def register(module: Any) -> None:
    """Put a module where Slicer's Python finds it."""
    setattr(slicer.modules, module.name.lower(), module)
    setattr(slicer.moduleNames, module.name, module.name)
    slicer.app.moduleManager()._host_modules[module.name] = module


def make_namespaces() -> None:
    """Make `slicer.modules` and `slicer.moduleNames`."""
    for name in ("modules", "moduleNames"):
        namespace = types.ModuleType(f"slicer.{name}")
        setattr(slicer, name, namespace)
        sys.modules[f"slicer.{name}"] = namespace


def load_scripted_module(path: Path) -> Any:
    """Import a scripted module's file, make its module object and register it.

    Raises
    ------
    AttributeError
        If the file has no class of its own name.
    """
    path = Path(path).resolve()
    name, folder = path.stem, str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    source = importlib.util.module_from_spec(spec)
    sys.modules[name] = source
    spec.loader.exec_module(source)
    module = qSlicerScriptedLoadableModule(name, path)
    instance = getattr(source, name)(module)
    register(module)
    setattr(slicer.modules, f"{name}Instance", instance)
    slicer.app.moduleManager().moduleLoaded.emit(name)
    return module
