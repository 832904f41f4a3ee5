"""Looks at a series without changing it: masks of its slices, and the room in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.masks import MaskSource, mask_name, write_mask
from StegoMedLib.pipeline.neighbours import FileRegions
from StegoMedLib.pipeline.progress import Progress, silent
from StegoMedLib.pipeline.region import Region, proof_of, why_not_air
from StegoMedLib.pipeline.room import largest_version, record_bytes_in
from StegoMedLib.pipeline.staging import check_target, staged
from StegoMedLib.regions import usable_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["CapacityReport", "SegmentReport", "SurveyedSlice", "measure_capacity", "segment_series"]

_NO_KEY = bytes(32)
"""Room is what nearly every key leaves."""


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
    ignored: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed segment``."""
        return {"finder": self.finder, "slices": self.slices, "ignored": _ignored(self.ignored)}


@dataclass
class CapacityReport:
    """What `measure_capacity` found."""

    profile: str
    finder: str
    slices: list[dict[str, object]] = field(default_factory=list)
    ignored: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed capacity``."""
        return {
            "profile": self.profile,
            "finder": self.finder,
            "slices": self.slices,
            "ignored": _ignored(self.ignored),
        }


def segment_series(
    source: Path,
    target: Path,
    masks: MaskSource,
    *,
    overwrite: bool = False,
    accept_lossy: bool = False,
    progress: Progress = silent,
    onlooker: Callable[[SurveyedSlice], None] | None = None,
) -> SegmentReport:
    """Write the mask of every slice of `source` into the folder `target`, as PNG; see `mask_name` for the names.

    Raises
    ------
    UnusableInputError
        When something cannot be read or written, or two slices have masks of one name (those of ``a`` and ``a.dcm``).
    """
    check_target(source, target, overwrite=overwrite)
    report = SegmentReport(masks.name)
    with staged(target, overwrite=overwrite, like=source) as work:
        for seen in _walk(source, masks, report, accept_lossy=accept_lossy, progress=progress):
            name = mask_name(seen.file, seen.frame, seen.frames)
            if (work / name).exists():
                raise UnusableInputError(
                    f"The mask {name} would belong to {seen.file} and to another file; rename one of them."
                )
            write_mask(work / name, seen.significant)
            report.slices.append(
                {
                    "file": str(seen.file),
                    "frame": seen.frame,
                    "mask": str(name),
                    "body": bool(seen.significant.any()),
                    "significant_share": float(seen.significant.mean()),
                }
            )
            if onlooker is not None:
                onlooker(seen)
    return report


def measure_capacity(
    source: Path,
    masks: MaskSource,
    *,
    profile: str = "fidelity",
    accept_lossy: bool = False,
    progress: Progress = silent,
) -> CapacityReport:
    """Measure the room of every slice of `source`: usable blocks, bits, largest symbol, bytes of a record."""
    chosen = coding(profile, _NO_KEY)
    report = CapacityReport(profile, masks.name)
    for seen in _walk(source, masks, report, accept_lossy=accept_lossy, progress=progress):
        proof = proof_of(seen.plane, seen.region)
        usable = usable_blocks(seen.plane, ~proof.air)
        bits = chosen.profile.room(seen.plane, usable)
        version = largest_version(bits, whole=chosen.needs_mask)
        report.slices.append(
            {
                "file": str(seen.file),
                "frame": seen.frame,
                "body": bool(seen.significant.any()),
                "usable_blocks": int(usable.sum()),
                "capacity_bits": bits,
                "capacity_bpp": bits / seen.plane.pixels.size,
                "symbol_version": version,
                "record_bytes": record_bytes_in(bits, profile, whole=chosen.needs_mask),
                "reason": why_not_air(proof),
                "pixels": proof.counts,
            }
        )
    return report


def _walk(
    source: Path,
    masks: MaskSource,
    report: SegmentReport | CapacityReport,
    *,
    accept_lossy: bool,
    progress: Progress,
) -> Iterator[SurveyedSlice]:
    """Slices of `source` with their significant regions, one in memory at a time."""
    listing = list_files(source)
    report.ignored = tuple((str(path), reason) for path, reason in listing.ignored)
    names = [Path(path.name) if source.is_file() else path.relative_to(source) for path in listing.images]
    regions = FileRegions(masks, list(zip(listing.images, names, strict=True)), accept_lossy=accept_lossy)
    for done, (path, name) in enumerate(zip(listing.images, names, strict=True)):
        progress(done, len(listing.images), path.name)
        instance = read_instance(path, accept_lossy=accept_lossy)
        for frame in range(instance.frames):
            plane = instance.plane(frame)
            region = regions.region(path, frame, instance.frames, plane)
            yield SurveyedSlice(name, frame, instance.frames, plane, region)
    progress(len(listing.images), len(listing.images), "")


def _ignored(files: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"file": file, "reason": reason} for file, reason in files]
