"""`slicer.parameterNodeWrapper`: a class of typed parameters kept in a node, connected with widgets both ways."""

from __future__ import annotations

import typing
from typing import Any

import qt
import vtk

from .parameter_types import Choice, Decimals, Default, Maximum, Minimum, Parameter, SingleStep, Validator, WithinRange
from .parameter_widgets import Connector, connector_for

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Maximum",
    "Minimum",
    "SingleStep",
    "Validator",
    "WithinRange",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
]


class _WrapperMethods:
    """What every wrapper has beside its parameters."""

    _is_parameter_node_wrapper = True
    allParameters: dict[str, Parameter]

    def __init__(self, parameterNode: Any, prefix: str | None = None) -> None:
        if prefix:
            raise NotImplementedError("the host does not know prefixes")
        self.parameterNode = parameterNode
        self._links: dict[int, tuple[list[tuple[Connector, Any]], int]] = {}
        self._writing = False
        for each in self.allParameters.values():
            if not each.node_types and not each.is_in(parameterNode):
                each.write(parameterNode, each.default)

    def default(self, name: str) -> Default:
        return Default(self._parameter(name).default)

    def isCached(self, name: str) -> bool:
        self._parameter(name)
        return False

    def dataType(self, name: str) -> Any:
        return self._parameter(name).type

    def getValue(self, name: str) -> Any:
        return self._parameter(name).read(self.parameterNode)

    def setValue(self, name: str, value: Any) -> None:
        self._parameter(name).write(self.parameterNode, value)

    def connectGui(self, gui: Any) -> int:
        """Connect the widgets that name a parameter in their dynamic property SlicerParameterName."""
        widgets = gui.findChildren(qt.QWidget) if hasattr(gui, "isWidgetType") else vars(gui).values()
        named = [(each.property("SlicerParameterName"), each) for each in widgets]
        return self.connectParametersToGui({name: each for name, each in named if name})

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        """Connect widgets by the names of their parameters; gives the tag for `disconnectGui`."""
        links = []
        for name, widget in mapping.items():
            parameter = self._parameter(name)
            connector = connector_for(widget, parameter)
            connector.write(parameter.read(self.parameterNode))
            links.append((connector, self._reader(connector)))
        for connector, changed in links:
            connector.connect(changed)
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._show(links))
        tag = len(self._links)
        self._links[tag] = (links, observer)
        return tag

    def disconnectGui(self, tag: int | None) -> None:
        links, observer = self._links.get(tag, ([], None)) if tag is not None else ([], None)
        for connector, changed in links:
            connector.disconnect(changed)
        links.clear()
        if observer is not None:
            self.RemoveObserver(observer)

    def StartModify(self) -> int:
        return int(self.parameterNode.StartModify())

    def EndModify(self, previous: int) -> int:
        return int(self.parameterNode.EndModify(previous))

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        return int(self.parameterNode.AddObserver(event, callback, priority))

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        self.parameterNode.Modified()

    def _parameter(self, name: str) -> Parameter:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}")
        return self.allParameters[name]

    def _reader(self, connector: Connector) -> Any:
        def changed(*_: Any) -> None:
            if not self._writing:
                connector.parameter.write(self.parameterNode, connector.read())

        return changed

    def _show(self, links: list[tuple[Connector, Any]]) -> None:
        """Write the node's values into the widgets, without hearing them."""
        if self._writing:
            return
        self._writing = True
        try:
            for connector, _ in links:
                connector.write(connector.parameter.read(self.parameterNode))
        finally:
            self._writing = False


def _as_property(parameter: Parameter) -> property:
    return property(
        lambda self: parameter.read(self.parameterNode),
        lambda self, value: parameter.write(self.parameterNode, value),
    )


def _wrap(cls: type) -> type:
    parameters = {
        name: Parameter(name, hint, cls) for name, hint in typing.get_type_hints(cls, include_extras=True).items()
    }
    for name in vars(_WrapperMethods):
        if not name.startswith("__") and (hasattr(cls, name) or name in parameters):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    members = {name: value for name, value in vars(_WrapperMethods).items() if name not in ("__dict__", "__weakref__")}
    for name, value in members.items():
        if not name.startswith("__") or name == "__init__":
            setattr(cls, name, value)
    for name, parameter in parameters.items():
        setattr(cls, name, _as_property(parameter))
    cls.allParameters = parameters  # type: ignore[attr-defined]
    return cls


def parameterNodeWrapper(cls: type | None = None) -> Any:
    """Make a class of annotated names one whose values live in a parameter node."""
    return _wrap if cls is None else _wrap(cls)


def isParameterNodeWrapper(thing: Any) -> bool:
    """Whether a class, or an object of it, was made so."""
    return getattr(thing, "_is_parameter_node_wrapper", False)
