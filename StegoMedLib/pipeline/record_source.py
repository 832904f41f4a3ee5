"""What gives the slices of a series their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.envelope import Record
    from StegoMedLib.series.slice import Slice

__all__ = ["RecordSource"]


class RecordSource(Protocol):
    """Gives the record of each slice."""

    @property
    def given(self) -> bool:
        """Whether every slice gets the same, whatever its header says."""

    def of(self, each: Slice) -> tuple[object, Record]:
        """The record to embed in a slice, and what tells it from those of others that do not share it."""

    def note(self, each: Slice) -> object:
        """Look at a slice of a series over which records are spread; what tells its record from others."""

    def choices(self, owner: object) -> Iterator[Record]:
        """Records to spread, by what tells them from others: each smaller than the one before."""
