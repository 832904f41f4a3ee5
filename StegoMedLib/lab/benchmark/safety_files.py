"""``stegomed benchmark safety``: judges every series, then writes the page, its tables, pictures and the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profiles import BLIND
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark.page import Picture, Section, Table, as_html, as_markdown
from StegoMedLib.lab.benchmark.request import Request, Results, write_results
from StegoMedLib.lab.benchmark.safety import GROUPS, JudgedSlice, SafetySlice, SeriesRow, judge_series, sum_up
from StegoMedLib.pipeline.reasons_picture import draw_reasons

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import Proof

__all__ = ["SafetyReport", "results", "write_safety"]

_LEAD = (
    "The tables count pixels in usable blocks, and pixels that were changed. Reference masks say what is the patient, "
    "what is not sure, and what is certainly outside. Patient pixels must be 0. The share is the usable part of the "
    "pixels that are certainly outside and not padding. If a mask has only two values, couches and clothes count as "
    "outside, but not as empty. 'Alone' counts patient pixels that the guard would leave usable if the finder found "
    "nothing; embedding refuses such slices anyway."
)
_SHOWN = 8
"""Slices that are drawn: those with patient pixels in usable blocks first, then those with the least usable air."""


@dataclass(frozen=True)
class SafetyReport:
    """All slices, and each series put together."""

    slices: list[SafetySlice]
    series: list[SeriesRow]

    @property
    def patient_pixels(self) -> int:
        """Patient pixels that are usable or were changed: what must be 0."""
        return sum(row.patient_usable + row.patient_changed for row in self.series)

    def median_share(self, group: str, modality: str, measure: str = "share") -> float | None:
        """Median over the slices of a group and modality of the share of outside, or of empty air, that is usable."""
        chosen = (row for row in self.slices if row.series.startswith(f"{group}/") and row.modality == modality)
        shares = [share for row in chosen if (share := getattr(row, measure)) is not None]
        return float(np.median(shares)) if shares else None

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed benchmark safety``."""
        return {
            "note": _LEAD,
            "patient_pixels": self.patient_pixels,
            **{
                f"median_{measure}": {
                    f"{group} {modality}": self.median_share(group, modality, measure)
                    for group in GROUPS
                    for modality in ("CT", "MR")
                }
                for measure in ("share", "share_of_empty")
            },
            "series": [row.as_json() for row in self.series],
            "slices": [asdict(row) for row in self.slices],
        }


class _Worst:
    """Keeps the few slices that are most worth looking at."""

    def __init__(self) -> None:
        self._kept: list[tuple[tuple[int, float], str, Plane, Proof]] = []

    def take(self, seen: JudgedSlice) -> None:
        row = seen.row
        rank = -row.patient_usable - sum(row.changed.values()), 1.0 if row.share is None else row.share
        self._kept.append((rank, f"{row.series} {row.file}", seen.plane, seen.proof))
        self._kept.sort(key=lambda each: each[0])
        del self._kept[_SHOWN:]

    def draw(self, folder: Path) -> list[Picture]:
        pictures = []
        for number, (_, name, plane, proof) in enumerate(self._kept, 1):
            place = folder / f"worst_{number}.png"
            draw_reasons(place, plane, proof)
            pictures.append(Picture(place.read_bytes(), name))
        return pictures


def results(request: Request) -> Results:
    """As `write_safety`, and the table of series."""
    report = write_safety(request)
    return Results(report.as_json(), [_safety_table(report)])


def write_safety(request: Request) -> SafetyReport:
    """Judge, and write ``safety.html``, ``.json``, ``.md`` and pictures of the worst slices into its folder.

    Parameters
    ----------
    request : Request
        Series are taken from ``safety/``, too, with their masks in ``masks/safety/``; nothing is left to chance.

    Raises
    ------
    UnusableInputError
        When the series are missing or cannot be read, and as of `Request.check`.
    """
    request.check(pictures=False)
    data, progress = request.data, request.progress
    folders = [path for group in GROUPS for path in sorted((data / group).glob("*")) if path.is_dir()]
    if not folders:
        raise UnusableInputError(f"There are no series in {data}; name the folder that has curated/ or safety/ in it.")
    worst, rows, series = _Worst(), [], []
    for done, folder in enumerate(folders):
        progress(done, len(folders), folder.name)
        group = folder.parent.name
        name, masks = f"{group}/{folder.name}", data / "masks" / group / folder.name
        judged = list(judge_series(folder, masks, request.finder, name=name, most=request.slices, onlooker=worst.take))
        rows += judged
        series.append(sum_up(name, judged))
    progress(len(folders), len(folders), "")
    report = SafetyReport(rows, series)
    _write(request, report, worst)
    return report


def _write(request: Request, report: SafetyReport, worst: _Worst) -> None:
    with request.place() as work:
        table, left = _safety_table(report), _left_table(report)
        pictures = Section("Slices to look at", pictures=worst.draw(work))
        page = as_html("What the guard leaves", [_LEAD], [Section("Series", tables=[table, left]), pictures])
        write_results(work, "safety", page, as_markdown(table) + "\n", report.as_json())


def _safety_table(report: SafetyReport) -> Table:
    """One line for each series."""
    columns = ["series", "slices", *(f"marked with {name}" for name in BLIND)]
    columns += [
        "patient pixels usable",
        "patient pixels changed",
        "unsure pixels usable",
        "alone",
        "usable share of outside",
        "usable share of empty",
    ]
    lines: list[list[str | float | None]] = [
        [
            row.series,
            row.slices,
            *(row.marked[name] for name in BLIND),
            row.patient_usable,
            row.patient_changed,
            row.unsure_usable,
            row.alone,
            None if row.share is None else f"{row.share:.2f}",
            None if row.share_of_empty is None else f"{row.share_of_empty:.2f}",
        ]
        for row in report.series
    ]
    return Table(
        f"{len(report.slices)} slices, {report.patient_pixels} patient pixels usable or changed", columns, lines
    )


def _left_table(report: SafetyReport) -> Table:
    """Slices that no profile marked, and why."""
    lines: list[list[str | float | None]] = [
        [row.series, row.file, row.frame, row.reason or "too little capacity"]
        for row in report.slices
        if not row.changed
    ]
    return Table("Slices that no profile marked", ["series", "file", "frame", "reason"], lines)
