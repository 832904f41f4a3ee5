"""Looks at a series without changing it: masks of its slices, and what they can carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.capacity import largest_version, record_bytes_in
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.series.masks import MaskSource, mask_name, write_mask
from StegoMedLib.series.neighbours import FileRegions
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.region import Region, proof_of, why_not_air
from StegoMedLib.series.source_files import FileCount, SourceFiles
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing
    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.plane import Plane

__all__ = ["CapacityReport", "SegmentReport", "SurveyedSlice", "measure_capacity", "segment_series"]

_NO_KEY = bytes(32)
"""Capacity is what nearly every key leaves."""


@dataclass(frozen=True)
class SurveyedSlice:
    """A slice as it is walked by: its file relative to the series, its plane and its significant region."""

    file: Path
    frame: int
    frames: int
    plane: Plane
    region: Region

    @property
    def significant(self) -> NDArray[np.bool_]:
        """Significant region; bool, shape (H, W)."""
        return self.region.significant


@dataclass
class SegmentReport:
    """What `segment_series` found."""

    finder: str
    slices: list[dict[str, object]] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed segment``."""
        return {"finder": self.finder, "slices": self.slices, **self.files.as_json()}


@dataclass
class CapacityReport:
    """What `measure_capacity` found."""

    profile: str
    finder: str
    slices: list[dict[str, object]] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed capacity``."""
        return {
            "profile": self.profile,
            "finder": self.finder,
            "slices": self.slices,
            **self.files.as_json(),
        }


def segment_series(
    source: Path,
    target: Path,
    masks: MaskSource,
    *,
    listing: Listing | None = None,
    overwrite: bool = False,
    accept_lossy: bool = False,
    progress: Progress = silent,
    onlooker: Callable[[SurveyedSlice], None] | None = None,
) -> SegmentReport:
    """Write the mask of every slice of `source` into the folder `target`, as PNG; see `mask_name` for the names.

    Raises
    ------
    UnusableInputError
        When nothing can be read, something cannot be written, or two slices have masks of one name (those of ``a`` and
        ``a.dcm``).
    """
    check_target(source, target, overwrite=overwrite)
    files = SourceFiles(source, listing)
    report = SegmentReport(masks.name, files=files.count)
    with staged(target, overwrite=overwrite, like=source) as work:

        def take(seen: SurveyedSlice, made: list[Path]) -> None:
            made.append(_write(work, seen))
            report.slices.append(_segmented(seen))
            if onlooker is not None:
                onlooker(seen)

        _walk(files, masks, report.slices, take, accept_lossy=accept_lossy, progress=progress)
    return report


def _write(work: Path, seen: SurveyedSlice) -> Path:
    """Write the mask of a slice; its place."""
    place = work / mask_name(seen.file, seen.frame, seen.frames)
    if place.exists():
        raise UnusableInputError(
            f"The mask {place.relative_to(work)} would belong to {seen.file} and to another file; rename one of them."
        )
    write_mask(place, seen.significant)
    return place


def _segmented(seen: SurveyedSlice) -> dict[str, object]:
    return {
        "file": str(seen.file),
        "frame": seen.frame,
        "mask": str(mask_name(seen.file, seen.frame, seen.frames)),
        "body": bool(seen.significant.any()),
        "significant_share": float(seen.significant.mean()),
    }


def measure_capacity(
    source: Path,
    masks: MaskSource,
    *,
    profile: str = DEFAULT_PROFILE,
    accept_lossy: bool = False,
    progress: Progress = silent,
) -> CapacityReport:
    """Measure the capacity of every slice of `source`: usable blocks, bits, largest symbol, bytes of a record."""
    chosen = coding(profile, _NO_KEY)
    files = SourceFiles(source)
    report = CapacityReport(profile, masks.name, files=files.count)

    def take(seen: SurveyedSlice, _made: list[Path]) -> None:
        report.slices.append(_capacity(seen, chosen, profile))

    _walk(files, masks, report.slices, take, accept_lossy=accept_lossy, progress=progress)
    return report


def _capacity(seen: SurveyedSlice, chosen: Coding, profile: str) -> dict[str, object]:
    proof = proof_of(seen.plane, seen.region)
    canvas = chosen.profile.on(seen.plane, proof.air)
    bits = canvas.capacity
    return {
        "file": str(seen.file),
        "frame": seen.frame,
        "body": bool(seen.significant.any()),
        "usable_blocks": int(canvas.usable.sum()),
        "capacity_bits": bits,
        "capacity_bpp": bits / seen.plane.pixels.size,
        "symbol_version": largest_version(bits, whole=chosen.info.whole_symbol),
        "record_bytes": record_bytes_in(bits, profile),
        "reason": why_not_air(proof),
        "pixels": proof.counts,
    }


def _walk(
    files: SourceFiles,
    masks: MaskSource,
    rows: list[dict[str, object]],
    take: Callable[[SurveyedSlice, list[Path]], None],
    *,
    accept_lossy: bool,
    progress: Progress,
) -> None:
    """Show every slice of a source, with its significant region, to `take`, one in memory at a time.

    `take` adds to `rows`, and to the list that it is given what files it makes: both are undone for files left out.
    """
    regions = FileRegions(masks, files.images, accept_lossy=accept_lossy)
    for done, (path, name) in enumerate(files.images):
        progress(done, len(files.images), path.name)
        with files.taking(path, rows) as made:
            instance = read_instance(path, accept_lossy=accept_lossy)
            for frame in range(instance.frames):
                plane = instance.plane(frame)
                region = regions.region(path, frame, instance.frames, plane)
                take(SurveyedSlice(name, frame, instance.frames, plane, region), made)
    files.check_taken()
    progress(len(files.images), len(files.images), "")
