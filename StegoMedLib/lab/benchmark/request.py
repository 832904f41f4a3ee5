"""What every comparison is asked, what is checked before it works for minutes, and how it writes what it found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.errors import UsageError
from StegoMedLib.lab.benchmark.page import write_page
from StegoMedLib.lab.pictures.canvas import figure_class
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from StegoMedLib.lab.benchmark.page import Table
    from StegoMedLib.regions import RegionFinder

__all__ = ["Request", "Results", "write_results"]


@dataclass(frozen=True)
class Request:
    """What a comparison is asked.

    Attributes
    ----------
    data : Path
        Folder with series in ``curated/`` and their masks in ``masks/curated/``.
    target : Path
        Folder for the results.
    finder : RegionFinder
        Whose masks the methods go by.
    slices : int or None
        At most so many slices of each series; None for all, or for as many as the comparison usually takes.
    seed : int
        What is random is drawn from it.
    overwrite : bool
        Whether `target` may exist.
    progress : callable
    """

    data: Path
    target: Path
    finder: RegionFinder
    slices: int | None = None
    seed: int = 0
    overwrite: bool = False
    progress: Progress = silent

    def check(self, *counts: int, pictures: bool = True) -> None:
        """Refuse what would fail after the work is done.

        Parameters
        ----------
        *counts : int
            Other numbers of slices than `slices`.
        pictures : bool
            Whether matplotlib will be needed.

        Raises
        ------
        UsageError
            A count is no number of slices.
        UnusableInputError
            matplotlib is missing, or `target` exists or touches `data`.
        """
        if any(count is not None and count < 1 for count in (self.slices, *counts)):
            raise UsageError("Less than one slice of each series is none; give a number from 1.")
        if pictures:
            figure_class()
        check_target(self.data, self.target, overwrite=self.overwrite)

    def place(self) -> AbstractContextManager[Path]:
        """Where the results are written, to become `target` as a whole."""
        return staged(self.target, overwrite=self.overwrite)


@dataclass(frozen=True)
class Results:
    """What a comparison found, for the screen: its JSON report, tables, and what there is to advise."""

    report: dict[str, object]
    tables: Sequence[Table]
    advice: str = ""


def write_results(
    folder: Path,
    name: str,
    page: str,
    markdown: str,
    report: Mapping[str, object],
    *,
    pictures: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``<name>.html``, ``<name>.md`` and ``<name>.json`` into a folder, and pictures by their names."""
    write_page(folder / f"{name}.html", page)
    write_page(folder / f"{name}.md", markdown)
    write_page(folder / f"{name}.json", json.dumps(report, indent=1, allow_nan=False) + "\n")
    for called, png in (pictures or {}).items():
        (folder / f"{called}.png").write_bytes(png)
