"""What embedding did: the report, slice by slice, and how long each station took."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.metrics import PAPER_NOTE, summarise
from StegoMedLib.series.counting import FileCount

if TYPE_CHECKING:
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.pipeline.slices import Metrics

__all__ = ["EmbedReport", "EmbeddedSliceReport"]


@dataclass(frozen=True)
class EmbeddedSliceReport:
    """One slice in the report; `pixels` counts them by what the guard made of them (see `regions.Reason`)."""

    file: str
    frame: int
    state: str
    reason: str
    metrics: Metrics
    pixels: dict[str, int]


@dataclass
class EmbedReport:
    """What embedding did.

    With replacing, `kept` slices keep the record that they carried, as it cannot be taken away; `left_together` tells
    whether those from which it was taken still say something together.
    """

    profile: str
    mode: str
    finder: str
    symbol_version: int = 0
    symbols: int = 0
    envelope_characters: int = 0
    slices: list[EmbeddedSliceReport] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)
    seconds: dict[str, float] = field(default_factory=dict)
    shards: list[dict[str, int]] = field(default_factory=list)
    kept: int = 0
    left_together: bool = False

    @property
    def embedded(self) -> int:
        """Slices that carry the record."""
        return sum(row.state == "embedded" for row in self.slices)

    def note(self, message: Message) -> None:
        """Remember the largest message."""
        self.symbol_version = max(self.symbol_version, message.symbol.version)
        self.symbols = max(self.symbols, len(message.symbols))
        self.envelope_characters = max(self.envelope_characters, len(message.text))

    def summary(self) -> dict[str, dict[str, float]]:
        """Minimum, mean and maximum of every measure over the slices that carry the record."""
        return summarise(row.metrics for row in self.slices if row.state == "embedded")

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed embed``."""
        return {
            "note": PAPER_NOTE,
            "profile": self.profile,
            "mode": self.mode,
            "finder": self.finder,
            "embedded": self.embedded,
            "skipped": len(self.slices) - self.embedded,
            "symbol_version": self.symbol_version,
            "symbols": self.symbols,
            "envelope_characters": self.envelope_characters,
            "shards": self.shards,
            "kept": self.kept,
            "left_together": self.left_together,
            "summary": self.summary(),
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
            "seconds": self.seconds,
        }
