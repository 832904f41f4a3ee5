"""Signals and slots as PythonQt offers them: by C++ signature or as `object.signal.connect`."""

from __future__ import annotations

import functools
import inspect
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import shiboken6
from PySide6 import QtCore

from .conversion import to_python

if TYPE_CHECKING:
    from collections.abc import Callable

_Slot: TypeAlias = "Callable[..., None]"

RAW_CONNECT, RAW_DISCONNECT = QtCore.QObject.connect, QtCore.QObject.disconnect
META_OBJECT = QtCore.QObject.metaObject

#: Exceptions that slots raised, and connections to signals that do not exist. PythonQt prints both and goes on, so a
#: test would not notice; tests assert that this list is empty.
unhandled: list[BaseException] = []


@dataclass
class _Connection:
    """One connection: what was asked for, and how it is undone; it does not keep the sender alive."""

    signal: str
    receiver: Callable[..., Any]
    undo: Callable[[QtCore.QObject], None]


#: Connections by the address of the sending object.
_connections: dict[int, list[_Connection]] = {}


def _connections_of(sender: QtCore.QObject) -> list[_Connection]:
    address = shiboken6.getCppPointer(sender)[0]
    if address not in _connections:
        _connections[address] = []
        RAW_CONNECT(sender, QtCore.SIGNAL("destroyed()"), lambda: _connections.pop(address, None))
    return _connections[address]


def normalized(signature: str) -> str:
    """A C++ signature without spaces and const references, as Qt's own tables write it."""
    return bytes(QtCore.QMetaObject.normalizedSignature(signature.lstrip("0123456789"))).decode()


def _argument_limit(function: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt passes; None: all of them."""
    plain, bound = (function.__func__, 1) if inspect.ismethod(function) else (function, 0)
    if not inspect.isfunction(plain) or plain.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return plain.__code__.co_argcount - bound


def slot_for(receiver: Callable[..., Any], *, limit: int | None = None) -> _Slot:
    """Wrap a callable: it gets as many arguments as it takes, and its exceptions are printed and kept."""
    taken = _argument_limit(receiver) if limit is None else limit

    def call(*arguments: Any) -> None:
        try:
            receiver(*[to_python(each) for each in (arguments if taken is None else arguments[:taken])])
        except Exception as error:  # noqa: BLE001 whatever it is, PythonQt prints it and goes on
            unhandled.append(error)
            traceback.print_exc()

    return call


def _meta_signals(sender: QtCore.QObject, name: str) -> list[str]:
    """Signatures of a C++ class's signals of this name."""
    meta = META_OBJECT(sender)
    methods = (meta.method(index) for index in range(meta.methodCount()))
    return [
        bytes(each.methodSignature()).decode()
        for each in methods
        if each.methodType() == QtCore.QMetaMethod.MethodType.Signal and bytes(each.name()).decode() == name
    ]


def _stand_in_signal(sender: QtCore.QObject, signature: str) -> Any:
    """A stand-in's signal for a C++ signature; None where the class has none of that signature."""
    for cls in type(sender).__mro__:
        attribute = cls.__dict__.get("_cpp_signals_", {}).get(signature)
        if attribute is not None:
            return inspect.getattr_static(type(sender), attribute).__get__(sender, type(sender))
    return None


def connect(sender: QtCore.QObject, signal: str, receiver: Any, slot: str | None = None) -> bool:
    """`sender.connect("clicked(bool)", callable)` or `sender.connect(signal, receiver, "slot()")`."""
    signature = normalized(signal)
    if slot is not None:
        receiver = getattr(receiver, normalized(slot).split("(")[0])
    if not callable(receiver):
        raise TypeError("connect() needs a callable")
    call = slot_for(receiver, limit=0 if signature.endswith("()") else None)
    own = _stand_in_signal(sender, signature)
    if own is not None:
        if signature.endswith("(bool)"):  # one Python signal stands for all overloads of a C++ one
            call = functools.partial(_call_with_bool, call)
        own.connect(call)
        undo = functools.partial(_disconnect_stand_in, signature, call)
    elif META_OBJECT(sender).indexOfSignal(signature) >= 0:
        RAW_CONNECT(sender, QtCore.SIGNAL(signature), call)
        undo = functools.partial(_disconnect_meta, signature, call)
    else:
        message = f"QObject::connect() signal '{signal}' does not exist on {META_OBJECT(sender).className()}"
        print(message, file=sys.stderr)
        unhandled.append(ValueError(message))
        return False
    _connections_of(sender).append(_Connection(signature, receiver, undo))
    return True


def _call_with_bool(call: _Slot, value: Any) -> None:
    call(bool(value))


def _disconnect_stand_in(signature: str, call: _Slot, sender: QtCore.QObject) -> None:
    _stand_in_signal(sender, signature).disconnect(call)


def _disconnect_meta(signature: str, call: _Slot, sender: QtCore.QObject) -> None:
    RAW_DISCONNECT(sender, QtCore.SIGNAL(signature), call)


def _disconnect_named(name: str, call: _Slot, sender: QtCore.QObject) -> None:
    inspect.getattr_static(type(sender), name).__get__(sender, type(sender)).disconnect(call)


def disconnect(sender: QtCore.QObject, signal: str, receiver: Any = None, slot: str | None = None) -> bool:
    """Undo `connect`; without a receiver, all connections of that signal."""
    if slot is not None:
        receiver = getattr(receiver, normalized(slot).split("(")[0])
    return _undo(sender, normalized(signal), receiver)


def _undo(sender: QtCore.QObject, signal: str, receiver: Any) -> bool:
    table = _connections_of(sender)
    matching = [each for each in table if each.signal == signal and (receiver is None or each.receiver == receiver)]
    for each in matching:
        each.undo(sender)
        table.remove(each)
    return bool(matching)


class BoundSignal:
    """What PythonQt gives for `object.signal`: no overloads to choose from, one receiver at a time."""

    def __init__(self, sender: QtCore.QObject, signal: Any, name: str) -> None:
        self._sender, self._signal, self._name = sender, signal, name

    def connect(self, *receivers: Any) -> bool:
        if len(receivers) != 1:
            raise ValueError("Called connect with wrong number of arguments")
        (receiver,) = receivers
        call = slot_for(receiver)
        signatures = [each for each in _meta_signals(self._sender, self._name) if "PyObject" not in each]
        if signatures:  # PySide6's own connect drops defaulted arguments where the callable takes *args
            widest = max(signatures, key=lambda each: each.count(",") + (not each.endswith("()")))
            RAW_CONNECT(self._sender, QtCore.SIGNAL(widest), call)
            undo = functools.partial(_disconnect_meta, widest, call)
        else:
            self._signal.connect(call)
            undo = functools.partial(_disconnect_named, self._name, call)
        _connections_of(self._sender).append(_Connection(self._name, receiver, undo))
        return True

    def disconnect(self, *receivers: Any) -> bool:
        return _undo(self._sender, self._name, receivers[0] if receivers else None)

    def emit(self, *arguments: Any) -> None:
        self._signal.emit(*arguments)

    __call__ = emit

    def __getitem__(self, key: Any) -> Any:
        raise TypeError("'QtCore.Signal' object is not subscriptable")
