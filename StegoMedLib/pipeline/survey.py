"""Finds the masks of a series' slices and measures their capacity, without changing them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import DEFAULT_PROFILE, ProfileInfo, profile_info
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.ahead import Ahead
from StegoMedLib.pipeline.capacity import largest_version, record_bytes_in
from StegoMedLib.pipeline.crew import helped
from StegoMedLib.pipeline.options import Method
from StegoMedLib.pipeline.slice_work import Measured, SliceWork
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.foreseen import Foreseen
from StegoMedLib.series.masks import MaskSource, mask_name, write_mask
from StegoMedLib.series.neighbours import Regions
from StegoMedLib.series.region import Region, proof_of, why_not_air
from StegoMedLib.series.slice import Progress, silent, steps
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable, MutableSequence
    from pathlib import Path
    from typing import Any

    from StegoMedLib.dicom import Listing
    from StegoMedLib.regions import Proof
    from StegoMedLib.series.slice import Series, Slice

__all__ = ["NO_KEY", "CapacityReport", "SegmentReport", "SurveyedSlice", "measure_capacity", "segment_series", "survey"]

NO_KEY = bytes(32)
"""Capacity is what nearly every key leaves."""


@dataclass(frozen=True)
class SurveyedSlice:
    """A slice, its significant region, and, where a profile was named, what could be embedded beside it."""

    cover: Slice
    region: Region
    measured: Measured | None = None

    @property
    def proof(self) -> Proof:
        """Why each pixel is air, or is not."""
        return proof_of(self.cover.plane, self.region) if self.measured is None else self.measured.proof

    @property
    def capacity(self) -> Measured:
        """What could be embedded; only where a profile was named."""
        assert self.measured is not None  # noqa: S101  whoever asks named it
        return self.measured


@dataclass(frozen=True)
class SegmentedSlice:
    """One slice in the report: the file of its mask, whether there is a body in it, and the body's share of it."""

    file: str
    frame: int
    mask: str
    body: bool
    significant_share: float


@dataclass(frozen=True)
class CapacitySlice:
    """One slice in the report: what could be embedded, why no more, and what the guard made of its pixels."""

    file: str
    frame: int
    body: bool
    usable_blocks: int
    capacity_bits: int
    capacity_bpp: float
    symbol_version: int
    record_bytes: int
    reason: str
    pixels: dict[str, int]


@dataclass
class SegmentReport:
    """What `segment_series` found."""

    finder: str
    slices: list[SegmentedSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed segment``."""
        return {"finder": self.finder, "slices": [asdict(row) for row in self.slices], **self.files.as_json()}


@dataclass
class CapacityReport:
    """What `measure_capacity` found."""

    profile: str
    finder: str
    slices: list[CapacitySlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed capacity``."""
        return {
            "profile": self.profile,
            "finder": self.finder,
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
        }


def survey(
    series: Series[Any],
    masks: MaskSource,
    take: Callable[[SurveyedSlice, list[Path]], None],
    *rows: MutableSequence[Any],
    profile: str | None = None,
    progress: Progress = silent,
    processes: int = 1,
) -> None:
    """Show every slice of a series, with its significant region, to `take`, one in memory at a time.

    `take` adds to `rows`, and to the list that it is given what files it makes: both are undone for files left out.
    Where a `profile` is named, what it could embed is measured. So many `processes` share the work, with the result of
    one.

    Raises
    ------
    UnusableInputError
        When nothing can be read.
    """
    shown = Foreseen(series)
    regions = Regions(masks, shown)
    work = SliceWork(None, (), Method(profile or DEFAULT_PROFILE), NO_KEY)

    def task(_each: Slice, region: Region) -> tuple[str, tuple[object, ...]] | None:
        return None if profile is None else ("measure", (region,))

    with helped(processes, work, masks) as crew:
        ahead: Ahead[Measured] | None = None
        if crew is not None:
            ahead = Ahead(crew, shown, regions, checks=lambda _: False, task=task)
        for part in steps(shown, progress):
            with shown.taking(part, *rows) as made:
                for each in part.slices():
                    measured = None if ahead is None else ahead.take(each)
                    region = regions.of(each)
                    if measured is None and profile is not None:
                        measured = work.measure(each, region)
                    take(SurveyedSlice(each, region, measured), made)
    shown.check_taken()


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
    processes: int = 1,
) -> SegmentReport:
    """Write the mask of every slice of `source` into the folder `target`, as PNG; see `mask_name` for the names.

    Raises
    ------
    UnusableInputError
        When nothing can be read, something cannot be written, or two slices have masks of one name (those of ``a`` and
        ``a.dcm``).
    """
    check_target(source, target, overwrite=overwrite)
    series = FileSeries(source, listing, accept_lossy=accept_lossy)
    report = SegmentReport(masks.name, files=series.count)
    with staged(target, overwrite=overwrite, like=source) as work:

        def take(seen: SurveyedSlice, made: list[Path]) -> None:
            made.append(_write(work, seen))
            report.slices.append(_segmented(seen))
            if onlooker is not None:
                onlooker(seen)

        survey(series, masks, take, report.slices, progress=progress, processes=processes)
    return report


def _write(work: Path, seen: SurveyedSlice) -> Path:
    """Write the mask of a slice; its place."""
    place = work / mask_name(seen.cover)
    if place.exists():
        raise UnusableInputError(
            f"The mask {place.relative_to(work)} would belong to {seen.cover.name} and to another file; "
            "rename one of them."
        )
    write_mask(place, seen.region.significant)
    return place


def _segmented(seen: SurveyedSlice) -> SegmentedSlice:
    cover, significant = seen.cover, seen.region.significant
    return SegmentedSlice(
        cover.name, cover.frame, str(mask_name(cover)), bool(significant.any()), float(significant.mean())
    )


def measure_capacity(
    source: Path,
    masks: MaskSource,
    *,
    profile: str = DEFAULT_PROFILE,
    listing: Listing | None = None,
    accept_lossy: bool = False,
    progress: Progress = silent,
    processes: int = 1,
) -> CapacityReport:
    """Measure the capacity of every slice of `source`: usable blocks, bits, largest symbol, bytes of a record."""
    chosen = profile_info(profile)
    series = FileSeries(source, listing, accept_lossy=accept_lossy)
    report = CapacityReport(profile, masks.name, files=series.count)

    def take(seen: SurveyedSlice, _made: list[Path]) -> None:
        report.slices.append(_capacity(seen, chosen, profile))

    survey(series, masks, take, report.slices, profile=profile, progress=progress, processes=processes)
    return report


def _capacity(seen: SurveyedSlice, chosen: ProfileInfo, profile: str) -> CapacitySlice:
    found = seen.capacity
    bits, proof = found.capacity, found.proof
    return CapacitySlice(
        file=seen.cover.name,
        frame=seen.cover.frame,
        body=bool(seen.region.significant.any()),
        usable_blocks=int(found.usable.sum()),
        capacity_bits=bits,
        capacity_bpp=bits / proof.reasons.size,
        symbol_version=largest_version(bits, whole=chosen.whole_symbol),
        record_bytes=record_bytes_in(bits, profile),
        reason=why_not_air(proof),
        pixels=proof.counts,
    )
