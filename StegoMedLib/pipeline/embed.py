"""Hides a record in a series: read, find the body, hide, write, one instance at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom import DerivedSeries, Instance, list_files, read_instance, write_derived
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.embed_run import EmbeddedSliceReport, EmbedOptions, EmbedReport, EmbedRun, SliceSeen
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from StegoMedLib.pipeline.masks import MaskSource
    from StegoMedLib.pipeline.message import Message

__all__ = ["DESCRIPTION", "EmbedOptions", "EmbedReport", "EmbeddedSliceReport", "SliceSeen", "embed_series"]

MODES = ("replicate",)

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
    """Hide a record in every slice of `source` that has room, and write the series to `target`.

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
        When no slice has room.
    """
    if options.mode not in MODES:
        raise UsageError(f"There is no mode {options.mode!r}; choose one of {', '.join(MODES)}.")
    place = target / source.name if source.is_file() and target.is_dir() else target
    check_target(source, place, overwrite=options.overwrite)
    listing = list_files(source)
    run = EmbedRun(passphrase, masks.name, options, onlooker)
    files = _Files(run, masks, options)
    with staged(place, single=source.is_file()) as work:
        for done, path in enumerate(listing.images):
            progress(done, len(listing.images), path.name)
            name = Path(path.name) if source.is_file() else path.relative_to(source)
            files.file(path, name, work if source.is_file() else work / name)
        run.report.ignored = tuple((str(path), reason) for path, reason in listing.ignored)
        run.finish()
    progress(len(listing.images), len(listing.images), "")
    return run.report


class _Changes(Mapping[int, "NDArray[np.int32]"]):
    """Stego frames of an instance, kept as the few pixels that differ: an object may have hundreds of frames."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._differences: dict[int, tuple[NDArray[np.intp], NDArray[np.int32]]] = {}

    def note(self, frame: int, stego: NDArray[np.int32]) -> None:
        """Keep the stego pixels (H, W) of `frame`."""
        places = np.flatnonzero(stego != self._instance.plane(frame).pixels)
        self._differences[frame] = places, stego.ravel()[places]

    def __getitem__(self, frame: int) -> NDArray[np.int32]:
        """Stego pixels of `frame`; int32, shape (H, W), a new array."""
        places, values = self._differences[frame]
        pixels = self._instance.plane(frame).pixels.copy()
        pixels.flat[places] = values
        return pixels

    def __iter__(self) -> Iterator[int]:
        """Frames that were changed."""
        return iter(self._differences)

    def __len__(self) -> int:
        """How many frames were changed."""
        return len(self._differences)


class _Files:
    """Takes files through a run: one new series for each source series."""

    def __init__(self, run: EmbedRun, masks: MaskSource, options: EmbedOptions) -> None:
        self._run, self._masks, self._options = run, masks, options
        self._series = DerivedSeries(DESCRIPTION)

    def file(self, path: Path, name: Path, target: Path) -> None:
        """Take one instance from `path` to `target`; `name` is what reports call it."""
        instance = read_instance(path, accept_lossy=self._options.accept_lossy)
        message = self._run.message(instance.dataset)
        changed = _Changes(instance)
        for frame in range(instance.frames):
            stego = self._frame(instance, name, frame, message)
            if stego is not None:
                changed.note(frame, stego)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_derived(instance, changed, target, self._series, syntax=self._options.syntax)
        self._run.clock.lap("writing")

    def _frame(self, instance: Instance, name: Path, frame: int, message: Message) -> NDArray[np.int32] | None:
        plane = instance.plane(frame)
        self._run.clock.lap("reading")
        significant = self._masks.mask(name, frame, instance.frames, plane)
        self._run.clock.lap("finding")
        return self._run.hide(plane, significant, str(name), frame, message)
