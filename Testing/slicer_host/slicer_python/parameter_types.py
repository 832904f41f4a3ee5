"""What the type hints of a parameter node mean: how a value is checked, written into the node and read again."""

from __future__ import annotations

import enum
import pathlib
import typing
from typing import Any

import slicer


class Validator:
    """Refuses values with ValueError."""

    def validate(self, value: Any) -> None:
        raise NotImplementedError


class WithinRange(Validator):
    """Both bounds belong to the range."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        if value is not None and not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value {value} is not within range [{self.minimum}, {self.maximum}]")


class Minimum(Validator):
    """The least value."""

    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def validate(self, value: Any) -> None:
        if value is not None and value < self.minimum:
            raise ValueError(f"Value must be at least {self.minimum}, got {value}")


class Maximum(Validator):
    """The greatest value."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        if value is not None and value > self.maximum:
            raise ValueError(f"Value must be at most {self.maximum}, got {value}")


class Choice(Validator):
    """One of some values."""

    def __init__(self, choices: typing.Iterable[Any]) -> None:
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"{value!r} is not one of {self.choices}")


class Default:
    """The value of a parameter that was never set."""

    def __init__(self, value: Any = None) -> None:
        self.value = value


class Decimals:
    """Digits that a spin box shows after the point."""

    def __init__(self, value: int) -> None:
        self.value = value


class SingleStep:
    """Step of a spin box or slider."""

    def __init__(self, value: float) -> None:
        self.value = value


_FIRST_VALUES: dict[type, Any] = {int: 0, float: 0.0, bool: False, str: "", pathlib.Path: pathlib.Path()}


def is_node_type(kind: Any) -> bool:
    """Whether a type is a class of MRML nodes."""
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


class Parameter:
    """One parameter: name, type, annotations, default.

    Raises
    ------
    TypeError
        If the host does not know the type. It knows nodes and unions of nodes, int, float, bool, str, Path and enums.
    """

    def __init__(self, name: str, hint: Any, owner: type) -> None:
        self.name = name
        notes: tuple[Any, ...] = ()
        if typing.get_origin(hint) is typing.Annotated:
            hint, notes = hint.__origin__, hint.__metadata__
        union = [each for each in typing.get_args(hint) if each is not type(None)]
        self.node_types = tuple(union) if union and all(map(is_node_type, union)) else ()
        if is_node_type(hint):
            self.node_types = (hint,)
        known = self.node_types or hint in _FIRST_VALUES or (isinstance(hint, type) and issubclass(hint, enum.Enum))
        if not known:
            raise TypeError(f"the host does not know the type of {name}: {hint}")
        self.type: Any = hint
        self.annotations: tuple[Any, ...] = notes
        given = [each.value for each in notes if isinstance(each, Default)]
        self.default = getattr(owner, name) if hasattr(owner, name) else given[0] if given else self._first_value()
        self._check(self.default)

    def annotation(self, kind: type) -> Any:
        """The first annotation of that kind, or None."""
        return next((each for each in self.annotations if isinstance(each, kind)), None)

    def is_in(self, node: Any) -> bool:
        """Whether the node has a value."""
        return node.HasNodeReferenceRole(self.name) if self.node_types else self.name in node.GetParameterNames()

    def read(self, node: Any) -> Any:
        """Value in the node; the default is written first where there is none."""
        if self.node_types:
            return node.GetNodeReference(self.name)
        if not self.is_in(node):
            self.write(node, self.default)
        text = node.GetParameter(self.name)
        if self.type is bool:
            return text == "True"
        return self.type[text] if issubclass(self.type, enum.Enum) else self.type(text)

    def write(self, node: Any, value: Any) -> None:
        """Set the value.

        Raises
        ------
        TypeError
            If the value has another type.
        ValueError
            If a validator refuses it.
        """
        value = self._check(value)
        if self.node_types:
            node.SetNodeReferenceID(self.name, value.GetID() if value is not None else None)
        elif isinstance(value, enum.Enum):
            node.SetParameter(self.name, value.name)
        else:
            node.SetParameter(self.name, value.as_posix() if isinstance(value, pathlib.Path) else str(value))

    def _first_value(self) -> Any:
        if self.node_types:
            return None
        choice = self.annotation(Choice)
        if choice is not None:
            return choice.choices[0]
        return next(iter(self.type)) if issubclass(self.type, enum.Enum) else _FIRST_VALUES[self.type]

    def _check(self, value: Any) -> Any:
        kinds = self.node_types or (self.type,)
        if self.type is pathlib.Path and isinstance(value, str):
            value = pathlib.Path(value)
        if self.type is float and type(value) is int:
            value = float(value)
        if not isinstance(value, kinds) and not (self.node_types and value is None):
            raise TypeError(f"Value of type {type(value)} is not of expected type {self.type}")
        for each in self.annotations:
            if isinstance(each, Validator):
                each.validate(value)
        return value
