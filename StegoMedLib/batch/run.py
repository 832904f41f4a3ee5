"""Runs a batch: finds what is there, gives series to workers, and notes what becomes of each, whatever ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.batch.cluster import KILLED, LOST, SchedulerLostError
from StegoMedLib.batch.finding import find
from StegoMedLib.batch.jobs import ASIDE, DONE, UNFIT, Job, Outcome
from StegoMedLib.batch.keys import fingerprint_of
from StegoMedLib.batch.naming import Naming
from StegoMedLib.batch.report import BatchReport
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.workplace import recover

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from StegoMedLib.batch.cluster import Cluster
    from StegoMedLib.batch.crew import Crew
    from StegoMedLib.batch.manifest import Manifest, Row
    from StegoMedLib.network.addresses import Address

__all__ = ["find_series", "run"]

_PAUSE = 0.5
"""Seconds after which processes are looked at, and Ctrl-C is heard."""
_NOTED = 64
"""Outcomes between two commits; and whenever there is nothing to hear."""


def find_series(sources: Sequence[Path | Address], manifest: Manifest, crew: Crew, progress: Progress = silent) -> None:
    """Look through the sources, and note what is there; raises as `StegoMedLib.batch.finding.find`, and `Crew`."""
    find(sources, manifest.scan(), crew.settings.server, crew.looks, progress)


def run(
    manifest: Manifest,
    target: Path,
    crew: Crew,
    *,
    again: bool = False,
    progress: Progress = silent,
    tell: Callable[[str], object] = lambda _: None,
) -> BatchReport:
    """Work on all series of the manifest that are not done.

    Parameters
    ----------
    manifest : Manifest
        Claimed for the batch.
    target : Path
        Folder of the results.
    crew : Crew
    again : bool
        Work on series that are aside, too.
    progress : callable
    tell : callable
        Given sentences about what happens.

    Raises
    ------
    ServerError
        The scheduler is gone; the manifest has all that is done.
    UnusableInputError
        The workers, the target or the manifest cannot be used.
    """
    batch = _Batch(manifest, target, crew, progress=progress, tell=tell)
    manifest.begin(again=again)
    batch.find_missing()
    batch.work()
    return BatchReport(manifest, target, batch.naming, crew.settings.action, batch.begun)


class _Batch:
    """A run of a batch."""

    def __init__(
        self,
        manifest: Manifest,
        target: Path,
        crew: Crew,
        *,
        progress: Progress,
        tell: Callable[[str], object],
    ) -> None:
        self._manifest, self._target, self._crew = manifest, target, crew
        self._settings, self._workers = crew.settings, crew.workers
        self._progress, self._tell = progress, tell
        self.naming, self._check = Naming(crew.key), fingerprint_of(crew.key)
        self._total = self._done = self.begun = 0

    def find_missing(self) -> None:
        """Find again what is done, and is not there any more."""
        missing = [row for row in self._manifest.done() if not self._folder(row).is_dir()]
        for row in missing:
            self._manifest.put_back(row.number)
        if missing:
            self._tell(f"Results of {len(missing)} series are not in {self._target} any more, and are made again.")
        self._manifest.commit()
        states = self._manifest.states()
        over = [states.get(state, (0, 0)) for state in (DONE, ASIDE)]
        self._total, self._done = sum(count for _, count in states.values()), sum(count for _, count in over)
        self.begun = sum(series for series, _ in states.values()) - sum(series for series, _ in over)

    def work(self) -> None:
        """Let workers do what is to be done; none are started where that is nothing."""
        if self._next(alone=False) is None and self._next(alone=True) is None:
            return
        cluster = self._crew.cluster
        try:
            while True:
                self._give(cluster)
                if cluster.in_flight:
                    self._hear(cluster)
                elif not self._manifest.put_all_back():
                    break
        finally:
            self._crew.close()
            self._put_back(cluster.in_flight)
            self._manifest.commit()

    def _next(self, *, alone: bool) -> Row | None:
        return self._manifest.next(most_kills=self._workers.tries, alone=alone)

    def _give(self, cluster: Cluster) -> None:
        """Give away what workers have time for; what has ended several of them alone, when all else is done."""
        while cluster.free() > 0 and (row := self._next(alone=False)) is not None:
            self._give_one(cluster, row)
        if not cluster.in_flight and (row := self._next(alone=True)) is not None:
            self._give_one(cluster, row)

    def _give_one(self, cluster: Cluster, row: Row) -> None:
        files = self._manifest.files_of(row.number)
        job = Job(row.number, files, row.place, self._folder(row), self._settings, self._check, __version__)
        self._manifest.begun(row.number)
        cluster.give(job)

    def _hear(self, cluster: Cluster) -> None:
        """Note what is heard until there is nothing more to hear."""
        try:
            for count in range(_NOTED):
                heard = cluster.next(_PAUSE if count == 0 else 0.0)
                if heard is None:
                    break
                self._note(cluster, *heard)
        except SchedulerLostError:
            self._tell("The scheduler ended; going on as soon as there is one again.")
            self._put_back(cluster.again())
        self._manifest.commit()
        self._progress(self._done, self._total, "")

    def _note(self, cluster: Cluster, number: int, heard: Outcome | str) -> None:
        if heard == KILLED:
            self._note_killed(number, alone=not cluster.in_flight)
        elif heard == LOST:
            self._manifest.put_back(number)
        elif isinstance(heard, Outcome):
            if heard.state == UNFIT:
                self._manifest.put_back(number)
                raise UnusableInputError(heard.reason)
            state = self._manifest.became(heard, most_tries=self._workers.tries)
            self._done += heard.came_in if state in {DONE, ASIDE} else 0

    def _note_killed(self, number: int, *, alone: bool) -> None:
        """A worker ended; a series that was alone when it had ended several before is to blame."""
        row = self._manifest.row(number)
        blamed = alone and row.kills >= self._workers.tries
        reason = (
            f"It ended the process that worked on it {row.kills + 1} times, or took far too long; look at its files, "
            "and start again with --again."
        )
        self._manifest.killed(number, aside=reason if blamed else "")

    def _put_back(self, numbers: set[int]) -> None:
        """What workers had when they were stopped is to be done; what they left half-written goes."""
        for number in numbers:
            self._manifest.put_back(number)
            if not self._workers.scheduler:
                recover(self._folder(self._manifest.row(number)))

    def _folder(self, row: Row) -> Path:
        return self._target / self.naming.folder(row.study, row.uid)
