"""Values as lists, and code strings, whose leading and trailing blanks are no part of them (PS3.5 section 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.multival import MultiValue

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["code_of", "codes_of", "several"]

_PADDING = " \0"


def several(value: object) -> list[object]:
    """Values of an element as pydicom gives them: several, one, or none where it is missing or empty."""
    if isinstance(value, MultiValue | list | tuple):  # numbers come as a plain list
        return list(value)
    return [] if value is None or value == "" else [value]


def codes_of(dataset: Dataset, keyword: str) -> list[str]:
    """Values of a code string; none where the attribute is missing or empty."""
    return ["" if each is None else str(each).strip(_PADDING) for each in several(dataset.get(keyword))]


def code_of(dataset: Dataset, keyword: str) -> str:
    """The only value of a code string, or all of them with backslashes between; "" where there is none."""
    return "\\".join(codes_of(dataset, keyword))
