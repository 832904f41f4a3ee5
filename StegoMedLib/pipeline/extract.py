"""Extracts the record of a series: any one readable slice is enough, in any order, under any file name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.errors import (
    NewerVersionError,
    NothingReadableError,
    StegoMedError,
    UnusableFileError,
    UnusableInputError,
)
from StegoMedLib.pipeline.blind import BlindReader, Reading
from StegoMedLib.pipeline.extract_report import ExtractedSliceReport, ExtractReport, save_files
from StegoMedLib.pipeline.header_records import claimed_patient, contradicts
from StegoMedLib.pipeline.spread_reading import JoinedShards, ShardCollector, too_few
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.region import air_of
from StegoMedLib.series.slice import Part, PartT, Progress, Series, Slice, silent, steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom import Listing
    from StegoMedLib.envelope import Key, Record
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.symbol import Symbol

__all__ = ["ExtractReport", "ExtractRun", "ExtractedSliceReport", "extract", "extract_series", "save_files"]

_UNREADABLE = "no record can be extracted with this passphrase"
_TOGETHER = "not readable alone; the record was extracted from all slices together"


def extract_series(
    source: Path,
    key: Key,
    *,
    profile: str | None = None,
    masks: MaskSource | None = None,
    beta: float = DEFAULT_BETA,
    accept_lossy: bool = False,
    listing: Listing | None = None,
    progress: Progress = silent,
    onlooker: Callable[[Slice, Symbol], None] | None = None,
) -> ExtractReport:
    """Extract the record embedded in `source`.

    Different records, and a record of another patient than the header of its slice claims, are all in the report, which
    then says that a person must look.

    Parameters
    ----------
    source : Path
        DICOM file or folder.
    key : Key
    profile : str or None
        None to find it. Only ``saidi2024`` has to be named; it needs `masks` and the sender's `beta` too.
    masks : MaskSource, optional
        Not needed by other profiles, but ``robust`` leaves out the votes of the significant region where it is known.
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable
    onlooker : callable, optional
        Shown every slice that was read, and its symbol.

    Raises
    ------
    TooFewShardsError
        When the record was spread over slices, and too few of them are here.
    NewerVersionError
        When no slice can be read, and one says that a newer version wrote it.
    NothingReadableError
        When no slice can be read: wrong key, damaged data and nothing embedded look alike.
    UnusableInputError
        When there is nothing to read from.
    """
    series = FileSeries(source, listing, accept_lossy=accept_lossy)
    return extract(series, key, profile=profile, masks=masks, beta=beta, progress=progress, onlooker=onlooker)


def extract(
    series: Series[PartT],
    key: Key,
    *,
    profile: str | None = None,
    masks: MaskSource | None = None,
    beta: float = DEFAULT_BETA,
    progress: Progress = silent,
    onlooker: Callable[[Slice, Symbol], None] | None = None,
) -> ExtractReport:
    """Extract the record embedded in a series, whatever gives its slices; parameters and errors as `extract_series`."""
    run = ExtractRun(key, profile, beta=beta, onlooker=onlooker)
    for part in steps(series, progress):
        with series.taking(part):
            _extract_part(run, part, masks)
    if not run.looked_at:
        series.check_taken()
    report = run.finish()
    report.files = series.count
    return report


def _extract_part(run: ExtractRun, part: Part, masks: MaskSource | None) -> None:
    """Read all slices of one part; one that cannot be decoded keeps nothing from the others.

    Raises
    ------
    UnusableFileError
        At the end, when a slice could not be decoded.
    """
    damage: UnusableFileError | None = None
    for each in part.slices():
        try:
            each.plane  # noqa: B018  it is decoded now
        except UnusableFileError as error:
            run.undecodable(each, str(error))
            damage = damage or error
            continue
        run.read(each, None if masks is None else masks.region(each).significant)
    if damage is not None:
        raise damage


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
    """

    def __init__(
        self,
        key: Key,
        profile: str | None = None,
        *,
        beta: float = DEFAULT_BETA,
        onlooker: Callable[[Slice, Symbol], None] | None = None,
    ) -> None:
        self._onlooker = onlooker
        self._reader = BlindReader(key, profile, beta=beta)
        self._spread = ShardCollector(self._reader.opener)
        self._records: list[Record] = []
        self._slices: list[ExtractedSliceReport] = []
        self._claims: list[str | bytes | None] = []
        self._profiles: Counter[str] = Counter()
        self._quality = 1.0

    @property
    def looked_at(self) -> bool:
        """Whether there was any plane to look at."""
        return any(row.detail == _UNREADABLE or row.profile is not None for row in self._slices)

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs the significant region."""
        return self._reader.needs_mask

    def undecodable(self, each: Slice, reason: str) -> None:
        """Note a slice that could not even be looked at."""
        self._note(ExtractedSliceReport(each.name, each.frame, None, reason), None)

    def read(self, each: Slice, significant: NDArray[np.bool_] | None) -> None:
        """Read one slice.

        Parameters
        ----------
        each : Slice
            Its header tells a record of another patient.
        significant : ndarray of bool, shape (H, W), or None
            The significant region where the profile needs it, or it is known.
        """
        air = None if significant is None else air_of(each.plane, significant)
        reading = self._reader.read(each.plane, air)
        if reading is None:
            self._note(ExtractedSliceReport(each.name, each.frame, None, _UNREADABLE), each.header)
            return
        number, quality = self._number(reading), reading.quality
        row = ExtractedSliceReport(each.name, each.frame, number, quality.detail, reading.profile, quality.value)
        self._note(row, each.header)
        if self._onlooker is not None:
            self._onlooker(each, reading.symbols[0])

    def _note(self, row: ExtractedSliceReport, header: Dataset | None) -> None:
        self._slices.append(row)
        self._claims.append(claimed_patient(header))

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
            self._profiles.most_common(1)[0][0], self._records, self._slices, quality=self._quality, shards=joined
        )

    def _why_nothing(self, joined: list[JoinedShards]) -> StegoMedError:
        """What is known for sure comes first: that a slice looks newer may be damage."""
        if self._spread.newer:
            return NewerVersionError()
        if joined:
            return too_few(joined)
        if self._reader.newer:
            return NewerVersionError()
        undecoded = [row.detail for row in self._slices if row.detail != _UNREADABLE]
        if undecoded and len(undecoded) == len(self._slices):
            return UnusableInputError(undecoded[0])
        return NothingReadableError()

    def _join_shards(self) -> list[JoinedShards]:
        """Join records that were spread over slices, which then count as read."""
        joined = self._spread.join()
        for shards in joined:
            if shards.record is not None:
                number = self._number_of(shards.record)
                for row in shards.slices:
                    self._slices[row] = replace(self._slices[row], record=number)
        return joined

    def _read_together(self) -> None:
        """Let slices that could not be read alone say together what they carry."""
        for reading in self._reader.together():
            if reading.shard is None:
                self._number(reading)
        if self._records:
            self._slices = [
                replace(row, detail=_TOGETHER) if row.detail == _UNREADABLE else row for row in self._slices
            ]

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
        self._quality = min(self._quality, reading.quality.value)
        if reading.shard is not None:
            self._spread.take(reading.shard, len(self._slices))
        return None if reading.record is None else self._number_of(reading.record)

    def _number_of(self, record: Record) -> int:
        if record not in self._records:
            self._records.append(record)
        return self._records.index(record)
