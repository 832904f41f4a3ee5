"""What reading a series found: its report, and the files among its records."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.envelope import FileRecord, Record, record_as_json
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, whole_file
from StegoMedLib.pipeline.file_names import harmless_name, unused_name
from StegoMedLib.pipeline.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.pipeline.spread_reading import JoinedShards

__all__ = ["ExtractReport", "ExtractedSliceReport", "save_files"]


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
    """

    file: str
    frame: int
    record: int | None
    detail: str
    profile: str | None = None
    quality: float | None = None

    def as_json(self) -> dict[str, object]:
        """Row of the JSON report."""
        return {
            "file": self.file,
            "frame": self.frame,
            "state": "unreadable" if self.record is None else "read",
            "detail": self.detail,
            "record": self.record,
            "profile": self.profile,
            "quality": self.quality,
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
    ignored: tuple[tuple[str, str], ...] = ()
    quality: float = 1.0
    shards: list[JoinedShards] = field(default_factory=list)

    @property
    def record(self) -> Record:
        """The record that most slices carry."""
        votes = [sum(row.record == number for row in self.slices) for number in range(len(self.records))]
        return self.records[votes.index(max(votes))]

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed extract``."""
        return {
            "profile": self.profile,
            "quality": self.quality,
            "record": record_as_json(self.record),
            "records": [record_as_json(record) for record in self.records],
            "slices": [row.as_json() for row in self.slices],
            "shards": [self._shards_as_json(shards) for shards in self.shards],
            "ignored": [{"file": file, "reason": reason} for file, reason in self.ignored],
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
