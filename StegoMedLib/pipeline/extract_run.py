"""One run of extracting, wherever its slices come from: what was read, and what became of every slice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.dicom import place_of
from StegoMedLib.errors import (
    NewerVersionError,
    NothingReadableError,
    StegoMedError,
    UnusableInputError,
)
from StegoMedLib.pipeline.blind import BlindReader, Reading
from StegoMedLib.pipeline.extract_report import ExtractReport
from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
from StegoMedLib.pipeline.header_records import claimed_patient, contradicts
from StegoMedLib.pipeline.quality import QualityOfReading
from StegoMedLib.pipeline.series_found import series_found
from StegoMedLib.pipeline.spread_reading import JoinedShards, ShardCollector, too_few
from StegoMedLib.pipeline.tying import Evidence, State, Verdict
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.envelope import Key, Opened, Record
    from StegoMedLib.pipeline.blind import Way
    from StegoMedLib.series.slice import Key as SliceKey
    from StegoMedLib.series.slice import Slice
    from StegoMedLib.symbol import Symbol

__all__ = ["ExtractRun"]

_UNREADABLE = "no record can be extracted with this passphrase or key"
_TOGETHER = "not readable alone; the record was extracted from all slices together"


class ExtractRun:
    """State of one run, wherever its slices come from: records, and what became of every slice.

    Parameters
    ----------
    key : Key
    profile : str or None
        None to find it.
    beta : float
        Strength of ``saidi2024``.
    onlooker : callable, optional
        Shown every slice and its symbol, of those that were read.
    again : callable, optional
        Gives a slice once more, by its key.
    sealed_too : bool
        Note also records that others may open.

    Attributes
    ----------
    reader : BlindReader
    """

    def __init__(
        self,
        key: Key,
        profile: str | None = None,
        *,
        beta: float = DEFAULT_BETA,
        onlooker: Callable[[Slice, Symbol], None] | None = None,
        again: Callable[[SliceKey], Slice] | None = None,
        sealed_too: bool = False,
    ) -> None:
        self._onlooker, self._again = onlooker, again
        self.reader = BlindReader(key, profile, beta=beta, sealed_too=sealed_too)
        self._spread = ShardCollector(self.reader.opener)
        self._records: list[Record] = []
        self._slices: list[ExtractedSliceReport] = []
        self._claims: list[str | bytes | None] = []
        self._places: list[tuple[object, float] | None] = []
        self._waiting: dict[int, Evidence] = {}
        self._heard: dict[int, list[Way]] = {}
        self._runs: dict[bytes, int] = {}
        self._profiles: Counter[str] = Counter()
        self._quality, self._qualities = 1.0, QualityOfReading()

    @property
    def looked_at(self) -> bool:
        """Whether there was any plane to look at."""
        return any(row.detail == _UNREADABLE or row.profile is not None for row in self._slices)

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs the significant region."""
        return self.reader.needs_mask

    def undecodable(self, each: Slice, reason: str) -> None:
        """Note a slice that could not even be looked at."""
        self._note(ExtractedSliceReport(each.name, each.frame, None, reason), None)

    @property
    def rows(self) -> list[ExtractedSliceReport]:
        """What is known of every slice so far."""
        return self._slices

    def read(self, each: Slice, significant: NDArray[np.bool_] | None) -> Reading | None:
        """Read one slice, alone; None where that gives nothing.

        Parameters
        ----------
        each : Slice
            Its header tells a record of another patient.
        significant : ndarray of bool, shape (H, W), or None
            The significant region where the profile needs it, or it is known.
        """
        air = None if significant is None else air_of(each.plane, significant)
        reading = self.reader.read(each.plane, air)
        if reading is None:
            self._heard[len(self._slices)] = self.reader.hear(each.plane)
            self._note(ExtractedSliceReport(each.name, each.frame, None, _UNREADABLE), each)
            return None
        row, quality = len(self._slices), None if reading.payload.tag else self._qualities.of(reading)
        self._note(ExtractedSliceReport(each.name, each.frame, self._number(reading), "", reading.profile), each)
        errors = 0.0 if quality is None else quality.errors
        evidence = Evidence.read(each, reading.payload, reading.text, reading.nonces, errors)
        if reading.opened is None:
            self._waiting[row] = evidence.waiting()
        else:
            self._judge(row, evidence, reading.opened)
        quality = quality or self._qualities.of(reading, intact=self._slices[row].is_(State.INTACT))
        self._quality = min(self._quality, quality.value)
        self._slices[row] = replace(self._slices[row], detail=quality.detail, quality=quality.value)
        if self._onlooker is not None:
            self._onlooker(each, reading.symbols[0])
        return reading

    def _note(self, row: ExtractedSliceReport, each: Slice | None) -> None:
        self._slices.append(row)
        self._claims.append(None if each is None else claimed_patient(each.header))
        self._places.append(None if each is None else _place(each))

    def _judge(self, row: int, evidence: Evidence, opened: Opened) -> None:
        """Tell whether a slice is the one that its record was sealed into."""
        run = self._runs.setdefault(opened.binding_key, len(self._runs))
        verdict = evidence.judged(opened.binding_key, opened.context)
        if evidence.plane is None and verdict.state is not State.INTACT:
            verdict = self._looked_at_again(row, opened) or verdict
        self._slices[row] = replace(self._slices[row], verdict=verdict, run=run)

    def _looked_at_again(self, row: int, opened: Opened) -> Verdict | None:
        """The verdict on a slice that is read once more."""
        each = self._read_again(row)
        reading = None if each is None else self.reader.read(each.plane, None)
        if each is None or reading is None:
            return None
        evidence = Evidence.read(each, reading.payload, reading.text, reading.nonces)
        return evidence.judged(opened.binding_key, opened.context)

    def _read_again(self, row: int) -> Slice | None:
        found = self._slices[row]
        return None if self._again is None else self._again((found.file, found.frame))

    def finish(self) -> ExtractReport:
        """The report, after a vote among the slices when none could be read alone.

        Raises
        ------
        TooFewShardsError
            When there are shards of a record, and too few.
        NewerVersionError
            When there is no record, but what a newer version wrote.
        NothingReadableError
            When there is no record.
        """
        joined = self._join_shards()
        if not self._records:
            self._read_together()
        if not self._records:
            raise self._why_nothing(joined)
        self._compare_with_headers()
        return ExtractReport(
            self._profiles.most_common(1)[0][0],
            self._records,
            self._slices,
            quality=self._quality,
            shards=joined,
            series=series_found(self._slices, self._places),
        )

    def _why_nothing(self, joined: list[JoinedShards]) -> StegoMedError:
        """What is known for sure comes first: that a slice looks newer may be damage."""
        if self._spread.newer:
            return NewerVersionError()
        short = [shards for shards in joined if shards.found < shards.needed]
        if short:
            return too_few(short)
        if self.reader.newer:
            return NewerVersionError()
        undecoded = [row.detail for row in self._slices if row.detail != _UNREADABLE and row.profile is None]
        if undecoded and len(undecoded) == len(self._slices):
            return UnusableInputError(undecoded[0])
        return NothingReadableError()

    def _join_shards(self) -> list[JoinedShards]:
        """Join records that were spread over slices, which then count as read."""
        joined = self._spread.join()
        for shards in joined:
            if shards.opened is not None:
                number = self._number_of(shards.opened.record)
                for row in shards.slices:
                    self._slices[row] = replace(self._slices[row], record=number)
                    self._judge(row, self._waiting[row], shards.opened)
        return joined

    def _read_together(self) -> None:
        """Let slices that could not be read alone say together what they carry."""
        for reading in self.reader.together():
            if reading.opened is not None:
                self._number(reading)
                self._quality = min(self._quality, self._qualities.of(reading).value)
                for row in (row for row, ways in self._heard.items() if reading.way in ways):
                    self._slices[row] = replace(self._slices[row], detail=_TOGETHER)
                    self._judge_heard(row, reading.way, reading.opened)

    def _judge_heard(self, row: int, way: Way, opened: Opened) -> None:
        """Tell of a slice that could not be read alone whether the record was sealed into it."""
        each = self._read_again(row)
        votes, nonces = (None, 1) if each is None else self.reader.voted(way, each.plane)
        if each is not None and votes is not None:
            self._judge(row, Evidence.heard(each, votes, nonces), opened)

    def _compare_with_headers(self) -> None:
        """Mark slices whose record is of another patient than their headers claim."""
        for number, (row, claimed) in enumerate(zip(self._slices, self._claims, strict=True)):
            together = row.record is None and row.detail == _TOGETHER
            said = self._records if together else [] if row.record is None else [self._records[row.record]]
            if said and all(contradicts(record, claimed) for record in said):
                self._slices[number] = replace(row, contradicts=True)

    def _number(self, reading: Reading) -> int | None:
        """Number of a reading's record among all records, None for a shard: its record is known at the end."""
        self._profiles[reading.profile] += 1
        if reading.shard is not None:
            self._spread.take(reading.shard, len(self._slices))
        return None if reading.opened is None else self._number_of(reading.opened.record)

    def _number_of(self, record: Record) -> int:
        if record not in self._records:
            self._records.append(record)
        return self._records.index(record)


def _place(each: Slice) -> tuple[object, float] | None:
    """The stack of slices that a slice is in, and where in it; None where its header does not say."""
    return (each.name, float(each.frame)) if each.header is None else place_of(each.header, each.frame)
