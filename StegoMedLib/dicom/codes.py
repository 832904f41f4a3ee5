"""Code strings, whose leading and trailing blanks are no part of them (PS3.5 section 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.multival import MultiValue

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["code_of", "codes_of"]

_PADDING = " \0"


def codes_of(dataset: Dataset, keyword: str) -> list[str]:
    """Values of a code string; none where the attribute is missing or empty."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return []
    return [str(each).strip(_PADDING) for each in (value if isinstance(value, MultiValue) else [value])]


def code_of(dataset: Dataset, keyword: str) -> str:
    """The only value of a code string, or all of them with backslashes between; "" where there is none."""
    return "\\".join(codes_of(dataset, keyword))
