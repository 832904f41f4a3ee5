"""Hides a record in a series: read, find the body, hide, write, one instance at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from StegoMedLib.dicom import (
    DEFAULT_ATTRIBUTES,
    DerivedSeries,
    Instance,
    Listing,
    header_record,
    list_files,
    read_instance,
    write_derived,
)
from StegoMedLib.envelope import HeaderRecord, Record, Sealer, locator_key
from StegoMedLib.errors import DoesNotFitError, UsageError
from StegoMedLib.metrics import PAPER_NOTE, summarise
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.masks import MaskSource
from StegoMedLib.pipeline.message import Message, seal
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.room import largest_version, record_bytes
from StegoMedLib.pipeline.slices import EmbeddedSlice, Metrics, embed_slice, measure_slice
from StegoMedLib.pipeline.staging import check_target, staged
from StegoMedLib.plane import Plane

__all__ = ["EmbedOptions", "EmbedReport", "EmbeddedSliceReport", "SliceSeen", "embed_series"]

MODES = ("replicate",)

_DESCRIPTION = "StegoMed: an encrypted record hidden outside the significant region"


@dataclass(frozen=True)
class EmbedOptions:
    """What a user may choose.

    Attributes
    ----------
    profile, mode : str
    record : Record or None
        None for the attributes of the header, each patient's and study's own.
    attributes : tuple of str
        DICOM keywords of a header record.
    beta : float
        Strength of ``saidi2024``.
    syntax : str
        Transfer syntax of the files written: ``explicit``, ``rle``, ``jpegls``, ``jpeg2000``.
    accept_lossy, overwrite : bool
    """

    profile: str = "fidelity"
    mode: str = "replicate"
    record: Record | None = None
    attributes: tuple[str, ...] = tuple(DEFAULT_ATTRIBUTES)
    beta: float = 1000.0
    syntax: str = "explicit"
    accept_lossy: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class EmbeddedSliceReport:
    """One slice in the report."""

    file: str
    frame: int
    state: str
    reason: str
    metrics: Metrics


@dataclass
class EmbedReport:
    """What `embed_series` did."""

    profile: str
    mode: str
    finder: str
    symbol_version: int = 0
    envelope_characters: int = 0
    slices: list[EmbeddedSliceReport] = field(default_factory=list)
    ignored: tuple[tuple[str, str], ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def embedded(self) -> int:
        """Slices that carry the record."""
        return sum(row.state == "embedded" for row in self.slices)

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
            "envelope_characters": self.envelope_characters,
            "summary": self.summary(),
            "slices": [asdict(row) for row in self.slices],
            "ignored": [{"file": file, "reason": reason} for file, reason in self.ignored],
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class SliceSeen:
    """A slice as an onlooker of the work sees it: for pictures."""

    file: str
    frame: int
    plane: Plane
    significant: NDArray[np.bool_]
    message: Message
    result: EmbeddedSlice


def embed_series(
    source: Path,
    target: Path,
    passphrase: bytes,
    masks: MaskSource,
    options: EmbedOptions,
    *,
    progress: Progress = silent,
    onlooker: Callable[[SliceSeen], None] | None = None,
) -> EmbedReport:
    """Hide a record in every slice of `source` that has room, and write the series to `target`.

    Every readable instance is written, as one new series for each source series; slices that were skipped keep their
    pixels. `target` appears when all is done, or not at all.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the stego file or folder goes.
    passphrase : bytes
        As `prepare_passphrase` gives it.
    masks : MaskSource
    options : EmbedOptions
    progress : callable
    onlooker : callable, optional
        Shown every slice.

    Raises
    ------
    UnusableInputError
        When something cannot be read or written.
    DoesNotFitError
        When no slice has room.
    """
    if options.mode not in MODES:
        raise UsageError(f"There is no mode {options.mode!r}; choose one of {', '.join(MODES)}.")
    place = target / source.name if source.is_file() and target.is_dir() else target
    check_target(source, place, overwrite=options.overwrite)
    listing = list_files(source)
    run = _Run(passphrase, masks, options, onlooker)
    with staged(place, single=source.is_file()) as work:
        for done, path in enumerate(listing.images):
            progress(done, len(listing.images), path.name)
            name = Path(path.name) if source.is_file() else path.relative_to(source)
            run.file(path, name, work if source.is_file() else work / name)
        run.finish(listing)
    progress(len(listing.images), len(listing.images), "")
    return run.report


class _Run:
    """State of one run: keys derived once, one message a study, one new series for each source series."""

    def __init__(
        self,
        passphrase: bytes,
        masks: MaskSource,
        options: EmbedOptions,
        onlooker: Callable[[SliceSeen], None] | None,
    ) -> None:
        self._clock = _Clock()
        self._masks, self._options, self._onlooker = masks, options, onlooker
        self._sealer = Sealer(passphrase)
        key = locator_key(passphrase) if options.profile == "fidelity" else b""
        self._coding: Coding = coding(options.profile, key, beta=options.beta)
        self._clock.lap("keys")
        self._messages: dict[object, Message] = {}
        self._series = DerivedSeries(_DESCRIPTION)
        self.report = EmbedReport(options.profile, options.mode, masks.name, seconds=self._clock.seconds)

    def file(self, path: Path, name: Path, target: Path) -> None:
        """Take one instance from `path` to `target`; `name` is what reports call it."""
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        message = self._message(instance)
        changed: dict[int, NDArray[np.int32]] = {}
        for frame in range(instance.frames):
            plane = instance.plane(frame)
            self._clock.lap("reading")
            stego = self._slice(plane, name, frame, instance.frames, message)
            if stego is not None:
                changed[frame] = stego
        target.parent.mkdir(parents=True, exist_ok=True)
        write_derived(instance, changed, target, self._series, syntax=self._options.syntax)
        self._clock.lap("writing")

    def finish(self, listing: Listing) -> None:
        """Complete the report.

        Raises
        ------
        DoesNotFitError
            When no slice carries the record.
        """
        self.report.ignored = tuple((str(path), reason) for path, reason in listing.ignored)
        if self.report.embedded == 0:
            raise DoesNotFitError(self._refusal())

    def _refusal(self) -> str:
        """Why no slice carries the record, and how large a record the roomiest slice could carry."""
        reasons = sorted({row.reason for row in self.report.slices})
        room = max((int(row.metrics["room_bits"] or 0) for row in self.report.slices), default=0)
        fits = record_bytes(largest_version(room, whole=self._coding.needs_mask))
        return (
            f"No slice can carry the record ({'; '.join(reasons[:3])}): at most {fits} bytes would fit after "
            "compression; hide a shorter record or use other images."
        )

    def _message(self, instance: Instance) -> Message:
        record = self._options.record
        study = instance.study_key if record is None else None
        if study not in self._messages:
            if record is None:
                record = HeaderRecord(header_record(instance.dataset, self._options.attributes))
            message = seal(self._sealer, record)
            self._messages[study] = message
            self.report.symbol_version = max(self.report.symbol_version, message.symbol.version)
            self.report.envelope_characters = max(self.report.envelope_characters, message.characters)
            self._clock.lap("sealing")
        return self._messages[study]

    def _slice(self, plane: Plane, name: Path, frame: int, frames: int, message: Message) -> NDArray[np.int32] | None:
        significant = self._masks.mask(name, frame, frames, plane)
        self._clock.lap("finding")
        result = embed_slice(plane, significant, message, self._coding)
        self._clock.lap("hiding")
        metrics = measure_slice(plane, significant, result, message, self._coding)
        self._clock.lap("measuring")
        state = "skipped" if result.stego is None else "embedded"
        self.report.slices.append(EmbeddedSliceReport(str(name), frame, state, result.reason, metrics))
        if self._onlooker is not None:
            self._onlooker(SliceSeen(str(name), frame, plane, significant, message, result))
        return result.stego


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
