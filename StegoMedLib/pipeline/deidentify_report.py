"""The report of making a study nameless: what was done, what is left, and what goes along."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.series.counting import FileCount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.identity.pseudonyms import Pseudonyms
    from StegoMedLib.identity.residue import Residue
    from StegoMedLib.pipeline.embed_report import EmbedReport

__all__ = ["DeidentifyReport"]


@dataclass
class DeidentifyReport:
    """What was done.

    Attributes
    ----------
    embedded : EmbedReport or None
        None where nothing goes along.
    residue : Counter of Residue
        What is left, and in how many files.
    names : dict of str to str
        Names of the files that were written, by those of their sources.
    missing : sequence of str
        Private attributes that did not fit into the images.
    heads : bool
        The images show heads, from which faces can be made.
    patients : set of str
        Pseudonyms.
    uids : set of (str, str)
        Of studies and series, before and after.
    sealed : int
        Files whose pixels carry nothing, so that their headers do.
    """

    @property
    def lasting(self) -> bool:
        """Whether another run under the same key gives the same pseudonyms and UIDs."""
        return self.pseudonyms.lasting

    carry: str
    options: list[str]
    dates: str
    pseudonyms: Pseudonyms
    embedded: EmbedReport | None = None
    residue: Counter[Residue] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    missing: Sequence[str] = ()
    patients: set[str] = field(default_factory=set)
    uids: set[tuple[str, str]] = field(default_factory=set, repr=False)
    heads: bool = False
    sealed: int = 0
    files: FileCount = field(default_factory=FileCount)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_event(self) -> dict[str, object]:
        """A line of an audit file: no name, no secret, UIDs as keyed hashes."""
        hashed = self.pseudonyms.fingerprint
        return {
            "action": "deidentify",
            "key": hashed("key"),
            "carry": self.carry,
            "options": self.options,
            "pseudonyms": sorted(self.patients),
            "uids": sorted([hashed(before), hashed(after)] for before, after in self.uids),
            "files": self.files.taken,
            "left_out": self.files.missing,
            "residue": sum(self.residue.values()),
            "slices": None if self.embedded is None else self.embedded.embedded,
        }

    def as_json(self) -> dict[str, object]:
        """The JSON report; it names files, but nothing of a record."""
        embedded = {} if self.embedded is None else self.embedded.as_json()
        return {
            "carry": self.carry,
            "options": self.options,
            "dates": self.dates,
            "lasting": self.lasting,
            "heads": self.heads,
            "names": self.names,
            "missing": list(self.missing),
            "sealed": self.sealed,
            "residue": [{"where": each.where, "of": each.of, "files": count} for each, count in self.residue.items()],
            **embedded,
            **self.files.as_json(),
            "seconds": self.seconds,
        }
