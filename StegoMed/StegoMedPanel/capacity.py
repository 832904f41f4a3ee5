"""The capacity of the slices, as last measured, and whether a record fits."""

from __future__ import annotations

from dataclasses import dataclass, field

from StegoMedLib.wording import counted

__all__ = ["Capacity", "Measured"]


@dataclass(frozen=True)
class Measured:
    """The largest record of each slice, in bytes after compression, and what took its air; empty where most is left."""

    sizes: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Capacity:
    """What was measured last, for one volume, segmentation and profile."""

    def __init__(self) -> None:
        self._owner: object = None
        self._measured, self._stale = Measured(), False

    @property
    def known(self) -> bool:
        """Whether it was measured and nothing has changed since."""
        return bool(self._measured.sizes) and not self._stale

    def set(self, measured: Measured, owner: object) -> None:
        """Keep what was measured; `owner` says for what."""
        self._measured, self._owner, self._stale = measured, owner, False

    def look(self, owner: object) -> None:
        """Forget what was measured for something else."""
        if owner != self._owner:
            self.set(Measured(), owner)

    def edited(self) -> None:
        """The segmentation was edited: the numbers may be wrong."""
        self._stale = bool(self._measured.sizes)

    def words(self, needed: int = 1, what: str = "a record") -> str:
        """How many slices can carry `needed` bytes, or the smallest record."""
        if self._stale:
            return "The segmentation has changed since its capacity was measured; press Capacity."
        if not self._measured.sizes:
            return "The capacity is not measured yet; press Find or Capacity."
        fits = [size >= needed for size in self._measured.sizes]
        return f"{sum(fits)} of {counted(len(fits), 'slice')} can carry {what}{self._why(fits)}."

    def _why(self, fits: list[bool]) -> str:
        """What took the air of most of the slices that do not fit."""
        lacking = [reason for reason, fit in zip(self._measured.reasons, fits, strict=False) if not fit and reason]
        return f" ({max(set(lacking), key=lacking.count)})" if lacking else ""

    def needs(self, needed: int) -> str:
        """The live line: what a record needs, and what there is, in bytes after compression."""
        if not self.known:
            return f"The record takes {needed} bytes after compression. {self.words()}"
        least, most = min(self._measured.sizes), max(self._measured.sizes)
        span = f"{most}" if least == most else f"{least} to {most}"
        fits = self.words(max(needed, 1), "it")
        return f"The record takes {needed} bytes after compression, and a slice holds {span}: {fits}"
