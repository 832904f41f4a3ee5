"""Work on series that goes wrong, for tests of batches: workers find it here by its name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.batch.jobs import DONE, Outcome
from StegoMedLib.batch.work import work_on

if TYPE_CHECKING:
    from StegoMedLib.batch.jobs import Job

__all__ = ["FATAL", "FATAL_ONCE", "nothing", "working"]

FATAL, FATAL_ONCE = "fatal", "fatal_once"
"""Folders of series that end their worker: whenever it works on them, or once, after it is done."""


def working(job: Job) -> Outcome:
    """Work on a series, or end this process, as the name of its folder says."""
    folder = Path(job.files[0]).parent
    if folder.name == FATAL:
        os._exit(1)
    outcome = work_on(job)
    mark = folder.parent / f"{FATAL_ONCE}.mark"
    if folder.name == FATAL_ONCE and not mark.exists():
        mark.touch()
        os._exit(1)  # the result is there, and nobody was told
    return outcome


def nothing(job: Job) -> Outcome:
    """Say that a series is done, with nothing done: what is left is what giving it away takes."""
    return Outcome(job.number, DONE, came_in=len(job.files), written=len(job.files))
