"""Compares what region finders find in a series with reference masks, slice by slice."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydicom import Dataset

from StegoMedLib.blocks import PIXELS, usable_blocks
from StegoMedLib.lab.evaluation.placing import Placing, placing_of
from StegoMedLib.metrics import dice, iou, summarise
from StegoMedLib.regions import guard
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.files import FilePart, FileSeries
from StegoMedLib.series.slice import Progress, Slice, silent, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import RegionFinder
    from StegoMedLib.series.masks import FolderMasks

__all__ = ["PAPER_IOU", "AgreementGroup", "AgreementReport", "AgreementSlice", "ComparedSlice", "evaluate_masks"]

PAPER_IOU = 0.9146
"""Mean intersection over union that Saidi et al. 2024 report for their region finder, on CHAOS."""

Measures = dict[str, "float | int | None"]


@dataclass(frozen=True)
class AgreementSlice:
    """One slice in the report: where it is from, and the measures of each finder by name.

    `series` is the folder of its file.
    """

    file: str
    frame: int
    series: str
    orientation: str
    modality: str
    finders: dict[str, Measures]


@dataclass(frozen=True)
class AgreementGroup:
    """Slices of one folder that lie in the patient the same way; `finders` summarises their measures."""

    series: str
    orientation: str
    modality: str
    slices: int
    finders: dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, eq=False)
class ComparedSlice:
    """A slice as an onlooker sees it: its row of the report, its plane, and the masks by the finders' names."""

    row: AgreementSlice
    plane: Plane
    reference: NDArray[np.bool_]
    found: dict[str, NDArray[np.bool_]]


@dataclass
class AgreementReport:
    """What `evaluate_masks` measured."""

    finders: tuple[str, ...]
    slices: list[AgreementSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed evaluate COVER --masks DIR``."""
        return {
            "paper_iou": PAPER_IOU,
            "finders": list(self.finders),
            "summary": self._summary(self.slices),
            "groups": [asdict(group) for group in self.groups()],
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
        }

    def groups(self) -> list[AgreementGroup]:
        """Slices by series and orientation, in the order of their first files."""
        members: dict[tuple[str, str, str], list[AgreementSlice]] = {}
        for row in self.slices:
            members.setdefault((row.series, row.orientation, row.modality), []).append(row)
        return [AgreementGroup(*key, len(rows), self._summary(rows)) for key, rows in members.items()]

    def _summary(self, rows: Sequence[AgreementSlice]) -> dict[str, dict[str, dict[str, float]]]:
        return {name: summarise(row.finders[name] for row in rows) for name in self.finders}


def evaluate_masks(
    source: Path,
    references: FolderMasks,
    finders: Sequence[RegionFinder],
    *,
    accept_lossy: bool = False,
    progress: Progress = silent,
    onlooker: Callable[[ComparedSlice], None] | None = None,
) -> AgreementReport:
    """Compare the masks of each finder with the reference masks of every slice of `source`.

    Parameters
    ----------
    source : Path
        DICOM file or folder, of one series or of many.
    references : FolderMasks
    finders : sequence of RegionFinder
    accept_lossy : bool
    progress : callable
    onlooker : callable, optional
        Shown every slice.

    Raises
    ------
    UnusableInputError
        When nothing can be read, or a file has no reference mask of its size.
    """
    series = FileSeries(source, accept_lossy=accept_lossy)
    report = AgreementReport(tuple(finder.name for finder in finders), files=series.count)
    for part in steps(series, progress):
        with series.taking(part, report.slices):
            for each in part.slices():
                series.check_whole(each.key)  # else a damaged file's missing masks stop the run
                compared = _compare(each, _folder_of(part), references, finders)
                report.slices.append(compared.row)
                if onlooker is not None:
                    onlooker(compared)
    series.check_taken()
    return report


def _folder_of(part: FilePart) -> str:
    folder = Path(part.name).parent
    return folder.as_posix() if folder.name else part.path.resolve().parent.name


def _compare(each: Slice, series: str, references: FolderMasks, finders: Sequence[RegionFinder]) -> ComparedSlice:
    """Compare what the finders find in a slice with its reference."""
    plane, placing = each.plane, placing_of(each.header or Dataset(), each.frame)
    reference = references.region(each).significant
    found = {finder.name: finder.find(plane) for finder in finders}
    measures = {name: _measure(plane, mask, reference, placing) for name, mask in found.items()}
    row = AgreementSlice(each.name, each.frame, series, placing.orientation, plane.modality, measures)
    return ComparedSlice(row, plane, reference, found)


def _measure(plane: Plane, found: NDArray[np.bool_], reference: NDArray[np.bool_], placing: Placing) -> Measures:
    """Measure one mask; areas in mm^2 are None where the header gives no spacing."""
    missed, false = int((reference & ~found).sum()), int((found & ~reference).sum())
    area = placing.pixel_area
    # Where no body is found nothing is ever written: see `StegoMedLib.series.region.proof_of`.
    guarded = guard(plane, found) if found.any() else np.ones_like(found)
    return {
        "iou": iou(found, reference),
        "dice": dice(found, reference),
        "missed_pixels": missed,
        "false_pixels": false,
        "missed_mm2": None if area is None else missed * area,
        "false_mm2": None if area is None else false * area,
        "missed_unguarded": int((reference & ~guarded).sum()),
        "usable_share": usable_blocks(~guarded).sum() * PIXELS / guarded.size,
    }
