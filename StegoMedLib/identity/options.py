"""What a de-identifier leaves in place, moves or cleans: the options of the confidentiality profile (PS3.15 E.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.datadict import tag_for_keyword

from StegoMedLib.choices import CLEANABLE, RETAINABLE
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CODES", "Options"]

CODES = {
    "basic": ("113100", "Basic Application Confidentiality Profile"),
    "descriptors": ("113105", "Clean Descriptors Option"),
    "full-dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "modified-dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "characteristics": ("113108", "Retain Patient Characteristics Option"),
    "device": ("113109", "Retain Device Identity Option"),
    "uids": ("113110", "Retain UIDs Option"),
    "safe-private": ("113111", "Retain Safe Private Option"),
    "institution": ("113112", "Retain Institution Identity Option"),
}
"""Code value and meaning of the profile and of each option (PS3.16 CID 7050, coding scheme DCM)."""


@dataclass(frozen=True)
class Options:
    """Options of one run.

    Attributes
    ----------
    chosen : frozenset of str
        Names out of `RETAINABLE` and `CLEANABLE`.
    remove : frozenset of int
        Tags of attributes that go, too, wherever they stand.

    Raises
    ------
    UsageError
        An option is unknown, or two of them exclude each other.
    """

    chosen: frozenset[str] = frozenset()
    remove: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        unknown = sorted(self.chosen - RETAINABLE.keys() - CLEANABLE.keys())
        if unknown:
            raise UsageError(
                f"The profile has no option {unknown[0]!r}; choose among {', '.join([*RETAINABLE, *CLEANABLE])}."
            )
        if {"full-dates", "modified-dates"} <= self.chosen:
            raise UsageError("Dates are either kept as they are or moved; name full-dates or modified-dates.")

    @classmethod
    def of(cls, chosen: Iterable[str], remove: Iterable[str] = ()) -> Options:
        """Options by their names, and attributes that go besides by their keywords.

        Raises
        ------
        UsageError
            When one of them is unknown.
        """
        tags = {keyword: tag_for_keyword(keyword) if keyword else None for keyword in remove}
        for keyword, tag in tags.items():
            if tag is None:
                raise UsageError(
                    f"{keyword!r} is not a DICOM attribute keyword; write it as in PatientName or AccessionNumber."
                )
        return cls(frozenset(chosen), frozenset(tag for tag in tags.values() if tag is not None))

    @property
    def names(self) -> list[str]:
        """The profile and its options, in the order of `CODES`."""
        return [name for name in CODES if name == "basic" or name in self.chosen]

    @property
    def dates(self) -> str:
        """Value of LongitudinalTemporalInformationModified (0028,0303; PS3.3 C.12.1.1.3.1)."""
        if "full-dates" in self.chosen:
            return "UNMODIFIED"
        return "MODIFIED" if "modified-dates" in self.chosen else "REMOVED"
