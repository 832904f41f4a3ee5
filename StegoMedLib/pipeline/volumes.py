"""The stations for a volume that a viewer has loaded: find, measure capacity, hide, read, write, slice by slice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.dicom import MARK, DerivedSeries, SeriesGeometry, new_series, write_frames
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.embed import DESCRIPTION
from StegoMedLib.pipeline.embed_run import EmbedOptions, EmbedReport, EmbedRun
from StegoMedLib.pipeline.extract import ExtractReport, ExtractRun
from StegoMedLib.pipeline.spread import Spread
from StegoMedLib.plane import Plane
from StegoMedLib.series.neighbours import Window
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.region import Region, proof_of, why_not_air
from StegoMedLib.series.removed import RemovedFrom, removed_in_words
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.envelope import Forms
    from StegoMedLib.series.instances import InstanceStack
    from StegoMedLib.series.stacks import SliceStack
    from StegoMedLib.symbol import Symbol

__all__ = ["SliceRegions", "Survey", "embed_stack", "extract_stack", "survey_stack", "write_new", "write_stack"]

SliceRegions = Callable[[int, Plane], Region]
"""Gives the region of slice k in its plane's rows and columns, from that slice alone."""

_log = logging.getLogger(__name__)
_NO_KEY = bytes(32)
"""Capacity does not depend on the key."""


@dataclass
class Survey:
    """Significant regions, air and capacity of a stack.

    Attributes
    ----------
    masks, suspects, air : ndarray of bool, shape (S, H, W)
        In the volume's rows and columns: the body, what else the finder may take for it, and what is proved to be air
        and lies in usable blocks.
    capacity_bits : list of int
        Bits that each slice can carry.
    reasons : list of str
        What took the air of each slice; empty where most of it is left.
    """

    masks: NDArray[np.bool_]
    suspects: NDArray[np.bool_]
    air: NDArray[np.bool_]
    capacity_bits: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def survey_stack(
    stack: SliceStack,
    regions: SliceRegions,
    shape: tuple[int, int, int],
    *,
    profile: str = DEFAULT_PROFILE,
    progress: Progress = silent,
) -> Survey:
    """Find the significant region of every slice, and measure the capacity beside it.

    Parameters
    ----------
    stack : SliceStack
    regions : callable
        A region finder, or what a reviewer left.
    shape : tuple of int
        Slices, rows and columns of the volume.
    profile : str
    progress : callable
    """
    masks, suspects, air = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    survey = Survey(masks, suspects, air)
    chosen, window = coding(profile, _NO_KEY), _window(stack, regions)
    for index in range(len(stack)):
        progress(index, len(stack), stack.name(index))
        plane = stack.plane(index)
        region = window.region(index, stack.beside(index), partial(regions, index, plane))
        proof = proof_of(plane, region)
        canvas = chosen.profile.on(plane, proof.air)
        survey.masks[index] = stack.turned(region.significant)
        if region.suspect is not None:
            survey.suspects[index] = stack.turned(region.suspect)
        survey.air[index] = stack.turned(pixels_of(canvas.usable, plane.shape))
        survey.capacity_bits.append(canvas.capacity)
        survey.reasons.append(why_not_air(proof))
    progress(len(stack), len(stack), "")
    return survey


def embed_stack(
    stack: SliceStack,
    regions: SliceRegions,
    passphrase: bytes,
    options: EmbedOptions,
    show: Callable[[int, NDArray[np.float64]], None],
    *,
    finder: str = "segmentation",
    progress: Progress = silent,
) -> EmbedReport:
    """Hide a record in every slice that has room, or spread it over them.

    Parameters
    ----------
    stack : SliceStack
    regions : callable
        What the reviewer left.
    passphrase : bytes
        As `prepare_passphrase` gives it.
    options : EmbedOptions
        Of which syntax, accept_lossy and overwrite mean nothing here.
    show : callable
        Given the number and the new voxels (H, W) of every slice that carries the record.
    finder : str
        For the report.
    progress : callable

    Raises
    ------
    DoesNotFitError
        When no slice has room, or all together have too little.
    """
    run = EmbedRun(passphrase, finder, options)
    window = _window(stack, regions)
    spread = Spread(run) if options.mode == "spread" else None
    steps, done = len(stack), 0
    if spread is not None:
        steps, done = 2 * len(stack), len(stack)
        for index in range(len(stack)):
            progress(index, steps, stack.name(index))
            plane = stack.plane(index)
            region = window.region(index, stack.beside(index), partial(regions, index, plane))
            spread.survey(stack.header(index), plane, region, stack.name(index), index)
        spread.plan()
        run.clock.lap("surveying")
    for index in range(len(stack)):
        name = stack.name(index)
        progress(done + index, steps, name)
        plane = stack.plane(index)
        message = run.message(stack.header(index)) if spread is None else spread.message(name, index)
        run.clock.lap("reading")
        if spread is None:
            region = window.region(index, stack.beside(index), partial(regions, index, plane))
        else:
            region = spread.region(name, index)
        run.clock.lap("finding")
        stego = run.hide(plane, region, name, index, message)
        if stego is not None:
            show(index, stack.voxels(index, stego))
    run.finish()
    if spread is not None:
        spread.finish()
    progress(steps, steps, "")
    return run.report


