"""One run of embedding, wherever its slices come from: keys derived once, and what became of every slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.envelope import Sealer
from StegoMedLib.errors import DoesNotFitError, StegoMedError
from StegoMedLib.pipeline.capacity import record_bytes_in
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.embed_report import Clock, EmbeddedSliceReport, EmbedReport
from StegoMedLib.pipeline.header_records import Records
from StegoMedLib.pipeline.message import NoMessage
from StegoMedLib.pipeline.slices import EmbeddedSlice, embed_slice, measure_slice, pass_slice
from StegoMedLib.series.region import remedy_for

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.pipeline.options import Content, Method
    from StegoMedLib.regions import Reason
    from StegoMedLib.series.region import Region
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
    onlooker : callable, optional
        Shown every slice.
    """

    def __init__(
        self,
        key: Key,
        finder: str,
        content: Content,
        method: Method,
        onlooker: Callable[[SliceSeen], None] | None = None,
    ) -> None:
        self.clock = Clock()
        self.method, self._onlooker = method, onlooker
        self.records, self.sealer = Records(content), Sealer(key)
        self.locator = key.locators()[0] if profile_info(method.profile).keyed else b""
        self.coding: Coding = coding(method.profile, self.locator, beta=method.beta, strength=method.strength)
        self.clock.lap("keys")
        self._unsealed: dict[str, StegoMedError] = {}
        self.weightiest: list[Reason] = []
        self.report = EmbedReport(method.profile, method.mode, finder, seconds=self.clock.seconds)

    def unsealed(self, error: StegoMedError) -> NoMessage:
        """Note that the header of a slice cannot be sealed, and why."""
        self._unsealed[str(error)] = error
        return NoMessage(str(error))

    def embed(self, cover: Slice, region: Region, message: Message | NoMessage) -> NDArray[np.int32] | None:
        """Embed `message` in the air of `cover`; stored values (H, W), None for a skipped slice.

        Without a message the slice is skipped.
        """
        sealed = None if isinstance(message, NoMessage) else message
        result = self._result(cover, region, message)
        self.clock.lap("embedding")
        metrics = measure_slice(cover.plane, region.significant, result, sealed, self.coding)
        self.clock.lap("measuring")
        state = "skipped" if result.stego is None else "embedded"
        row = EmbeddedSliceReport(cover.name, cover.frame, state, result.reason, metrics, result.proof.counts)
        self.report.slices.append(row)
        self.weightiest.append(result.proof.weightiest)
        if self._onlooker is not None and sealed is not None:
            self._onlooker(SliceSeen(cover, region, sealed, result))
        return result.stego

    def _result(self, cover: Slice, region: Region, message: Message | NoMessage) -> EmbeddedSlice:
        if isinstance(message, NoMessage):
            return pass_slice(cover.plane, region, self.coding, message.reason)
        return embed_slice(cover.plane, region, message, self.coding)

    def finish(self) -> None:
        """Make sure that there is something to show for the run.

        Raises
        ------
        DoesNotFitError
            When no slice carries the record.
        NothingToSealError
            When that is so because the headers have nothing to seal.
        """
        reasons = [row.reason for row in self.report.slices]
        if reasons and all(reason in self._unsealed for reason in reasons):
            raise self._unsealed[reasons[0]]
        if self.report.embedded == 0:
            raise DoesNotFitError(self._refusal())

    def _refusal(self) -> str:
        """Why no slice carries the record, and how large a record the slice of most capacity could carry."""
        reasons = sorted({row.reason for row in self.report.slices})
        most = max((int(row.metrics["capacity_bits"] or 0) for row in self.report.slices), default=0)
        fits = record_bytes_in(most, self.method.profile)
        why = f"No slice can carry the record ({'; '.join(reasons[:3])})"
        if fits == 0:
            return f"{why}; {remedy_for(self.weightiest)}."
        advice = "embed fewer attributes or a shorter record, or use other images."
        return f"{why}: at most {fits} bytes would fit after compression; {advice}"
