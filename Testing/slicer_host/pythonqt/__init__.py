"""A `qt` module with PythonQt's rules on top of PySide6.

Slicer's Python sees Qt through PythonQt, which differs from PySide6 where it hurts: `button.text` is a string, not a
method; a misspelt attribute raises; `connect` takes C++ signatures; a slot's exception is printed and the program goes
on. Here each QObject class of PySide6 is patched once, in place, so that a panel that runs on this host obeys the rules
it meets in Slicer.
"""

from .conversion import to_python
from .module import install
from .signals import connect, disconnect, unhandled

__all__ = ["connect", "disconnect", "install", "to_python", "unhandled"]