def extract_stack(
    stack: SliceStack,
    passphrase: bytes | Forms,
    *,
    profile: str | None = None,
    masks: SliceRegions | None = None,
    progress: Progress = silent,
    onlooker: Callable[[str, int, Symbol], None] | None = None,
) -> ExtractReport:
    """Read the record hidden in a stack; raises as `extract_series` does.

    The number of the slice stands in the report where that of a frame stands for files.
    """
    run = ExtractRun(passphrase, profile, onlooker=onlooker)
    for index in range(len(stack)):
        progress(index, len(stack), stack.name(index))
        plane = stack.plane(index)
        significant = None if masks is None else masks(index, plane).significant
        run.read(plane, significant, stack.name(index), index, stack.header(index))
    progress(len(stack), len(stack), "")
    return run.finish()


def _window(stack: SliceStack, regions: SliceRegions) -> Window[int]:
    """Regions of a stack's slices, each found once."""
    return Window(lambda index: regions(index, stack.plane(index)))


def write_stack(
    stack: InstanceStack,
    volume: NDArray[Any],
    folder: Path,
    *,
    mark: str = MARK,
    texts: dict[str, str] | None = None,
    syntax: str = "explicit",
    progress: Progress = silent,
    told: Callable[[str], None] = _log.warning,
) -> list[str]:
    """Write the instances of `stack` with the stored values that the voxels of `volume` (S, H, W) stand for.

    `folder` appears when all files are written, or not at all; it must be new or empty. `mark` joins the description
    of the series, and `texts` go over what the source says, by keyword, as a person states them. `told` is given a
    sentence for each reason why something of the headers did not come along.

    Returns
    -------
    list of str
        The new SOPInstanceUID of every slice, in the order of the volume; those of a multi-frame object are equal.

    Raises
    ------
    UnusableInputError
        When the folder holds something, or cannot be written to.
    """
    check_target(None, folder, overwrite=False)
    series = DerivedSeries(DESCRIPTION, mark=mark, texts=texts)
    uids, files = [""] * len(stack), stack.files()
    removed: list[RemovedFrom] = []
    with staged(folder, overwrite=False) as work:
        for done, (path, slices) in enumerate(files):
            progress(done, len(files), path.name)
            instance, target = stack.instance(path), work / f"slice_{done + 1:04d}.dcm"
            stored = (
                stack.stored(slices[frame], volume[slices[frame]]) if frame in slices else None
                for frame in range(instance.frames)
            )
            written = write_frames(instance, stored, target, series, syntax=syntax)
            removed += [RemovedFrom(path, each) for each in written.removed]
            for index in slices.values():
                uids[index] = written.uid
    progress(len(files), len(files), "")
    for sentence in removed_in_words(removed):
        told(sentence)
    return uids


def write_new(
    volume: NDArray[np.integer],
    folder: Path,
    geometry: SeriesGeometry,
    *,
    modality: str,
    attributes: dict[str, str],
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write whole-number voxels (S, H, W) that came from elsewhere as a new series in a study of its own.

    `folder` appears when all files are written, or not at all; it must be new or empty.

    Raises
    ------
    UsageError
        Voxels beyond 16 bits.
    UnusableInputError
        When the folder holds something, or cannot be written to.
    """
    check_target(None, folder, overwrite=False)
    about = {"DerivationDescription": DESCRIPTION, **attributes}
    with staged(folder, overwrite=False) as work:
        files = new_series(
            work,
            volume,
            modality=modality,
            attributes=about,
            geometry=geometry,
            rescale=(1.0, 0.0),
            signed=bool(volume.min(initial=0) < 0),
            written=lambda done: progress(done, len(volume), f"slice {done}"),
        )
    return tuple(folder / path.name for path in files)
