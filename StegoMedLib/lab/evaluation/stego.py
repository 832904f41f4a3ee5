"""Compares a stego series with its cover, slice by slice."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from StegoMedLib.dicom.hostile import naming
from StegoMedLib.errors import UnusableFileError, UnusableInputError
from StegoMedLib.metrics import PAPER_NOTE, compare, dice, iou, ncc, summarise
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.files import FilePart, FileSeries
from StegoMedLib.series.masks import FolderMasks
from StegoMedLib.series.slice import Progress, silent, steps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Instance
    from StegoMedLib.pipeline.slices import Metrics
    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import RegionFinder

__all__ = ["EvaluateReport", "evaluate_series", "source_uids"]


@dataclass(frozen=True)
class EvaluatedSlice:
    """One slice in the report."""

    file: str
    cover: str
    frame: int
    metrics: Metrics


@dataclass
class EvaluateReport:
    """What `evaluate_series` measured."""

    slices: list[EvaluatedSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed evaluate``."""
        return {
            "note": PAPER_NOTE,
            "summary": self.summary(),
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
        }

    def summary(self) -> dict[str, dict[str, float]]:
        """Minimum, mean and maximum of every measure over the slices that have it."""
        return summarise(row.metrics for row in self.slices)


def evaluate_series(
    cover: Path,
    stego: Path,
    *,
    references: Path | None = None,
    finder: RegionFinder | None = None,
    accept_lossy: bool = False,
    progress: Progress = silent,
) -> EvaluateReport:
    """Measure every slice of `stego` against the cover it was derived from.

    A stego instance is paired with the cover that its SourceImageSequence names (PS3.3 C.7.6.1.1.4); without one,
    with the cover of its name, sub-folders included.

    Parameters
    ----------
    cover, stego : Path
        DICOM files or folders.
    references : Path, optional
        Folder of reference masks: adds ``changed_significant``, and with `finder` ``iou`` and ``dice`` of the cover's.
    finder : RegionFinder, optional
        Adds ``ncc_mask``, the agreement of the masks found in cover and stego.

    Raises
    ------
    UnusableInputError
        When nothing can be read, or no pair is found.
    """
    covers = _Covers(cover, accept_lossy=accept_lossy)
    measure = _Measure(None if references is None else FolderMasks(references), finder)
    series = FileSeries(stego, accept_lossy=accept_lossy)
    report, unpaired = EvaluateReport(files=series.count), 0
    for part in steps(series, progress):
        with series.taking(part, report.slices):
            found = covers.of(part)
            if found is None:
                unpaired += 1
                raise UnusableFileError(f"{part.title} was derived from no file of {cover}; name its cover.")
            report.slices.extend(measure.frames(part, found))
    if unpaired and not report.slices:
        raise UnusableInputError(
            f"No file of {stego} was derived from one of {cover}; name the cover it was made from."
        )
    series.check_taken()
    series.count.add_left_out(covers.series.count)
    return report


@dataclass(frozen=True)
class _Measure:
    """What slices are measured with."""

    references: FolderMasks | None
    finder: RegionFinder | None

    def frames(self, stego: FilePart, cover: FilePart) -> Iterator[EvaluatedSlice]:
        """Measure the frames of a pair of files."""
        for after, before in zip(stego.slices(), cover.slices(), strict=False):
            if before.plane.shape != after.plane.shape:
                raise UnusableFileError(
                    f"{stego.path} and its cover {cover.name} differ in size; name the cover it was made from."
                )
            reference = None if self.references is None else self.references.region(before).significant
            metrics = self._plane(before.plane, after.plane, reference)
            yield EvaluatedSlice(stego.name, cover.name, before.frame, metrics)

    def _plane(self, cover: Plane, stego: Plane, reference: NDArray[np.bool_] | None) -> Metrics:
        metrics: Metrics = compare(cover, stego.pixels, reference).as_json()
        if self.finder is not None:
            before, after = (self.finder.find(plane) for plane in (cover, stego))
            metrics["ncc_mask"] = ncc(before, after)
            if reference is not None:
                metrics |= {"iou": iou(before, reference), "dice": dice(before, reference)}
        return metrics


class _Covers:
    """Cover files by SOPInstanceUID and by name; only their paths are kept."""

    def __init__(self, source: Path, *, accept_lossy: bool) -> None:
        self.series = FileSeries(source, accept_lossy=accept_lossy)
        self._names: dict[str, FilePart] = {}
        self._uids: dict[str, FilePart] = {}
        for kept in self.series.files:
            part = replace(kept)  # what is read of it is not kept
            with self.series.taking(part):
                self._uids[part.instance.sop_instance] = kept
                self._names[part.name] = kept
        self.series.check_taken()

    def of(self, stego: FilePart) -> FilePart | None:
        """The cover of a file."""
        sources = source_uids(stego.instance)
        named = [self._uids[uid] for uid in sources if uid in self._uids]
        kept = next(iter(named), None) if sources else self._names.get(stego.name)
        return None if kept is None else replace(kept)


def source_uids(instance: Instance) -> tuple[str, ...]:
    """SOPInstanceUIDs in the SourceImageSequence (PS3.3 C.7.6.1.1.4) of `instance`, the latest derivation first.

    Raises
    ------
    UnusableFileError
        The sequence is malformed.
    """
    with naming(instance.path, "its SourceImageSequence is malformed; export it again from its source."):
        items = instance.dataset.get("SourceImageSequence") or []
        return tuple(str(item.get("ReferencedSOPInstanceUID") or "") for item in reversed(items))
