"""Compares a stego series with its cover, slice by slice."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import Instance, read_instance, source_uids
from StegoMedLib.errors import UnusableFileError, UnusableInputError
from StegoMedLib.metrics import PAPER_NOTE, compare, dice, iou, ncc, summarise
from StegoMedLib.series.masks import FinderMasks, FolderMasks
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.source_files import FileCount, SourceFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.slices import Metrics
    from StegoMedLib.plane import Plane

__all__ = ["EvaluateReport", "evaluate_series"]


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
    finder: FinderMasks | None = None,
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
    finder : FinderMasks, optional
        Adds ``ncc_mask``, the agreement of the masks found in cover and stego.

    Raises
    ------
    UnusableInputError
        When nothing can be read, or no pair is found.
    """
    covers = _Covers(cover, accept_lossy=accept_lossy)
    measure = _Measure(None if references is None else FolderMasks(references), finder)
    files = SourceFiles(stego)
    report, unpaired = EvaluateReport(files=files.count), 0
    for done, (path, marked) in enumerate(files.images):
        progress(done, len(files.images), path.name)
        with files.taking(path, report.slices):
            instance = read_instance(path, accept_lossy=accept_lossy)
            found = covers.of(instance, marked)
            if found is None:
                unpaired += 1
                raise UnusableFileError(f"{path.name} was derived from no file of {cover}; name its cover.")
            name, original = found
            report.slices.extend(measure.frames(instance, original, marked, name))
    if unpaired and not report.slices:
        raise UnusableInputError(
            f"No file of {stego} was derived from one of {cover}; name the cover it was made from."
        )
    files.check_taken()
    progress(len(files.images), len(files.images), "")
    files.count.add_left_out(covers.files.count)
    return report


@dataclass(frozen=True)
class _Measure:
    """What slices are measured with."""

    references: FolderMasks | None
    finder: FinderMasks | None

    def frames(self, stego: Instance, cover: Instance, marked: Path, name: Path) -> Iterator[EvaluatedSlice]:
        """Measure the frames of a pair whose files are `marked` and `name` in the report."""
        for frame in range(min(stego.frames, cover.frames)):
            before, after = cover.plane(frame), stego.plane(frame)
            if before.shape != after.shape:
                raise UnusableFileError(
                    f"{stego.path} and its cover {name} differ in size; name the cover it was made from."
                )
            references = self.references
            reference = None if references is None else references.mask(name, frame, cover.frames, before)
            yield EvaluatedSlice(str(marked), str(name), frame, self._plane(before, after, reference))

    def _plane(self, cover: Plane, stego: Plane, reference: NDArray[np.bool_] | None) -> Metrics:
        metrics: Metrics = compare(cover, stego.pixels, reference).as_json()
        if self.finder is not None:
            nowhere = Path()
            before, after = (self.finder.mask(nowhere, 0, 1, plane) for plane in (cover, stego))
            metrics["ncc_mask"] = ncc(before, after)
            if reference is not None:
                metrics |= {"iou": iou(before, reference), "dice": dice(before, reference)}
        return metrics


class _Covers:
    """Cover instances by SOPInstanceUID and by name; only their paths are kept."""

    def __init__(self, source: Path, *, accept_lossy: bool) -> None:
        self._accept_lossy = accept_lossy
        self._names: dict[Path, tuple[Path, Path]] = {}
        self._uids: dict[str, tuple[Path, Path]] = {}
        self.files = SourceFiles(source)
        for path, name in self.files.images:
            with self.files.taking(path):
                self._uids[read_instance(path, accept_lossy=accept_lossy).sop_instance] = name, path
                self._names[name] = name, path
        self.files.check_taken()

    def of(self, stego: Instance, name: Path) -> tuple[Path, Instance] | None:
        """Name and instance of the cover of `stego`."""
        sources = source_uids(stego)
        named = [self._uids[uid] for uid in sources if uid in self._uids]
        entry = next(iter(named), None) if sources else self._names.get(name)
        return None if entry is None else (entry[0], read_instance(entry[1], accept_lossy=self._accept_lossy))
