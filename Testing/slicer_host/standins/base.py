"""What all stand-ins for Slicer's and CTK's classes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore

from ..names import names_of, unknown_members
from ..pythonqt import install, to_python
from ..pythonqt.attributes import GET_PROPERTY, SET_PROPERTY
from ..pythonqt.conversion import to_property

if TYPE_CHECKING:
    from collections.abc import Callable

qt = install()
_DEFAULTS = {"bool": False, "int": 0, "double": 0.0, "QString": "", "QStringList": ()}
Signal, Property = QtCore.Signal, QtCore.Property


def stand_in(module: Any) -> Callable[[Any], Any]:
    """Register a class as Slicer's of the same name; it may have Slicer's members only.

    Raises
    ------
    TypeError
        If it has a public member that Slicer's class has not.
    """

    def register(cls: Any) -> Any:
        unknown = unknown_members(cls)
        if unknown:
            raise TypeError(f"{cls.__name__} in Slicer has no {', '.join(unknown)}")
        cls._cpp_ = True
        signatures = names_of(cls.__name__).signals
        cls._cpp_signals_ = {
            signature: signature.split("(")[0]
            for signature in signatures
            if any(type(vars(each).get(signature.split("(")[0])) is Signal for each in cls.__mro__)
        }
        for name, kind in names_of(cls.__name__).properties.items():
            if not hasattr(cls, name):
                setattr(cls, name, StoredProperty(name, kind))
        setattr(module, cls.__name__, cls)
        return cls

    return register


class StoredProperty:
    """A property that Slicer has and that does nothing here: kept as a dynamic property, where `.ui` files put it."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind.removeprefix("const ")
        self.writable = self.kind == kind

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = GET_PROPERTY(instance, self.name)
        return _DEFAULTS.get(self.kind) if value is None else to_python(value)

    def __set__(self, instance: Any, value: Any) -> None:
        if not self.writable:
            raise AttributeError(f"Property '{self.name}' of {type(instance).__name__} object is not writable")
        SET_PROPERTY(instance, self.name, to_property(self.kind, self.name, value))


def stored(kind: Any, name: str, default: Any, after: str | None = None) -> Any:
    """A Qt property that is only stored; `after` names a method to call when it changes."""
    key = f"_host_{name}"

    def get(self: Any) -> Any:
        return self.__dict__.get(key, default)

    def put(self: Any, value: Any) -> None:
        if value != get(self):
            self.__dict__[key] = value
            if after is not None:
                getattr(self, after)()

    return Property(kind, get, put)


def passed_on(kind: Any, child: str, name: str) -> Any:
    """A Qt property that is a property of a child widget kept in the attribute `child`."""

    def get(self: Any) -> Any:
        return getattr(getattr(self, child), name)

    def put(self: Any, value: Any) -> None:
        setattr(getattr(self, child), name, value)

    return Property(kind, get, put)


def row_layout(widget: Any, *children: Any) -> None:
    """Put children side by side without margins."""
    layout = qt.QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    for each in children:
        layout.addWidget(each)
