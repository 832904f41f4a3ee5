"""One run of hiding, wherever its slices come from: options, messages, what became of every slice."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA, LOST, REPLICATE
from StegoMedLib.codec.profiles import DEFAULT_PROFILE, profile_info
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES, header_record
from StegoMedLib.envelope import HeaderRecord, Record, Sealer, locator_key
from StegoMedLib.errors import DoesNotFitError, NothingToSealError, StegoMedError, UnusableInputError, UsageError
from StegoMedLib.metrics import PAPER_NOTE, summarise
from StegoMedLib.pipeline.capacity import record_bytes_in
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Message, seal
from StegoMedLib.pipeline.slices import EmbeddedSlice, Metrics, embed_slice, measure_slice, pass_slice
from StegoMedLib.series.region import Region, remedy_for
from StegoMedLib.series.source_files import FileCount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import Reason

__all__ = ["EmbedOptions", "EmbedReport", "EmbedRun", "EmbeddedSliceReport", "NoMessage", "SliceSeen"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmbedOptions:
    """What a user may choose.

    Attributes
    ----------
    profile, mode : str
    lost : float
        In mode ``spread``: share of the slices that may be lost.
    record : Record or None
        None for the attributes of the header, each patient's and study's own.
    attributes : tuple of str
        DICOM keywords of a header record.
    beta : float
        Strength of ``saidi2024``.
    strength : float or None
        Strength of ``robust``: the least PSNR in dB (``psnr_bulk``), None for the default.
    syntax : str
        Transfer syntax of the files written: ``explicit``, ``rle``, ``jpegls``, ``jpeg2000``.
    accept_lossy, overwrite : bool
    copy_others : bool
        Take files that are left out along to the target, as they are.
    """

    profile: str = DEFAULT_PROFILE
    mode: str = REPLICATE
    lost: float = LOST
    record: Record | None = None
    attributes: tuple[str, ...] = tuple(DEFAULT_ATTRIBUTES)
    beta: float = DEFAULT_BETA
    strength: float | None = None
    syntax: str = "explicit"
    accept_lossy: bool = False
    overwrite: bool = False
    copy_others: bool = False


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
    """What `embed_series` did."""

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

    @property
    def embedded(self) -> int:
        """Slices that carry the record."""
        return sum(row.state == "embedded" for row in self.slices)

    def note(self, message: Message) -> None:
        """Remember the largest message."""
        self.symbol_version = max(self.symbol_version, message.symbol.version)
        self.symbols = max(self.symbols, len(message.symbols))
        self.envelope_characters = max(self.envelope_characters, message.characters)

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
            "summary": self.summary(),
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class NoMessage:
    """A slice gets no message; an empty `reason` stands for want of air."""

    reason: str = ""


@dataclass(frozen=True)
class SliceSeen:
    """A slice as an onlooker of the work sees it: for pictures."""

    file: str
    frame: int
    plane: Plane
    significant: NDArray[np.bool_]
    message: Message
    result: EmbeddedSlice


class EmbedRun:
    """State of one run, wherever its slices come from: keys derived once, equal records sealed once, the report.

    Parameters
    ----------
    passphrase : bytes
    finder : str
        Where masks come from, for the report.
    options : EmbedOptions
    onlooker : callable, optional
        Shown every slice.
    """

    def __init__(
        self,
        passphrase: bytes,
        finder: str,
        options: EmbedOptions,
        onlooker: Callable[[SliceSeen], None] | None = None,
    ) -> None:
        self.clock = _Clock()
        self.options, self._onlooker = options, onlooker
        self.sealer = Sealer(passphrase)
        self.locator = locator_key(passphrase) if profile_info(options.profile).keyed else b""
        self.coding: Coding = coding(options.profile, self.locator, beta=options.beta, strength=options.strength)
        self.clock.lap("keys")
        self._messages: dict[object, Message | NoMessage] = {}
        self._unsealed: dict[str, StegoMedError] = {}
        self._said: set[str] = set()
        self.weightiest: list[Reason] = []
        self.report = EmbedReport(options.profile, options.mode, finder, seconds=self.clock.seconds)

    def message(self, header: Dataset | None) -> Message | NoMessage:
        """The sealed record; `header` is where the values of a header record come from.

        A slice whose header has nothing to seal, or more than a symbol holds, gets none, and keeps no other from its.

        Equal values are sealed once. Values, not UIDs, say whose they are: several patients may share a study's UID.

        Raises
        ------
        UsageError
            When the record shall come from a header and there is none.
        DoesNotFitError
            When no symbol holds what every slice shall carry.
        """
        try:
            owner, record = self.record(header)
        except NothingToSealError as error:
            return self.unsealed(error)
        if owner not in self._messages:
            self._messages[owner] = self._sealed(record)
            self.clock.lap("sealing")
        return self._messages[owner]

    def _sealed(self, record: Record) -> Message | NoMessage:
        try:
            message = seal(self.sealer, record, self.coding.info.most_symbols)
        except DoesNotFitError as error:
            if self.options.record is not None:
                raise
            return self.unsealed(error)
        self.report.note(message)
        return message

    def unsealed(self, error: StegoMedError) -> NoMessage:
        """Note that the header of a slice cannot be sealed, and why."""
        self._unsealed[str(error)] = error
        return NoMessage(str(error))

    def record(self, header: Dataset | None) -> tuple[object, Record]:
        """The record to hide, and what tells it from those of other patients and studies.

        Raises
        ------
        UsageError
            When it shall come from a header and there is none.
        NothingToSealError
            When the header holds none of the attributes, or one of them malformed.
        """
        if self.options.record is not None:
            return None, self.options.record
        record = self._header_record(header)
        return tuple(record.attributes.items()), record

    def _header_record(self, header: Dataset | None) -> HeaderRecord:
        if header is None:
            raise UsageError("These images have no DICOM header to take a record from; hide a text or a file.")
        try:
            attributes = header_record(header, self.options.attributes)
        except UnusableInputError as error:
            raise NothingToSealError(str(error)) from None
        if not attributes:
            raise NothingToSealError(
                "The header holds none of the attributes to hide, so there is nothing to seal; name others, or hide a "
                "text or a file."
            )
        self._say_undecoded(attributes)
        return HeaderRecord(attributes)

    def _say_undecoded(self, attributes: Mapping[str, str | bytes]) -> None:
        """Say once which attributes are sealed as bytes; their values go nowhere but into the record."""
        names = ", ".join(keyword for keyword, value in attributes.items() if isinstance(value, bytes))
        if names and names not in self._said:
            self._said.add(names)
            _log.warning("The header's character set does not decode %s; sealed are the very bytes.", names)

    def hide(
        self, plane: Plane, region: Region, name: str, frame: int, message: Message | NoMessage
    ) -> NDArray[np.int32] | None:
        """Hide `message` in the air of `plane`; stored values (H, W), None for a skipped slice.

        Without a message the slice is skipped.
        """
        sealed = None if isinstance(message, NoMessage) else message
        result = self._result(plane, region, message)
        self.clock.lap("hiding")
        metrics = measure_slice(plane, region.significant, result, sealed, self.coding)
        self.clock.lap("measuring")
        state = "skipped" if result.stego is None else "embedded"
        row = EmbeddedSliceReport(name, frame, state, result.reason, metrics, result.proof.counts)
        self.report.slices.append(row)
        self.weightiest.append(result.proof.weightiest)
        if self._onlooker is not None and sealed is not None:
            self._onlooker(SliceSeen(name, frame, plane, region.significant, sealed, result))
        return result.stego

    def _result(self, plane: Plane, region: Region, message: Message | NoMessage) -> EmbeddedSlice:
        if isinstance(message, NoMessage):
            return pass_slice(plane, region, self.coding, message.reason)
        return embed_slice(plane, region, message, self.coding)

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
        """Why no slice carries the record, and how large a record the largest slice could carry."""
        reasons = sorted({row.reason for row in self.report.slices})
        most = max((int(row.metrics["capacity_bits"] or 0) for row in self.report.slices), default=0)
        fits = record_bytes_in(most, self.options.profile)
        why = f"No slice can carry the record ({'; '.join(reasons[:3])})"
        if fits == 0:
            return f"{why}; {remedy_for(self.weightiest)}."
        advice = "hide fewer attributes or a shorter record, or use other images."
        return f"{why}: at most {fits} bytes would fit after compression; {advice}"


class _Clock:
    """Seconds spent at each station."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, station: str) -> None:
        """Book the time since the last lap on `station`."""
        now = time.perf_counter()
        self.seconds[station] = self.seconds.get(station, 0.0) + now - self._last
        self._last = now
