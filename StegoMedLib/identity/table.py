"""Table E.1-1 of PS3.15: what becomes of each attribute, and what options change of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from StegoMedLib.resources import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLEAN", "KEEP", "PRIVATE", "Row", "row_of", "rows"]

KEEP, CLEAN = "K", "C"
"""What an option makes of an attribute: it stays, or what is identifying in it goes."""

PRIVATE = "private"
"""Row of private attributes."""

_COLUMNS = {
    "safe-private": "retain_safe_private",
    "uids": "retain_uids",
    "device": "retain_device",
    "institution": "retain_institution",
    "characteristics": "retain_patient_characteristics",
    "full-dates": "retain_full_dates",
    "modified-dates": "retain_modified_dates",
    "descriptors": "clean_descriptors",
}


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes
    ----------
    tag, name : str
        As printed: eight hexadecimal digits, ``X`` for those of a repeating group.
    basic : str
        Action of the Basic Profile: letters with slashes between, as in ``X/Z/D``.
    options : mapping of str to str
        `KEEP` or `CLEAN`, by the name of the option.
    """

    tag: str
    name: str
    basic: str
    options: Mapping[str, str] = field(default_factory=dict)


@cache
def rows() -> tuple[Row, ...]:
    """All rows."""
    return tuple(_row(line) for line in read_table("e1_1.csv"))


def _row(line: Mapping[str, str]) -> Row:
    options = {name: line[column] for name, column in _COLUMNS.items() if line[column]}
    return Row(line["tag"], line["name"], line["basic"], options)


@cache
def _by_tag() -> dict[str, Row]:
    return {row.tag: row for row in rows()}


@cache
def row_of(tag: int) -> Row | None:
    """The row of an attribute by its tag; None where the table has none."""
    table, digits = _by_tag(), f"{tag:08X}"
    if (tag >> 16) % 2:
        return table[PRIVATE]
    return table.get(digits) or table.get(f"{digits[:2]}XX{digits[4:]}") or table.get(f"{digits[:2]}XXXXXX")
