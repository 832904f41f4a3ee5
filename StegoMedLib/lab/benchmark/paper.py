"""``stegomed benchmark paper``: measures, then writes the page, its plots, its tables and the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark.page import Section, write_page
from StegoMedLib.lab.benchmark.paper_page import paper_markdown, paper_page, paper_sections
from StegoMedLib.lab.benchmark.paper_plots import paper_plots
from StegoMedLib.lab.benchmark.paper_run import PaperReport, run_paper
from StegoMedLib.lab.benchmark.request import check_request
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.regions import RegionFinder

__all__ = ["Written", "write_paper"]


@dataclass(frozen=True)
class Written:
    """What was measured, and how the page shows it."""

    report: PaperReport
    sections: list[Section]


def write_paper(
    data: Path,
    target: Path,
    finder: RegionFinder,
    *,
    slices: int | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Written:
    """Measure, and write ``paper.html``, ``paper.json``, ``paper.md`` and the plots into the folder `target`.

    Parameters are those of `run_paper`.

    Raises
    ------
    UnusableInputError
        When the series are missing, matplotlib is, or `target` exists or cannot be written.
    UsageError
        When `slices` is no number of slices.
    """
    check_request(data, target, slices, overwrite=overwrite)
    report = run_paper(data, finder, slices=slices, seed=seed, progress=progress)
    plots = paper_plots(report)
    with staged(target, overwrite=overwrite) as work:
        write_page(work / "paper.html", paper_page(report, plots))
        write_page(work / "paper.md", paper_markdown(report))
        write_page(work / "paper.json", json.dumps(report.as_json(), indent=1, allow_nan=False) + "\n")
        for name, png in plots.items():
            (work / f"{name}.png").write_bytes(png)
    return Written(report, paper_sections(report))
