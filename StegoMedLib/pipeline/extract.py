"""Reads what is hidden in a series: any one readable slice is enough, in any order, under any file name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import NewerVersionError, NothingReadableError, StegoMedError, UnusableInputError
from StegoMedLib.pipeline.blind import BlindReader, Reading
from StegoMedLib.pipeline.extract_report import ExtractedSliceReport, ExtractReport, save_files
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.region import usable_of
from StegoMedLib.pipeline.spread_reading import JoinedShards, ShardCollector, too_few

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.envelope import Forms, Record
    from StegoMedLib.pipeline.masks import MaskSource
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["ExtractReport", "ExtractRun", "ExtractedSliceReport", "extract_series", "save_files"]

_UNREADABLE = "nothing can be read with this passphrase"
_TOGETHER = "not readable alone; the record was read from all slices together"


def extract_series(
    source: Path,
    passphrase: bytes | Forms,
    *,
    profile: str | None = None,
    masks: MaskSource | None = None,
    beta: float = 1000.0,
    accept_lossy: bool = False,
    progress: Progress = silent,
    onlooker: Callable[[str, int, Symbol], None] | None = None,
) -> ExtractReport:
    """Read the record hidden in `source`.

    Parameters
    ----------
    source : Path
        DICOM file or folder.
    passphrase : bytes or tuple of bytes
        As `prepare_passphrase` gives it, or all its forms from `passphrase_forms`.
    profile : str or None
        None to find it. Only ``saidi2024`` has to be named; it needs `masks` and the sender's `beta` too.
    masks : MaskSource, optional
        Not needed by other profiles, but ``robust`` leaves out the votes of the significant region where it is known.
    progress : callable
    onlooker : callable, optional
        Shown file, frame and symbol of every slice that was read.

    Raises
    ------
    TooFewShardsError
        When the record was spread over slices, and too few of them are here.
    NewerVersionError
        When no slice can be read, and one says that a newer version wrote it.
    NothingReadableError
        When no slice can be read: wrong key, damaged data and nothing hidden look alike.
    UnusableInputError
        When there is nothing to read from.
    """
    run = ExtractRun(passphrase, profile, beta=beta, onlooker=onlooker)
    listing = list_files(source)
    for done, path in enumerate(listing.images):
        progress(done, len(listing.images), path.name)
        name = Path(path.name) if source.is_file() else path.relative_to(source)
        _read_file(run, path, name, masks, accept_lossy=accept_lossy)
    progress(len(listing.images), len(listing.images), "")
    report = run.finish()
    report.ignored = tuple((str(path), reason) for path, reason in listing.ignored)
    return report


def _read_file(run: ExtractRun, path: Path, name: Path, masks: MaskSource | None, *, accept_lossy: bool) -> None:
    """Read all frames of one instance; a file or frame that cannot be decoded is a slice that cannot be read."""
    try:
        instance = read_instance(path, accept_lossy=accept_lossy)
    except UnusableInputError as error:
        run.undecodable(str(name), str(error))
        return
    for frame in range(instance.frames):
        try:
            plane = instance.plane(frame)
        except UnusableInputError as error:
            run.undecodable(str(name), str(error), frame)
            continue
        significant = None if masks is None else masks.mask(name, frame, instance.frames, plane)
        run.read(plane, significant, str(name), frame)


class ExtractRun:
    """State of one run, wherever its slices come from: records, and what became of every slice.

    Parameters
    ----------
    passphrase : bytes or tuple of bytes
        As `prepare_passphrase` gives it, or all its forms from `passphrase_forms`.
    profile : str or None
        None to find it.
    beta : float
        Strength of ``saidi2024``.
    onlooker : callable, optional
        Shown name, frame and symbol of every slice that was read.
    """

    def __init__(
        self,
        passphrase: bytes | Forms,
        profile: str | None = None,
        *,
        beta: float = 1000.0,
        onlooker: Callable[[str, int, Symbol], None] | None = None,
    ) -> None:
        self._onlooker = onlooker
        self._reader = BlindReader(passphrase, profile, beta=beta)
        self._spread = ShardCollector(self._reader.opener)
        self._records: list[Record] = []
        self._slices: list[ExtractedSliceReport] = []
        self._profiles: Counter[str] = Counter()
        self._quality = 1.0

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs the significant region."""
        return self._reader.needs_mask

    def undecodable(self, name: str, reason: str, frame: int = 0) -> None:
        """Note a slice that could not even be looked at."""
        self._slices.append(ExtractedSliceReport(name, frame, None, reason))

    def read(self, plane: Plane, significant: NDArray[np.bool_] | None, name: str, frame: int) -> None:
        """Read one slice; `significant` (H, W) where the profile needs it, or it is known."""
        usable = None if significant is None else usable_of(plane, significant)
        reading = self._reader.read(plane, usable)
        if reading is None:
            self._slices.append(ExtractedSliceReport(name, frame, None, _UNREADABLE))
            return
        number, quality = self._number(reading), reading.quality
        self._slices.append(ExtractedSliceReport(name, frame, number, quality.detail, reading.profile, quality.value))
        if self._onlooker is not None:
            self._onlooker(name, frame, reading.symbols[0])

    def finish(self) -> ExtractReport:
        """The report, after a vote among the slices when none could be read alone.

        Raises
        ------
        TooFewShardsError
            When there are shards of a record, and too few.
        NewerVersionError
            When there is no record, but what a newer version wrote.
        NothingReadableError
            When there is no record, though there were planes to look at.
        UnusableInputError
            When no file could be decoded at all.
        """
        joined = self._join_shards()
        if not self._records:
            self._read_together()
        if not self._records:
            raise self._why_nothing(joined)
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
