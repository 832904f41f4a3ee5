"""Runs a function on many mutated inputs, in processes with limits of memory and time, and counts how each ends.

Every input follows from the campaign's name, the seed and the input's number, so that these three run it again.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from Testing.campaigns.campaign import Limits
from Testing.campaigns.worker import Done, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from Testing.campaigns.campaign import Campaign

__all__ = ["Finding", "Tally", "run"]

_CHUNK = 200
"""Inputs handed to a process at once: few enough to be run again when one of them ends it."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made in it
"""Where Linux keeps files in memory: a million files are written."""
_LOOK = 0.2
"""Seconds between two looks at the clocks."""


@dataclass(frozen=True)
class Finding:
    """An input that did harm.

    Attributes
    ----------
    campaign : str
    seed, number : int
        They make the input again.
    what : str
        In a line.
    detail : str
        The traceback, where there is one.
    """

    campaign: str
    seed: int
    number: int
    what: str
    detail: str = ""


@dataclass
class Tally:
    """How a campaign went.

    Attributes
    ----------
    outcomes : Counter of str
        Inputs by how they ended.
    findings : list of Finding
    slowest : float
        Seconds that the slowest input took.
    megabytes : float
        Most memory that a process held, with all that it had loaded; 0 where the system does not tell.
    seconds : float
        Of the whole campaign.
    """

    campaign: str
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest: float = 0.0
    megabytes: float = 0.0
    seconds: float = 0.0

    def take(self, done: Done, seed: int) -> None:
        """Add what a process has done."""
        self.outcomes.update(done.outcomes)
        self.findings += [Finding(self.campaign, seed, *each) for each in done.findings]
        self.slowest = max(self.slowest, done.slowest)
        self.megabytes = max(self.megabytes, done.megabytes)


class _Worker:
    """A process at work on a chunk of inputs."""

    def __init__(self, campaign: Campaign, seed: int, limits: Limits, folder: Path) -> None:
        # A fresh interpreter: a copy of this one would bring its threads' locks and its memory along.
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection[Any, Any]
        self.pipe, theirs = context.Pipe()
        self._clock = context.Array("d", 2, lock=False)
        self._limits = limits
        self.chunk = range(0)
        self._process = context.Process(
            target=serve,
            args=(campaign, seed),
            kwargs={"limits": limits, "folder": folder, "pipe": theirs, "clock": self._clock},
        )
        self._process.start()
        theirs.close()

    def give(self, chunk: range) -> None:
        self.chunk = chunk
        self.pipe.send(chunk)

    @property
    def number(self) -> int:
        """The input that it is at, or was at when it ended."""
        return int(self._clock[0])

    @property
    def late(self) -> bool:
        began = float(self._clock[1])
        return began > 0 and time.monotonic() - began > self._limits.seconds

    @property
    def started(self) -> bool:
        """Whether it has begun its chunk."""
        return bool(self.chunk) and self._clock[1] > 0 and self.number in self.chunk

    def end(self) -> str:
        """End the process, and say how it ended."""
        late = self.late
        if late:
            self._process.kill()
        self.pipe.close()
        self._process.join()
        code = self._process.exitcode or 0
        if late:
            return f"took longer than {self._limits.seconds:g} s"
        return f"the process was ended by signal {-code}" if code < 0 else f"the process ended with {code}"


def _chunks(count: int) -> Iterator[range]:
    for first in range(0, count, _CHUNK):
        yield range(first, min(first + _CHUNK, count))


@dataclass
class _Run:
    """A campaign under way."""

    campaign: Campaign
    seed: int
    limits: Limits
    folder: Path
    waiting: list[range]
    tally: Tally
    ends: float = math.inf
    workers: list[_Worker] = field(default_factory=list)

    def start(self) -> None:
        place = Path(tempfile.mkdtemp(dir=self.folder))
        worker = _Worker(self.campaign, self.seed, self.limits, place)
        self.workers.append(worker)
        worker.give(self.waiting.pop(0))

    def look(self) -> None:
        """Wait a moment for results, and act on those that came, that never will, and that take too long."""
        pipes = {worker.pipe: worker for worker in self.workers}
        for pipe in wait(list(pipes), _LOOK):
            self._receive(pipes[pipe])  # type: ignore[index]  # nothing but pipes was given
        for worker in [each for each in self.workers if each.late]:
            self._bury(worker)

    def _receive(self, worker: _Worker) -> None:
        try:
            done: Done = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        self.tally.take(done, self.seed)
        worker.chunk = range(0)
        if self.waiting and time.monotonic() < self.ends:
            worker.give(self.waiting.pop(0))
        else:
            self.workers.remove(worker)
            worker.end()

    def _bury(self, worker: _Worker) -> None:
        """Note which input ended a process, and have the others of its chunk run again."""
        self.workers.remove(worker)
        started, number, chunk = worker.started, worker.number, worker.chunk
        what = worker.end()
        if not started:
            raise RuntimeError(f"The campaign {self.campaign.name} cannot be prepared: {what}.")
        self.tally.outcomes["ended the process"] += 1
        self.tally.findings.append(Finding(self.campaign.name, self.seed, number, what))
        rest = range(chunk.start, number), range(number + 1, chunk.stop)
        self.waiting += [each for each in rest if each]
        if self.waiting:
            self.start()


def run(
    campaign: Campaign,
    count: int,
    seed: int,
    *,
    workers: int | None = None,
    limits: Limits | None = None,
    minutes: float = math.inf,
) -> Tally:
    """Put the inputs 0 to `count` - 1 to the test.

    Parameters
    ----------
    campaign : Campaign
    count, seed : int
    workers : int, optional
        Processes at once; as many as there are cores without it.
    limits : Limits, optional
        Of each input.
    minutes : float
        After them no more inputs are begun.

    Returns
    -------
    Tally
    """
    began = time.monotonic()
    tally = Tally(campaign.name)
    with tempfile.TemporaryDirectory(prefix="campaign-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        course = _Run(
            campaign, seed, limits or Limits(), Path(folder), list(_chunks(count)), tally, began + 60 * minutes
        )
        for _ in range(min(workers or os.cpu_count() or 1, len(course.waiting))):
            course.start()
        try:
            while course.workers:
                course.look()
        finally:
            for worker in course.workers:
                worker.end()
    tally.seconds = time.monotonic() - began
    return tally
