# What the module builds on in Slicer's Python, for the type checker: Slicer ships no types, and is not there when
# types are checked. Classes that are subclassed and decorators have their shape here; everything else is Any, as what
# comes from C++ through PythonQt and VTK is (StegoMedPanel/untyped.py has names for it).
from typing import Any

def __getattr__(name: str) -> Any: ...
