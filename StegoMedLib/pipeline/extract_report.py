"""The report of extracting from a series, and saving records that are files."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from StegoMedLib.envelope import FileRecord, HeaderRecord, Record, record_as_json
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, whole_file
from StegoMedLib.pipeline.header_records import common_record
from StegoMedLib.pipeline.series_found import in_words
from StegoMedLib.pipeline.tying import State
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.file_names import harmless_name, unused_name
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
    from StegoMedLib.pipeline.series_found import FoundSeries
    from StegoMedLib.pipeline.spread_reading import JoinedShards

__all__ = ["ExtractReport", "save_files"]

_NOT_INTACT = {
    State.ANOTHER: (
        "The record was sealed into another image than {} that carries it now, so it is not the record of what that "
        "shows; a person must find out where it comes from."
    ),
    State.ALTERED: ("Altered after the record was sealed: {}; a person must see what was changed before it is used."),
}
_KNOWN = frozenset({State.INTACT, *_NOT_INTACT})

_NAMED = 12
"""Runs of slices that a sentence names at most."""


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
    series : list of FoundSeries
        How much of each series that was sealed is here.
    """

    profile: str
    records: list[Record] = field(default_factory=list)
    slices: list[ExtractedSliceReport] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)
    quality: float = 1.0
    shards: list[JoinedShards] = field(default_factory=list)
    series: list[FoundSeries] = field(default_factory=list)

    @property
    def series_in_words(self) -> list[str]:
        """What is here of each series, in sentences."""
        return in_words(self.series)

    @property
    def record(self) -> Record | None:
        """The record; None if there are several, or if a person must check them."""
        return self.records[0] if len(self.records) == 1 and not self.must_look else None

    @property
    def common(self) -> HeaderRecord | None:
        """What all records say, where there are several that only tell images of one study apart; None else."""
        return common_record(self.records)

    @property
    def must_look(self) -> list[str]:
        """Sentences that say why a person must check the records before use; empty if nobody must."""
        sentences = []
        if len(self.records) > 1 and self.common is None:
            sentences.append(
                f"The slices carry {len(self.records)} different records, so a person must check which record belongs "
                "to which images; extract each study by itself."
            )
        if self.records and any(shards.record is None for shards in self.shards):
            sentences.append(
                "Some slices carry parts of another record, too few to extract it, so a person must check which images "
                "belong together; extract each study by itself."
            )
        sentences += self.untied
        contradicting = self._named(lambda row: row.contradicts)
        if contradicting:
            sentences.append(
                f"The record and the header name different patients ({contradicting}), so a person must check whose "
                "images these are; if the header holds a pseudonym, set its PatientIdentityRemoved to YES."
            )
        return sentences

    @property
    def untied(self) -> list[str]:
        """Sentences about slices that are not, or may not be, what the record was sealed into."""
        sentences = [
            sentence.format(named)
            for state, sentence in _NOT_INTACT.items()
            if (named := self._named(lambda row, state=state: row.is_(state)))  # type: ignore[misc]
        ]
        if self.records and not any(row.verdict is not None and row.verdict.state in _KNOWN for row in self.slices):
            sentences.append(
                "Whether the record belongs to these images cannot be told, so a person must check whose they are."
            )
        return sentences + [series.disorder for series in self.series if series.disorder]

    @property
    def states(self) -> str:
        """How many slices are what, in words."""
        counts = Counter(row.state for row in self.slices)
        return ", ".join(f"{count} {state}" for state, count in counts.most_common())

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
            "series": [series.as_json() for series in self.series],
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
