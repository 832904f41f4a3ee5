"""Hides a record in a series: read, find the body, hide, write, one instance at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import DerivedSeries, Instance, list_files, read_instance, write_frames
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.embed_run import LOST, EmbeddedSliceReport, EmbedOptions, EmbedReport, EmbedRun, SliceSeen
from StegoMedLib.pipeline.neighbours import FileRegions
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.spread import Spread
from StegoMedLib.pipeline.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.masks import MaskSource
    from StegoMedLib.pipeline.message import Message

__all__ = [
    "DESCRIPTION",
    "LOST",
    "MODES",
    "EmbedOptions",
    "EmbedReport",
    "EmbeddedSliceReport",
    "SliceSeen",
    "embed_series",
]

MODES = ("replicate", "spread")

DESCRIPTION = "StegoMed: an encrypted record hidden outside the significant region"
"""What DerivationDescription says of what was written."""


def embed_series(
    source: Path,
    target: Path,
    passphrase: bytes,
    masks: MaskSource,
    options: EmbedOptions,
    *,
    progress: Progress = silent,
    onlooker: Callable[[SliceSeen], None] | None = None,
) -> EmbedReport:
    """Hide a record in every slice of `source` that has room, or spread it over them, and write them to `target`.

    Every readable instance is written, as one new series for each source series; slices that were skipped keep their
    pixels. `target` appears when all is done, or not at all.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the stego file or folder goes.
    passphrase : bytes
        As `prepare_passphrase` gives it.
    masks : MaskSource
    options : EmbedOptions
    progress : callable
    onlooker : callable, optional
        Shown every slice.

    Raises
    ------
    UnusableInputError
        When something cannot be read or written.
    DoesNotFitError
        When no slice has room, or all together have too little.
    """
    if options.mode not in MODES:
        raise UsageError(f"There is no mode {options.mode!r}; choose one of {', '.join(MODES)}.")
    place = target / source.name if source.is_file() and target.is_dir() else target
    check_target(source, place, overwrite=options.overwrite)
    listing = list_files(source)
    run = EmbedRun(passphrase, masks.name, options, onlooker)
    names = [Path(path.name) if source.is_file() else path.relative_to(source) for path in listing.images]
    images = list(zip(listing.images, names, strict=True))
    files = _Files(run, FileRegions(masks, images, accept_lossy=options.accept_lossy), options)
    steps, done = len(names), 0
    if options.mode == "spread":
        steps = 2 * len(names)
        for path, name in images:
            progress(done, steps, path.name)
            files.survey(path, name)
            done += 1
        files.plan()
    with staged(place, single=source.is_file()) as work:
        for path, name in images:
            progress(done, steps, path.name)
            files.file(path, name, work if source.is_file() else work / name)
            done += 1
        run.report.ignored = tuple((str(path), reason) for path, reason in listing.ignored)
        files.finish()
    progress(steps, steps, "")
    return run.report


class _Files:
    """Takes files through a run: one new series for each source series."""

    def __init__(self, run: EmbedRun, regions: FileRegions, options: EmbedOptions) -> None:
        self._run, self._regions, self._options = run, regions, options
        self._series = DerivedSeries(DESCRIPTION)
        self._spread = Spread(run) if options.mode == "spread" else None

    def survey(self, path: Path, name: Path) -> None:
        """First pass of mode ``spread`` over one instance."""
        if self._spread is None:
            return
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        for frame in range(instance.frames):
            plane = instance.plane(frame)
            self._run.clock.lap("reading")
            region = self._regions.region(path, frame, instance.frames, plane)
            self._run.clock.lap("finding")
            self._spread.survey(instance.dataset, plane, region, str(name), frame)
            self._run.clock.lap("surveying")

    def plan(self) -> None:
        """End of the first pass."""
        if self._spread is not None:
            self._spread.plan()
            self._run.clock.lap("sealing")

    def file(self, path: Path, name: Path, target: Path) -> None:
        """Take one instance from `path` to `target`; `name` is what reports call it."""
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_frames(instance, self._stego(instance, path, name), target, self._series, syntax=self._options.syntax)
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

    def _message(self, instance: Instance, name: Path, frame: int) -> Message | None:
        if self._spread is None:
            return self._run.message(instance.dataset)
        message = self._spread.message(str(name), frame)
        self._run.clock.lap("drawing")
        return message
