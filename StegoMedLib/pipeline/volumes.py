"""What only volumes need that a viewer has loaded: masks and air as volumes, and series of DICOM files to save."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.dicom import MARK, DerivedSeries, SeriesGeometry, new_series, write_frames
from StegoMedLib.pipeline.embed import DESCRIPTION
from StegoMedLib.pipeline.survey import SurveyedSlice, survey
from StegoMedLib.series.counting import RemovedFrom, removed_in_words
from StegoMedLib.series.region import why_not_air
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.stacks import Stack, StackSeries
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.series.instances import InstanceStack
    from StegoMedLib.series.masks import MaskSource

__all__ = ["Survey", "survey_stack", "write_new", "write_stack"]

_log = logging.getLogger(__name__)


@dataclass
class Survey:
    """Significant regions, air and capacity of a stack.

    Attributes
    ----------
    masks, suspects, air : ndarray of bool, shape (S, H, W)
        In the volume's rows and columns: the body, what else the finder may take for it, and what is proved to be air
        and lies in usable blocks.
    capacity_bits : list of int
        Bits that could be embedded in each slice.
    reasons : list of str
        What took the air of each slice; empty where most of it is left.
    """

    masks: NDArray[np.bool_]
    suspects: NDArray[np.bool_]
    air: NDArray[np.bool_]
    capacity_bits: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def survey_stack(
    stack: Stack,
    masks: MaskSource,
    shape: tuple[int, int, int],
    *,
    profile: str = DEFAULT_PROFILE,
    progress: Progress = silent,
    processes: int = 1,
) -> Survey:
    """Find the significant region of every slice, and measure the capacity beside it.

    Parameters
    ----------
    stack : Stack
    masks : MaskSource
        A region finder's, or what a reviewer left.
    shape : tuple of int
        Slices, rows and columns of the volume.
    profile : str
    progress : callable
    processes : int
        That share the work.
    """
    masks_found, suspects, air = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    found = Survey(masks_found, suspects, air)

    def take(seen: SurveyedSlice, _made: list[Path]) -> None:
        index, measured = seen.cover.frame, seen.capacity
        found.masks[index] = stack.turned(seen.region.significant)
        if seen.region.suspect is not None:
            found.suspects[index] = stack.turned(seen.region.suspect)
        found.air[index] = stack.turned(pixels_of(measured.usable, measured.proof.reasons.shape))
        found.capacity_bits.append(measured.capacity)
        found.reasons.append(why_not_air(measured.proof))

    survey(StackSeries(stack), masks, take, profile=profile, progress=progress, processes=processes)
    return found


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
