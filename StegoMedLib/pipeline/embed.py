"""Hides a record in a series: read, find the body, hide, write, one instance at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from StegoMedLib.choices import MODES
from StegoMedLib.dicom import DerivedSeries, Instance, Listing, list_files, read_instance, write_frames
from StegoMedLib.errors import DoesNotFitError, NothingToSealError, UsageError
from StegoMedLib.pipeline.embed_run import (
    EmbeddedSliceReport,
    EmbedOptions,
    EmbedReport,
    EmbedRun,
    NoMessage,
    SliceSeen,
)
from StegoMedLib.pipeline.spread import Spread
from StegoMedLib.series.neighbours import FileRegions
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.source_files import SourceFiles, check_copy_others, place_in
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.series.masks import MaskSource

__all__ = [
    "DESCRIPTION",
    "EmbedOptions",
    "EmbedReport",
    "EmbeddedSliceReport",
    "SliceSeen",
    "embed_series",
    "look_at",
]

DESCRIPTION = "StegoMed: an encrypted record hidden outside the significant region"
"""What DerivationDescription says of what was written."""


def look_at(source: Path, target: Path, options: EmbedOptions) -> Listing:
    """What there is to hide in, before anything else is asked for; raises what `embed_series` would raise at once."""
    _check(source, target, options)
    return list_files(source)


def _check(source: Path, target: Path, options: EmbedOptions) -> None:
    """Refuse what makes no sense whatever the files hold."""
    if options.mode not in MODES:
        raise UsageError(f"There is no mode {options.mode!r}; choose one of {', '.join(MODES)}.")
    check_copy_others(source, copy_others=options.copy_others)
    check_target(source, place_in(source, target), overwrite=options.overwrite)


def embed_series(
    source: Path,
    target: Path,
    passphrase: bytes,
    masks: MaskSource,
    options: EmbedOptions,
    *,
    listing: Listing | None = None,
    progress: Progress = silent,
    onlooker: Callable[[SliceSeen], None] | None = None,
) -> EmbedReport:
    """Hide a record in every slice of `source` that has room, or spread it over them, and write them to `target`.

    Every readable instance is written, as one new series for each source series; slices that were skipped keep their
    pixels, and files that cannot be used are left out, which the report says. `target` appears when all is done, or not
    at all.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the stego file or folder goes.
    passphrase : bytes
        As `prepare_passphrase` gives it.
    masks : MaskSource
    options : EmbedOptions
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable
    onlooker : callable, optional
        Shown every slice.

    Raises
    ------
    UnusableInputError
        When nothing can be read, or something cannot be written.
    DoesNotFitError
        When no slice has room, or all together have too little.
    """
    _check(source, target, options)
    source_files = SourceFiles(source, listing)
    run = EmbedRun(passphrase, masks.name, options, onlooker)
    run.report.files = source_files.count
    files = _Files(run, FileRegions(masks, source_files.images, accept_lossy=options.accept_lossy), options)
    place = place_in(source, target)
    with _naming(source):
        files.survey(source_files, progress)
        with staged(place, overwrite=options.overwrite, single=source_files.single, like=source) as work:
            files.write(source_files, work, progress)
            source_files.check_taken()
            files.finish()
            if options.copy_others:
                source_files.copy_others(work)
    return run.report


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Name the source in the sentence about what its slices lack."""
    try:
        yield
    except (DoesNotFitError, NothingToSealError) as error:
        raise type(error)(f"{source}: {error}") from None


class _Files:
    """Takes files through a run: one new series for each source series."""

    def __init__(self, run: EmbedRun, regions: FileRegions, options: EmbedOptions) -> None:
        self._run, self._regions, self._options = run, regions, options
        self._series = DerivedSeries(DESCRIPTION)
        self._spread = Spread(run) if options.mode == "spread" else None

    def survey(self, files: SourceFiles, progress: Progress) -> None:
        """First pass of mode ``spread``."""
        if self._spread is None:
            return
        steps = 2 * len(files.images)
        for done, (path, name) in enumerate(files.images):
            progress(done, steps, path.name)
            with files.taking(path):
                self._survey(self._spread, path, name)
            if files.is_left_out(path):
                self._spread.forget(str(name))
        files.check_taken()
        self._spread.plan()
        self._run.clock.lap("sealing")

    def write(self, files: SourceFiles, work: Path, progress: Progress) -> None:
        """Take all files to the folder `work`, or to that place when there is only one."""
        before = 0 if self._spread is None else len(files.images)
        steps = before + len(files.images)
        for done, (path, name) in enumerate(files.images):
            progress(before + done, steps, path.name)
            if files.is_left_out(path):
                continue
            with files.taking(path, self._run.report.slices, self._run.weightiest) as made:
                made.append(work if files.single else work / name)
                self._file(path, name, made[0])
        progress(steps, steps, "")

    def _survey(self, spread: Spread, path: Path, name: Path) -> None:
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        for frame in range(instance.frames):
            plane = instance.plane(frame)
            self._run.clock.lap("reading")
            region = self._regions.region(path, frame, instance.frames, plane)
            self._run.clock.lap("finding")
            spread.survey(instance.dataset, plane, region, str(name), frame)
            self._run.clock.lap("surveying")

    def _file(self, path: Path, name: Path, target: Path) -> None:
        """Take one instance from `path` to `target`; `name` is what reports call it."""
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        target.parent.mkdir(parents=True, exist_ok=True)
        stego, syntax = self._stego(instance, path, name), self._options.syntax
        written = write_frames(instance, stego, target, self._series, syntax=syntax)
        self._run.report.files.wrote(name, written)
        self._run.clock.lap("writing")

    def finish(self) -> None:
        """Make sure that the record can be read again."""
        self._run.finish()
        if self._spread is not None:
            self._spread.finish()

    def _stego(self, instance: Instance, path: Path, name: Path) -> Iterator[NDArray[np.int32] | None]:
        """Stored values of one frame after the other, None for one that stays; each is written before the next."""
        for frame in range(instance.frames):
            yield self._frame(instance, path, name, frame)
            self._run.clock.lap("writing")

    def _frame(self, instance: Instance, path: Path, name: Path, frame: int) -> NDArray[np.int32] | None:
        message = self._message(instance, name, frame)
        plane = instance.plane(frame)
        self._run.clock.lap("reading")
        if self._spread is None:
            region = self._regions.region(path, frame, instance.frames, plane)
        else:
            region = self._spread.region(str(name), frame)
        self._run.clock.lap("finding")
        return self._run.hide(plane, region, str(name), frame, message)

    def _message(self, instance: Instance, name: Path, frame: int) -> Message | NoMessage:
        if self._spread is None:
            return self._run.message(instance.dataset)
        message = self._spread.message(str(name), frame)
        self._run.clock.lap("drawing")
        return message
