"""Q_PROPERTYs as attributes of PySide6's classes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore

from .attributes import GET_PROPERTY, SET_PROPERTY, VIRTUAL_GETTERS, getattribute_for, is_cpp, set_attribute
from .conversion import refusal, to_property, to_python

if TYPE_CHECKING:
    from collections.abc import Callable

#: `timer.singleShot` is the static function in PythonQt too.
_EXCEPTIONS = {("QTimer", "singleShot")}


class QtProperty:
    """Data descriptor of one Q_PROPERTY; it hides the getter of the same name."""

    def __init__(self, name: str, *, writable: bool, type_name: str) -> None:
        self.name, self.writable, self.type_name = name, writable, type_name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else to_python(GET_PROPERTY(instance, self.name))

    def __set__(self, instance: Any, value: Any) -> None:
        if not self.writable:
            raise AttributeError(f"Property '{self.name}' of {type(instance).__name__} object is not writable")
        value = to_property(self.type_name, self.name, value)
        if not SET_PROPERTY(instance, self.name, value):
            raise refusal(self.type_name, self.name, value)


def patch(cls: Any) -> None:
    """Give one QObject class of PySide6 the rules of PythonQt."""
    meta = cls.staticMetaObject
    for index in range(meta.propertyCount()):
        declared = meta.property(index)
        name = declared.name()
        inherited = index < meta.propertyOffset() and name not in cls.__dict__
        if inherited or name in VIRTUAL_GETTERS or (cls.__name__, name) in _EXCEPTIONS:
            continue
        setattr(cls, name, QtProperty(name, writable=declared.isWritable(), type_name=declared.typeName()))
        setter = f"set{name[0].upper()}{name[1:]}"
        if declared.isEnumType() and setter in cls.__dict__:
            setattr(cls, setter, _taking_numbers(cls.__dict__[setter], name))
    # Shiboken's types do not inherit these from QObject.
    cls.__setattr__ = set_attribute
    cls.__getattribute__ = getattribute_for(cls)
    if "__init__" in cls.__dict__:
        cls.__init__ = refusing_keywords(cls.__init__)


def _taking_numbers(setter: Any, property_name: str) -> Callable[..., Any]:
    """Let `setAlignment(0x84)` work: enums are numbers in PythonQt."""

    @functools.wraps(setter)
    def call(self: Any, *arguments: Any) -> Any:
        if len(arguments) == 1 and type(arguments[0]) is int:
            arguments = (type(GET_PROPERTY(self, property_name))(arguments[0]),)
        return setter(self, *arguments)

    return call


def refusing_keywords(init: Any) -> Callable[..., None]:
    """Refuse `qt.QLabel(text="x")`: PythonQt's constructors take no keywords."""

    @functools.wraps(init)
    def call(self: Any, *arguments: Any, **keywords: Any) -> None:
        if keywords:
            cls = next(each for each in type(self).__mro__ if is_cpp(each))
            raise ValueError(f"Called {cls.__name__} with keyword arguments, but called slot does not support kwargs.")
        init(self, *arguments)

    return call


def patch_name_alias() -> None:
    """`object.name` is another word for objectName."""
    base: Any = QtCore.QObject
    base.name = property(lambda self: self.objectName, lambda self, value: setattr(self, "objectName", value))
