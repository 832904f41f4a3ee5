"""How much room the slices have, as last measured, and what a record needs of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from StegoMedLib.envelope import Record

__all__ = ["Room"]


class Room:
    """Room of every slice in bits, for one volume, segmentation and profile."""

    def __init__(self) -> None:
        self._bits: list[int] = []
        self._reasons: list[str] = []
        self._owner: object = None
        self._stale = False

    @property
    def known(self) -> bool:
        """Whether it was measured and nothing has changed since."""
        return bool(self._bits) and not self._stale

    def set(self, bits: list[int], owner: object, reasons: list[str] | None = None) -> None:
        """Keep what was measured, and what took the air of each slice; `owner` says for what."""
        self._bits, self._owner, self._stale = bits, owner, False
        self._reasons = reasons or []

    def look(self, owner: object) -> None:
        """Forget what was measured for something else."""
        if owner != self._owner:
            self._bits, self._owner, self._stale = [], owner, False

    def edited(self) -> None:
        """The segmentation was edited: the numbers may be wrong."""
        self._stale = bool(self._bits)

    def words(self, needed: int | None = None, profile: str = DEFAULT_PROFILE) -> str:
        """How many slices have room for `needed` bytes, or for the smallest record."""
        if self._stale:
            return "The segmentation was edited since room was measured; press Check room."
        if not self._bits:
            return "Room is not measured yet: find the region, or press Check room."
        sizes = self._bytes(profile)
        fits = [size >= max(needed or 0, 1) for size in sizes]
        slices = counted(len(sizes), "slice")
        return f"{sum(fits)} of {slices} {'has' if len(sizes) == 1 else 'have'} room{self._why(fits)}."

    def _why(self, fits: list[bool]) -> str:
        """What took the air of most of the slices that do not fit."""
        lacking = [reason for reason, fit in zip(self._reasons, fits, strict=False) if not fit and reason]
        return f" ({max(set(lacking), key=lacking.count)})" if lacking else ""

    def needs(self, record: Record, profile: str) -> str:
        """The live line: what a record needs, and what there is, in bytes after compression."""
        from StegoMedLib.envelope import envelope_length, largest_record_bytes  # noqa: PLC0415 needs packages

        needed = largest_record_bytes(envelope_length(record))
        if not self.known:
            return f"Needs {needed} bytes a slice after compression. {self.words()}"
        sizes = self._bytes(profile)
        least, most = min(sizes), max(sizes)
        span = f"{most}" if least == most else f"{least} to {most}"
        return f"Needs {needed} of {span} bytes a slice after compression: {self.words(needed, profile)}"

    def _bytes(self, profile: str) -> list[int]:
        from StegoMedLib.pipeline.capacity import record_bytes_in  # noqa: PLC0415 needs packages

        return [record_bytes_in(bits, profile) for bits in self._bits]
