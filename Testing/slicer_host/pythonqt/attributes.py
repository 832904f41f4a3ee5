"""Attribute look-up of PythonQt: Python class, Q_PROPERTY, slot, enum, dynamic property, child object."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore

from .conversion import refusal, to_property, to_python
from .signals import META_OBJECT, BoundSignal, connect, disconnect

if TYPE_CHECKING:
    from collections.abc import Callable

QObject = QtCore.QObject
GET_PROPERTY, SET_PROPERTY = QObject.property, QObject.setProperty
OBJECT_NAME, SET_OBJECT_NAME = QObject.objectName, QObject.setObjectName
_RAW_GETATTRIBUTE = QObject.__getattribute__
_CONNECTING = {"connect": connect, "disconnect": disconnect}

#: Properties in Slicer whose getters are virtual in C++. Shiboken looks for Python overrides through the attribute, so
#: they cannot be descriptors: they are computed where Python asks.
VIRTUAL_GETTERS = frozenset({"sizeHint", "minimumSizeHint"})

#: Each patched class's own getattribute: QFile and others have special ones for pairs of static and instance methods.
_raw_getattributes: dict[type, Callable[[Any, str], Any]] = {}


def is_cpp(cls: type) -> bool:
    """Whether instances stand for plain C++ objects, which take no new attributes; Python's subclasses do."""
    return cls in _raw_getattributes or bool(cls.__dict__.get("_cpp_", False))


def getattribute_for(cls: type) -> Callable[[Any, str], Any]:
    """Make the attribute look-up of one Shiboken class, around its own."""
    own = cls.__dict__.get("__getattribute__")
    if own is None:
        inherited = (_raw_getattributes[base] for base in cls.__mro__[1:] if base in _raw_getattributes)
        own = next(inherited, _RAW_GETATTRIBUTE)
    raw: Callable[[Any, str], Any] = own
    _raw_getattributes[cls] = raw

    def getattribute(self: Any, name: str) -> Any:
        if name in _CONNECTING:  # Shiboken resolves these two before the class's dictionary
            return functools.partial(_CONNECTING[name], self)
        try:
            value = raw(self, name)
        except AttributeError:
            return _fallback(self, name)
        if type(value) is QtCore.SignalInstance:
            return BoundSignal(self, value, name)
        if name in VIRTUAL_GETTERS and is_builtin(type(self), name):
            return value()
        if type(value) is list and isinstance(inspect.getattr_static(type(self), name, None), QtCore.Property):
            return tuple(value)
        return value

    return getattribute


def is_builtin(cls: type, name: str) -> bool:
    """Whether a method is C++'s own, not one that a Python subclass wrote."""
    return not inspect.isfunction(inspect.getattr_static(cls, name, None))


def _fallback(self: Any, name: str) -> Any:
    """What PythonQt tries when a class has no such member."""
    if not name or name.startswith("__"):
        raise AttributeError(name)
    value = GET_PROPERTY(self, name)
    if value is not None:
        return to_python(value)
    if name.endswith("_") and not name.endswith("__") and hasattr(type(self), name[:-1]):  # exec_
        return getattr(self, name[:-1])
    for child in QObject.children(self):
        if OBJECT_NAME(child) == name:
            return child
    raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")


def set_attribute(self: Any, name: str, value: Any) -> None:
    """PythonQt's rules for assignment.

    Raises
    ------
    AttributeError
        For a name that does not exist, a slot, a signal, a property that is not writable or a value it does not take.
    """
    cls = type(self)
    member = inspect.getattr_static(cls, name, None)
    if isinstance(member, QtCore.Property):
        _set_declared_property(self, name, value)
    elif is_cpp(cls) and not name.startswith("_host_"):
        _set_on_cpp_object(self, name, value, member)
    elif hasattr(type(member), "__set__"):
        type(member).__set__(member, self, value)
    else:
        _RAW_GETATTRIBUTE(self, "__dict__")[name] = value


def _set_declared_property(self: Any, name: str, value: Any) -> None:
    meta = META_OBJECT(self)
    declared = meta.property(meta.indexOfProperty(name))
    if not declared.isWritable():
        raise AttributeError(f"Property '{name}' of {type(self).__name__} object is not writable")
    value = to_property(declared.typeName(), name, value)
    if not SET_PROPERTY(self, name, value):
        raise refusal(declared.typeName(), name, value)


def _set_on_cpp_object(self: Any, name: str, value: Any, member: Any) -> None:
    kind = type(self).__name__
    if member is None:
        if isinstance(value, QObject) and OBJECT_NAME(value) == name and self.findChild(QObject, name) is value:
            return  # PySide6's form loader keeps descendants as attributes of the form; PythonQt finds them by name
        if name.encode() not in [bytes(each) for each in self.dynamicPropertyNames()]:
            raise AttributeError(
                f"'{name}' does not exist on {kind} and creating new attributes on C++ objects is not allowed"
            )
        SET_PROPERTY(self, name, value)
    elif isinstance(member, QtCore.Signal):
        if isinstance(value, QtCore.SignalInstance):  # PySide6 keeps the bound signal that it has just looked up
            _RAW_GETATTRIBUTE(self, "__dict__")[name] = value
            return
        raise AttributeError(f"Signal '{name}' can not be overwritten on {kind} object")
    elif not hasattr(type(member), "__set__"):
        raise AttributeError(f"Slot '{name}' can not be overwritten on {kind} object")
    else:
        type(member).__set__(member, self, value)
