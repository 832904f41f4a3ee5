"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_table
from StegoMedLib.lab.benchmark.catalogue import COMPARISONS
from StegoMedLib.lab.benchmark.request import Request, Results
from StegoMedLib.regions import make_finder

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the work of the comparison that is asked for; show its tables, and where the page is."""
    results = _results(arguments)

    def show() -> None:
        for table in results.tables:
            show_table(table.title, table.columns, table.rows)
        if results.advice:
            say(results.advice)
        say(f"See {arguments.out / arguments.comparison}.html.")

    deliver(results.report, arguments.json_target, show)


def _results(arguments: argparse.Namespace) -> Results:
    """What was measured and written, under a progress bar."""
    comparison, finder = COMPARISONS[arguments.comparison], make_finder(arguments.finder, arguments.engine)
    names = [name for name, _, _ in comparison.numbers] + [name for name, _ in comparison.files]
    chosen = {name: getattr(arguments, name) for name in names}
    with progress_bar("Measuring") as progress:
        common = {"slices": arguments.slices, "seed": arguments.seed, "overwrite": arguments.overwrite}
        request = Request(arguments.data, arguments.out, finder, **common, progress=progress)
        return comparison.results(request, **chosen)
