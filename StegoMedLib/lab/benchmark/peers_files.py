"""``stegomed benchmark peers``: measures, then writes the page, its plots, its tables and the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark.page import write_page
from StegoMedLib.lab.benchmark.peers import SERIES, PeersReport, all_methods, compare_methods, load_slices
from StegoMedLib.lab.benchmark.peers_page import peers_markdown, peers_page, peers_plots
from StegoMedLib.lab.benchmark.request import check_request
from StegoMedLib.series.progress import Progress, silent
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.regions import RegionFinder

__all__ = ["write_peers"]


def write_peers(
    data: Path,
    target: Path,
    finder: RegionFinder,
    *,
    slices: int | None = None,
    attacked: int = 2,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> PeersReport:
    """Measure, and write ``peers.html``, ``peers.json``, ``peers.md`` and the plots into the folder `target`.

    Parameters
    ----------
    data : Path
        Folder with the series in ``curated/`` and their masks in ``masks/curated/``.
    target : Path
    finder : RegionFinder
        Whose masks the methods go by.
    slices, attacked : int
        At most so many slices of each series are taken, and are attacked.
    seed : int
    overwrite : bool
    progress : callable

    Raises
    ------
    UnusableInputError
        When the series are missing, matplotlib is, or `target` exists or cannot be written.
    UsageError
        When `slices` is no number of slices.
    """
    check_request(data, target, slices, attacked, overwrite=overwrite)
    found = load_slices(data, SERIES, finder, slices)
    report = compare_methods(found, all_methods(), attacked=attacked, seed=seed, progress=progress)
    plots = peers_plots(report)
    with staged(target, overwrite=overwrite) as work:
        write_page(work / "peers.html", peers_page(report, plots))
        write_page(work / "peers.md", peers_markdown(report))
        write_page(work / "peers.json", json.dumps(report.as_json(), indent=1, allow_nan=False) + "\n")
        for name, png in plots.items():
            (work / f"errors_{name.lower()}.png").write_bytes(png)
    return report
