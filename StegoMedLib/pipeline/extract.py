"""Reads what is hidden in a series: any one readable slice is enough, in any order, under any file name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.envelope import FileRecord, Opener, Record, locator_key, record_as_json
from StegoMedLib.errors import NothingReadableError, UnusableInputError
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Reader, Votes, symbols_of
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.slices import usable_of
from StegoMedLib.pipeline.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.masks import MaskSource
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["ExtractReport", "ExtractRun", "ExtractedSliceReport", "extract_series", "save_files"]

_READ = "the record was read from this slice alone"
_UNREADABLE = "nothing can be read with this passphrase"


@dataclass(frozen=True)
class ExtractedSliceReport:
    """One slice in the report; `record` is the number of its record, None when it could not be read."""

    file: str
    frame: int
    record: int | None
    detail: str

    def as_json(self) -> dict[str, object]:
        """Row of the JSON report."""
        state = "unreadable" if self.record is None else "read"
        return {"file": self.file, "frame": self.frame, "state": state, "detail": self.detail, "record": self.record}


@dataclass
class ExtractReport:
    """What `extract_series` found.

    Attributes
    ----------
    records : list of Record
        Different records, in the order of their first slice; slices of several studies carry several.
    """

    profile: str
    records: list[Record] = field(default_factory=list)
    slices: list[ExtractedSliceReport] = field(default_factory=list)
    ignored: tuple[tuple[str, str], ...] = ()

    @property
    def record(self) -> Record:
        """The record that most slices carry."""
        votes = [sum(row.record == number for row in self.slices) for number in range(len(self.records))]
        return self.records[votes.index(max(votes))]

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed extract``."""
        return {
            "profile": self.profile,
            "record": record_as_json(self.record),
            "records": [record_as_json(record) for record in self.records],
            "slices": [row.as_json() for row in self.slices],
            "ignored": [{"file": file, "reason": reason} for file, reason in self.ignored],
        }


def extract_series(
    source: Path,
    passphrase: bytes,
    *,
    profile: str = "fidelity",
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
    passphrase : bytes
        As `prepare_passphrase` gives it.
    profile : str
        Only ``saidi2024`` has to be named; it needs `masks` and the sender's `beta` too.
    masks : MaskSource, optional
    progress : callable
    onlooker : callable, optional
        Shown file, frame and symbol of every slice that was read.

    Raises
    ------
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
        significant = None
        if run.needs_mask and masks is not None:
            significant = masks.mask(name, frame, instance.frames, plane)
        run.read(plane, significant, str(name), frame)


class ExtractRun:
    """State of one run, wherever its slices come from: records, and votes for when no slice can be read alone.

    Parameters
    ----------
    passphrase : bytes
        As `prepare_passphrase` gives it.
    profile : str
    beta : float
        Strength of ``saidi2024``.
    onlooker : callable, optional
        Shown name, frame and symbol of every slice that was read.
    """

    def __init__(
        self,
        passphrase: bytes,
        profile: str = "fidelity",
        *,
        beta: float = 1000.0,
        onlooker: Callable[[str, int, Symbol], None] | None = None,
    ) -> None:
        key = locator_key(passphrase) if profile != "saidi2024" else b""
        self._profile, self._onlooker = profile, onlooker
        self._coding: Coding = coding(profile, key, beta=beta)
        self._reader = Reader(Opener(passphrase))
        self._votes = Votes()
        self._records: list[Record] = []
        self._slices: list[ExtractedSliceReport] = []

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs the significant region."""
        return self._coding.needs_mask

    def undecodable(self, name: str, reason: str, frame: int = 0) -> None:
        """Note a slice that could not even be looked at."""
        self._slices.append(ExtractedSliceReport(name, frame, None, reason))

    def read(self, plane: Plane, significant: NDArray[np.bool_] | None, name: str, frame: int) -> None:
        """Read one slice; `significant` (H, W) where the profile needs it."""
        usable = None if significant is None else usable_of(plane, significant)
        payload = self._coding.extract(plane, usable)
        symbols = None if payload is None else symbols_of(self._coding, payload)
        record = None if symbols is None else self._reader.read(*symbols)
        if payload is not None and record is None:
            self._votes.add(payload)
        self._note(name, frame, record)
        if record is not None and symbols is not None and self._onlooker is not None:
            self._onlooker(name, frame, symbols[0])

    def finish(self) -> ExtractReport:
        """The report, after a vote among the slices when none could be read alone.

        Raises
        ------
        NothingReadableError
            When there is no record, though there were planes to look at.
        UnusableInputError
            When no file could be decoded at all.
        """
        if not self._records:
            self._take_votes()
        if not self._records:
            undecoded = [row.detail for row in self._slices if row.detail != _UNREADABLE]
            if undecoded and len(undecoded) == len(self._slices):
                raise UnusableInputError(undecoded[0])
            raise NothingReadableError
        return ExtractReport(self._profile, self._records, self._slices)

    def _note(self, name: str, frame: int, record: Record | None) -> None:
        if record is None:
            self._slices.append(ExtractedSliceReport(name, frame, None, _UNREADABLE))
            return
        if record not in self._records:
            self._records.append(record)
        self._slices.append(ExtractedSliceReport(name, frame, self._records.index(record), _READ))

    def _take_votes(self) -> None:
        for payload in self._votes.payloads():
            symbols = symbols_of(self._coding, payload)
            record = None if symbols is None else self._reader.read(*symbols)
            if record is not None and record not in self._records:
                self._records.append(record)


def save_files(report: ExtractReport, folder: Path) -> list[Path]:
    """Write the files among the records of `report` into `folder`.

    Names are those the sender gave, without any folder; two of one name get a number. Nothing is overwritten.

    Raises
    ------
    UnusableInputError
        When a file exists, or the folder cannot be written to.
    """
    files = [record for record in report.records if isinstance(record, FileRecord)]
    places: list[Path] = []
    for record in files:
        wanted = place = folder / _plain_name(record.name)
        number = len(places)
        while place in places:
            number += 1
            place = wanted.with_stem(f"{wanted.stem}-{number}")
        if place.exists():
            raise UnusableInputError(f"{place} exists already; name another folder.")
        with staged(place, single=True) as work:
            work.write_bytes(record.data)
        places.append(place)
    return places


def _plain_name(name: str) -> str:
    """Last part of `name` whatever the sender's system, safe as a file name."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    return kept[:200] or "record"
