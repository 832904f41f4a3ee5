"""The report of extracting from a series, and saving records that are files."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from StegoMedLib.envelope import FileRecord, Record, record_as_json
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, whole_file
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.file_names import harmless_name, unused_name
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.pipeline.spread_reading import JoinedShards

__all__ = ["ExtractReport", "ExtractedSliceReport", "save_files"]

_NAMED = 12
"""Runs of slices that a sentence names at most."""


@dataclass(frozen=True)
class ExtractedSliceReport:
    """One slice in the report.

    Attributes
    ----------
    file : str
    frame : int
    record : int or None
        The number of its record, None when it could not be read.
    detail : str
    profile : str or None
        What was found in it.
    quality : float or None
        1 for as good as can be, 0 for about to fail.
    contradicts : bool
        The record is of another patient than the slice's header claims.
    """

    file: str
    frame: int
    record: int | None
    detail: str
    profile: str | None = None
    quality: float | None = None
    contradicts: bool = False

    def as_json(self) -> dict[str, object]:
        """Row of the JSON report."""
        return {
            "file": self.file,
            "frame": self.frame,
            "state": "unreadable" if self.record is None else "extracted",
            "detail": self.detail,
            "record": self.record,
            "profile": self.profile,
            "quality": self.quality,
            "contradicts": self.contradicts,
        }


@dataclass
class ExtractReport:
    """What `extract_series` found.

    Attributes
    ----------
    profile : str
        Of most slices.
    records : list of Record
        Different records, in the order of their first slice; slices of several studies carry several.
    quality : float
        The least of the slices that were read; of all slices together when none was read alone.
    shards : list of JoinedShards
        Of each record that was spread over slices.
    """

    profile: str
    records: list[Record] = field(default_factory=list)
    slices: list[ExtractedSliceReport] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)
    quality: float = 1.0
    shards: list[JoinedShards] = field(default_factory=list)

    @property
    def record(self) -> Record | None:
        """The record; None if there are several, or if a person must check them."""
        return self.records[0] if self.records and not self.must_look else None

    @property
    def must_look(self) -> list[str]:
        """Sentences that say why a person must check the records before use; empty if nobody must."""
        sentences = []
        if len(self.records) > 1:
            sentences.append(
                f"The slices carry {len(self.records)} different records, so a person must check which record belongs "
                "to which images; extract each study by itself."
            )
        if self.records and any(shards.record is None for shards in self.shards):
            sentences.append(
                "Some slices carry parts of another record, too few to extract it, so a person must check which images "
                "belong together; extract each study by itself."
            )
        contradicting = self._named(lambda row: row.contradicts)
        if contradicting:
            sentences.append(
                f"The record and the header name different patients ({contradicting}), so a person must check whose "
                "images these are; if the header holds a pseudonym, set its PatientIdentityRemoved to YES."
            )
        return sentences

    def slices_of(self, number: int) -> str:
        """Slices that carry a record, by its number, in words; empty when all slices together carry it."""
        return self._named(lambda row: row.record == number)

    def _named(self, chosen: Callable[[ExtractedSliceReport], bool]) -> str:
        """Slices in words: those that follow each other as the first and the last of them."""
        frames = Counter(row.file for row in self.slices)
        runs = [list(run) for those, run in groupby(self.slices, chosen) if those]
        words = [
            " to ".join(
                row.file if frames[row.file] == 1 else f"{row.file} frame {row.frame}"
                for row in (run if len(run) == 1 else (run[0], run[-1]))
            )
            for run in runs
        ]
        return ", ".join(words[:_NAMED]) + (f" and {len(words) - _NAMED} more runs" if len(words) > _NAMED else "")

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed extract``."""
        return {
            "profile": self.profile,
            "quality": self.quality,
            "record": None if self.record is None else record_as_json(self.record),
            "records": [record_as_json(record) for record in self.records],
            "must_look": self.must_look,
            "slices": [row.as_json() for row in self.slices],
            "shards": [self._shards_as_json(shards) for shards in self.shards],
            **self.files.as_json(),
        }

    def _shards_as_json(self, shards: JoinedShards) -> dict[str, int | None]:
        record = None if shards.record is None else self.records.index(shards.record)
        return {"needed": shards.needed, "total": shards.total, "found": shards.found, "record": record}


def save_files(report: ExtractReport, folder: Path) -> list[Path]:
    """Write the files among the records of `report` into `folder`.

    Names are those the sender gave, made harmless (see `harmless_name`); two that a disk could take for one get a
    number. Nothing is overwritten, and no link is followed.

    Raises
    ------
    UnusableInputError
        When a file exists, or the folder cannot be written to.
    """
    files = [record for record in report.records if isinstance(record, FileRecord)]
    places: list[Path] = []
    for record in files:
        place = folder / unused_name(harmless_name(record.name), [place.name for place in places])
        if os.path.lexists(place):
            raise UnusableInputError(f"{place} exists already; name another folder.")
        with staged(place, overwrite=False, single=True) as work, whole_file(work, mode=PRIVATE) as (stream, _):
            stream.write(record.data)
        places.append(place)
    return places
