"""The report of putting identities back: how far each file came, and what did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.identity.results import Home
from StegoMedLib.series.counting import FileCount

if TYPE_CHECKING:
    from StegoMedLib.identity.pseudonyms import Pseudonyms
    from StegoMedLib.pipeline.results import ResultsReport

__all__ = ["DATA_SET", "FILE", "HEADER", "IDENTITY", "LEVELS", "ReidentifyReport", "Returned"]

LEVELS = FILE, DATA_SET, HEADER, IDENTITY = ("file", "data set", "header", "identity")
"""How much came back: the file byte by byte, or every attribute and pixel, as digests prove; every attribute that was
taken out; or who it is."""


@dataclass(frozen=True)
class Returned:
    """One file in the report; `lost` are attributes that could not be put back, `tied` tells of the binding."""

    file: str
    level: str
    pixels: bool
    tied: bool
    lost: tuple[str, ...] = ()


@dataclass
class ReidentifyReport:
    """What came back, and what did not.

    Attributes
    ----------
    rows : list of Returned
    missing : list of str
        Private attributes that did not fit into the images.
    series : list of str
        What is here of each series, in a sentence.
    pseudonyms : Pseudonyms or None
        Of the key.
    home : Home
        Where results belong that others made of it.
    results : ResultsReport or None
        Those that came home; None where nobody asked for it.
    """

    rows: list[Returned] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    pseudonyms: Pseudonyms | None = field(default=None, repr=False)
    home: Home = field(default_factory=Home, repr=False)
    results: ResultsReport | None = None
    files: FileCount = field(default_factory=FileCount)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def levels(self) -> Counter[str]:
        """How many files came back how far."""
        return Counter(row.level for row in self.rows)

    def as_event(self) -> dict[str, object]:
        """A line of an audit file: no name, no secret, UIDs as keyed hashes."""
        hashed = None if self.pseudonyms is None else self.pseudonyms.fingerprint
        return {
            "action": "reidentify",
            "key": None if hashed is None else hashed("key"),
            "studies": [] if hashed is None else sorted(map(hashed, self.home.studies)),
            "returned": dict(self.levels),
            "tied": sum(row.tied for row in self.rows),
            "results": 0 if self.results is None else len(self.results.rows),
            "files": self.files.taken,
            "left_out": self.files.missing,
        }

    def as_json(self) -> dict[str, object]:
        """The JSON report; it holds nothing of an identity."""
        return {
            "returned": {level: self.levels[level] for level in LEVELS},
            "missing": self.missing,
            "rows": [
                {"file": row.file, "level": row.level, "pixels": row.pixels, "tied": row.tied, "lost": list(row.lost)}
                for row in self.rows
            ],
            "results": None if self.results is None else self.results.as_json(),
            **self.files.as_json(),
            "seconds": self.seconds,
        }
