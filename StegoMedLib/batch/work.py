"""What a worker does to one series, from its files to a folder that is there as a whole or not at all."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.batch.actions import Actions
from StegoMedLib.batch.finding import server_at
from StegoMedLib.batch.jobs import ASIDE, DONE, FAILED, UNFIT, Job, Outcome
from StegoMedLib.batch.keys import fingerprint_of, key_in
from StegoMedLib.batch.settings import EXTRACT
from StegoMedLib.dicom import list_these
from StegoMedLib.errors import PersonMustLookError, ServerError, StegoMedError
from StegoMedLib.memory import keep_freed_memory
from StegoMedLib.network.addresses import Address
from StegoMedLib.network.scratch import Scratch
from StegoMedLib.network.unexpected import is_of_the_disk, sentence_for
from StegoMedLib.series.staging import check_target, is_in, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.batch.actions import Made
    from StegoMedLib.batch.settings import Settings
    from StegoMedLib.dicom import LeftOut, Listing

__all__ = ["work_on"]

_LEAST_SECONDS, _SECONDS_A_FILE = 600.0, 60.0
"""After which a series is taken for one that hangs: its worker ends itself."""


def work_on(job: Job) -> Outcome:
    """Work on one series; whatever goes wrong is in the outcome.

    Nothing is raised, since clusters write arguments and messages of what fails into their logs.
    """
    began, processor = time.perf_counter(), time.process_time()
    try:
        actions = _actions(job.settings, job.check, job.version)
    except StegoMedError as error:
        return Outcome(job.number, UNFIT, str(error))
    try:
        with _ending_itself(_LEAST_SECONDS + _SECONDS_A_FILE * len(job.files)):
            outcome = _accepted(job) or _done(job, actions)
    except PersonMustLookError as error:
        outcome = Outcome(job.number, ASIDE, str(error), must_look=True)
    except StegoMedError as error:
        passing = is_of_the_disk(error) or (isinstance(error, ServerError) and error.passing)
        passing = passing or job.target.is_dir()  # another worker had it, too, and was faster: next time it is accepted
        outcome = Outcome(job.number, FAILED if passing else ASIDE, str(error))
    except Exception as error:  # noqa: BLE001 nothing may be lost, and messages of exceptions may hold what images say
        outcome = Outcome(job.number, FAILED, sentence_for(error))
    return replace(
        outcome,
        came_in=outcome.came_in or len(job.files),
        remote=bool(job.place),
        seconds=time.perf_counter() - began,
        processor_seconds=time.process_time() - processor,
    )


@lru_cache(maxsize=2)
def _actions(settings: Settings, check: str, version: str) -> Actions:
    """What has to be loaded once: key, finder, files that the settings name.

    Raises
    ------
    StegoMedError
        This worker has not what it needs, or something else.
    """
    if version != __version__:
        raise StegoMedError(
            f"A worker has StegoMed {__version__}, and the batch was begun with {version}; install the same version "
            "there."
        )
    key = key_in(settings.keys)
    if fingerprint_of(key) != check:
        raise StegoMedError("A worker finds another key than the one the batch was begun with; give it the same one.")
    keep_freed_memory()
    return Actions(settings, key)


@contextmanager
def _ending_itself(seconds: float) -> Iterator[None]:
    """End this process when the body takes too long: then the series has ended its worker, which is noticed."""
    watch = threading.Timer(seconds, os._exit, (1,))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _accepted(job: Job) -> Outcome | None:
    """The outcome where the whole result is there already: a worker made it that did not live to tell.

    What killed workers left beside it is removed.
    """
    check_target(None, job.target, overwrite=True)
    if not job.target.is_dir() or not job.files:
        return None
    written, size = _counted(job.target)
    if written != len(job.files) or job.settings.action == EXTRACT:
        return None
    return Outcome(job.number, DONE, came_in=written, written=written, bytes_written=size, accepted=True)


def _counted(folder: Path) -> tuple[int, int]:
    """How many files lie below a folder, and their bytes."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def _done(job: Job, actions: Actions) -> Outcome:
    with _gathered(job) as (source, files), staged(job.target, overwrite=True) as work:
        listing = list_these(files)
        made = actions.do(source, work, listing)
        written, size = _counted(work)
        _check_count(made, written, listing)
        read = sum(path.stat().st_size for path in listing.images)
    return Outcome(
        job.number,
        DONE,
        " ".join(made.must_look),
        must_look=bool(made.must_look),
        came_in=listing.files,
        written=listing.files - len(made.left_out),
        left_out=tuple((_named(job, row), row.reason) for row in made.left_out),
        slices=made.slices,
        carrying=made.carrying,
        altered=made.altered,
        bytes_read=read,
        bytes_written=size,
    )


def _check_count(made: Made, written: int, listing: Listing) -> None:
    """See that count in is count out, before anything is published."""
    if made.images and written + len(made.left_out) != listing.files:
        raise StegoMedError("Not every file of the series is written or named as left out; please report this.")


def _named(job: Job, row: LeftOut) -> str:
    """What a file that is left out is called: its path, or its place on a server."""
    return f"{job.place}#{row.file.name}" if job.place else str(row.file)


@contextmanager
def _gathered(job: Job) -> Iterator[tuple[Path, list[Path]]]:
    """A folder that holds the files of the series, and the files.

    That is where they lie. Only where the target lies there, too, is it one of links to them.
    """
    files = [Path(each) for each in job.files]
    if not job.place:
        folder = Path(os.path.commonpath([each.parent for each in files]))
        if not is_in(Path(os.path.realpath(job.target)), Path(os.path.realpath(folder))):
            yield folder, files
            return
    scratch = Scratch(None)  # for its owner alone; what killed workers left there goes
    try:
        passing = scratch.path / "passing"
        passing.mkdir()
        if job.place:
            place = Address.of(job.place)
            with server_at(place, job.settings.server) as server:
                server.retrieve(str(place.study), place.series, into=passing / "series")
            files = sorted(path for path in (passing / "series").rglob("*") if path.is_file())
        else:
            files = [_linked(passing, number, each) for number, each in enumerate(files, start=1)]
        yield passing, files
    finally:
        scratch.close()


def _linked(folder: Path, number: int, file: Path) -> Path:
    link = folder / f"{number:06}.dcm"
    link.symlink_to(file)
    return link
