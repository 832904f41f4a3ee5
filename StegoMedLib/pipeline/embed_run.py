"""One run of embedding, wherever its slices come from: keys derived once, and what became of every slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.choices import TILES
from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.envelope import Sealer, envelope_bytes_in
from StegoMedLib.errors import DoesNotFitError, StegoMedError
from StegoMedLib.pipeline.capacity import record_bytes_in, text_in
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.embed_report import EmbeddedSliceReport, EmbedReport
from StegoMedLib.pipeline.header_records import Records
from StegoMedLib.pipeline.message import NoMessage
from StegoMedLib.pipeline.slice_work import Outcome, SliceWork, Task
from StegoMedLib.series.region import remedy_for
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Number
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.pipeline.options import Content, Method
    from StegoMedLib.pipeline.record_source import RecordSource
    from StegoMedLib.pipeline.slices import Cover, EmbeddedSlice
    from StegoMedLib.regions import Reason
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key as SliceKey
    from StegoMedLib.series.slice import Slice

__all__ = ["EmbedRun", "SliceSeen"]


@dataclass(frozen=True)
class SliceSeen:
    """A slice as an onlooker of the work sees it: for pictures."""

    cover: Slice
    region: Region
    message: Message
    result: EmbeddedSlice


class EmbedRun:
    """State of one run: keys derived once, the report, why slices were passed over.

    Parameters
    ----------
    key : Key
    finder : str
        Where masks come from, for the report.
    content : Content
    method : Method
    number : callable
        Gives the number of a slice in its series, by its key.
    onlooker : callable, optional
        Shown every slice.
    """

    def __init__(
        self,
        key: Key,
        finder: str,
        content: Content,
        method: Method,
        *,
        number: Callable[[SliceKey], Number],
        onlooker: Callable[[SliceSeen], None] | None = None,
    ) -> None:
        self.clock = Clock()
        self.method, self.number, self._onlooker = method, number, onlooker
        self._optional = content.optional
        self.records: RecordSource = content.source or Records(content)
        self.sealer = Sealer(key)
        self.locators = key.locators()
        self.locator = self.locators[0] if profile_info(method.profile).keyed else b""
        self.work = SliceWork(key, self.locators, method, self.locator, self.clock)
        self.coding = self.work.coding
        self.clock.lap("keys")
        self._unsealed: dict[str, StegoMedError] = {}
        self._characters: set[int] = set()
        self.weightiest: list[Reason] = []
        self.report = EmbedReport(method.profile, method.mode, finder, seconds=self.clock.seconds)

    def unsealed(self, error: StegoMedError) -> NoMessage:
        """Note that the header of a slice cannot be sealed, and why."""
        self._unsealed[str(error)] = error
        return NoMessage(str(error))

    def embed(self, each: Slice, cover: Cover, message: Message | NoMessage) -> NDArray[np.int32] | None:
        """Embed `message` in the air of what a slice is as a cover; stored values (H, W), None for a skipped slice."""
        outcome = self.work.embed(each, cover, Task(message, self.number(each.key)))
        self.report.kept += bool(cover.reason)
        stego = self.noted(each, outcome, message)
        if self._onlooker is not None and outcome.result is not None and not isinstance(message, NoMessage):
            self._onlooker(SliceSeen(each, cover.region, message, outcome.result))
        return cover.cover.plane.pixels if stego is None and cover.cover is not each else stego

    def noted(self, each: Slice, outcome: Outcome, message: Message | NoMessage) -> NDArray[np.int32] | None:
        """Put what became of a slice into the report; its stored values (H, W), None where it was skipped."""
        self._characters |= set() if isinstance(message, NoMessage) else {len(message.text)}
        state = "skipped" if outcome.stego is None else "embedded"
        row = EmbeddedSliceReport(each.name, each.frame, state, outcome.reason, outcome.metrics, outcome.pixels)
        self.report.slices.append(row)
        self.weightiest.append(outcome.weightiest)
        return outcome.stego

    def finish(self) -> None:
        """Make sure that there is something to show for the run, unless that is optional.

        Raises
        ------
        DoesNotFitError
            When no slice carries the record.
        NothingToSealError
            When that is so because the headers have nothing to seal.
        """
        if self._optional:
            return
        reasons = [row.reason for row in self.report.slices]
        if reasons and all(reason in self._unsealed for reason in reasons):
            raise self._unsealed[reasons[0]]
        if self.report.embedded == 0:
            raise DoesNotFitError(self._refusal())

    def _refusal(self) -> str:
        """Why no slice carries the record, and how large a record the slice of most capacity could carry."""
        reasons = sorted({row.reason for row in self.report.slices})
        most = max((int(row.metrics["capacity_bits"] or 0) for row in self.report.slices), default=0)
        holds, key = text_in(most, self.method.profile), self.sealer.key
        fits = record_bytes_in(most, self.method.profile, key)
        short = envelope_bytes_in(min(self._characters, default=0)) - envelope_bytes_in(holds)
        why = f"No slice can carry the record ({'; '.join(reasons[:3])})"
        if holds == 0 or (fits == 0 and short <= 0):
            return f"{why}; {remedy_for(self.weightiest)}."
        if self.method.tiles and short <= 0:
            larger = f"take --tiles {max(TILES)}, " if self.method.tiles < max(TILES) else ""
            return f"{why}; {larger}choose profile capacity, or leave --tiles out."
        excess = f", and it is {counted(short, 'byte')} too long" if short > 0 else ""
        return (
            f"{why}: at most {fits} bytes would fit after compression beside {key.slot_bytes} bytes of keys{excess}; "
            "embed fewer attributes or a shorter record, for fewer keys, or use other images."
        )
