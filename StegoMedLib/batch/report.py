"""The report of a batch: what became of every series and of every file that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.batch.jobs import ASIDE, DONE, STATES

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.batch.manifest import Manifest, Row
    from StegoMedLib.batch.naming import Naming

__all__ = ["BatchReport"]

_WORST = 12


class BatchReport:
    """What the manifest says when a run is over.

    Parameters
    ----------
    manifest : Manifest
        Open.
    target : Path
        Folder of the results.
    naming : Naming
    action : str
    worked_on : int
        Series that were to be worked on by this run.

    Attributes
    ----------
    came_in, written, left_out, aside, waiting : int
        Files: all; those in results; those that are in none, alone; those of series that are aside, and of series that
        nobody has worked on yet.
    """

    def __init__(self, manifest: Manifest, target: Path, naming: Naming, action: str, worked_on: int) -> None:
        self._manifest, self.target, self._naming = manifest, target, naming
        self.action, self.worked_on = action, worked_on
        states, self.totals = manifest.states(), manifest.totals()
        self.series = {state: states[state][0] for state in STATES if state in states}
        instances = {state: count for state, (_, count) in states.items()}
        alone = manifest.of_no_series()
        self.came_in = sum(instances.values()) + alone
        self.written, self.left_out = self.totals.written, self.totals.left_out + alone
        self.aside = instances.get(ASIDE, 0)
        self.waiting = sum(count for state, count in instances.items() if state not in {DONE, ASIDE})
        self.remarkable = list(manifest.remarkable())
        self.worst = manifest.worst(_WORST)

    @property
    def balanced(self) -> bool:
        """Whether count in is count out: what workers told of each series, and what was found, agree."""
        return self.came_in == self.written + self.left_out + self.aside + self.waiting

    @property
    def set_aside(self) -> list[Row]:
        """Series that wait for a person."""
        return [row for row in self.remarkable if row.state == ASIDE]

    @property
    def must_look(self) -> list[Row]:
        """Series whose files or result a person must look at."""
        return [row for row in self.remarkable if row.must_look]

    @property
    def changed(self) -> list[Row]:
        """Done series whose files somebody changed since."""
        return [row for row in self.remarkable if row.changed]

    def folder(self, row: Row) -> str:
        """Where the result of a series lies, or would, below the target."""
        return str(self._naming.folder(row.study, row.uid))

    def source(self, row: Row) -> str:
        """The first file of a series, or its place on a server."""
        return row.place or next(iter(self._manifest.files_of(row.number)), "")

    def files_left_out(self, most: int = -1) -> list[tuple[str, str]]:
        """Files that are in no result, and are of no series that is aside, with their reasons."""
        found = self._manifest.left_out()
        return list(found) if most < 0 else [row for row, _ in zip(found, range(most), strict=False)]

    def as_json(self) -> dict[str, object]:
        """The JSON report; it names files of the source."""
        return {
            "action": self.action,
            "manifest": str(self._manifest.place),
            "worked_on": self.worked_on,
            "series": self.series,
            "files": {
                "came_in": self.came_in,
                "written": self.written,
                "left_out": self.left_out,
                "aside": self.aside,
                "waiting": self.waiting,
            },
            "balanced": self.balanced,
            "totals": self.totals._asdict(),
            "aside": [self._as_json(row) for row in self.set_aside],
            "must_look": [self._as_json(row) for row in self.must_look],
            "changed": [self._as_json(row) for row in self.changed],
            "worst": [self._as_json(row) for row in self.worst],
            "left_out": [{"file": file, "reason": reason} for file, reason in self.files_left_out()],
            "passed_over": [{"file": file, "reason": reason} for file, reason in self._manifest.passed_over()],
        }

    def _as_json(self, row: Row) -> dict[str, object]:
        names = ("number", "state", "files", "tries", "kills", "reason", "slices", "carrying", "altered")
        shown: dict[str, object] = {name: getattr(row, name) for name in names}
        return {**shown, "folder": self.folder(row), "source": self.source(row)}
