"""How values travel between Python and Qt in PythonQt."""

from __future__ import annotations

import enum
import math
import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def to_python(value: Any) -> Any:
    """Qt's value as Python sees it: lists are tuples."""
    return tuple(value) if isinstance(value, list) else value


def _to_int(value: Any) -> int:
    """Whole number; a float loses its fraction, NumPy's whole numbers are taken, its floats are not."""
    return math.floor(value) if type(value) is float else operator.index(value)


#: Conversion of what is assigned to a property, by the property's C++ type.
_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": _to_int,
    "uint": _to_int,
    "qlonglong": _to_int,
    "bool": bool,
    "double": float,
    "float": float,
    "QString": str,
}


def to_property(type_name: str, property_name: str, value: Any) -> Any:
    """Convert a value that is assigned to a property.

    Raises
    ------
    AttributeError
        If the property's type does not take such a value.
    """
    if isinstance(value, tuple):
        value = list(value)
    convert = _CONVERSIONS.get(type_name)
    if convert is None:
        return value.value if isinstance(value, enum.Enum) and type_name == "int" else value
    try:
        return convert(value)
    except (TypeError, ValueError):
        raise refusal(type_name, property_name, value) from None


def refusal(type_name: str, property_name: str, value: Any) -> AttributeError:
    """PythonQt's words for a value that a property does not take."""
    return AttributeError(
        f"Property '{property_name}' of type '{type_name}' does not accept an object of type "
        f"{type(value).__name__} ({value!r})"
    )
