"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import ProgressBar, say, show_table
from StegoMedLib.lab.benchmark.request import Request
from StegoMedLib.regions import make_finder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from StegoMedLib.lab.benchmark.page import Table

__all__ = ["run"]

Written = TypeVar("Written")


def run(arguments: argparse.Namespace) -> None:
    """Do the work of the comparison that is asked for."""
    {"paper": _run_paper, "peers": _run_peers, "steganalysis": _run_steganalysis, "safety": _run_safety}[
        arguments.comparison
    ](arguments)


def _measured(arguments: argparse.Namespace, write: Callable[..., Written], **more: object) -> Written:
    """What `write` measures and writes, with the options of `_add_common` and `more`, under a progress bar."""
    finder = make_finder(arguments.finder, arguments.engine)
    with ProgressBar("Measuring") as progress:
        common = {"slices": arguments.slices, "seed": arguments.seed, "overwrite": arguments.overwrite}
        return write(Request(arguments.data, arguments.out, finder, **common, progress=progress), **more)


def _deliver(
    arguments: argparse.Namespace, report: dict[str, object], tables: Iterable[Table], advice: str = ""
) -> None:
    """Write the report, and show its tables and where the page is."""

    def show() -> None:
        for table in tables:
            show_table(table.title, table.columns, table.rows)
        if advice:
            say(advice)
        say(f"See {arguments.out / arguments.comparison}.html.")

    deliver(report, arguments.json_target, show)


def _run_paper(arguments: argparse.Namespace) -> None:
    from StegoMedLib.lab.benchmark.paper import write_paper  # noqa: PLC0415  other comparisons need none of it
    from StegoMedLib.lab.benchmark.paper_page import paper_sections  # noqa: PLC0415

    report = _measured(arguments, write_paper)
    tables = [
        replace(table, title=f"{section.heading}. {table.title}")
        for section in paper_sections(report)
        for table in section.tables
    ]
    _deliver(arguments, report.as_json(), tables)


def _run_peers(arguments: argparse.Namespace) -> None:
    from StegoMedLib.lab.benchmark.peers_files import write_peers  # noqa: PLC0415  other comparisons need none of it
    from StegoMedLib.lab.benchmark.peers_page import summary_table  # noqa: PLC0415

    report = _measured(arguments, write_peers, attacked=arguments.attacked)
    _deliver(arguments, report.as_json(), [summary_table(report)], report.advice)


def _run_steganalysis(arguments: argparse.Namespace) -> None:
    from StegoMedLib.lab.benchmark.steganalysis_files import (  # noqa: PLC0415  other comparisons need none of it
        detection_table,
        write_steganalysis,
    )

    rows = _measured(arguments, write_steganalysis)
    _deliver(arguments, {"rows": [row.as_json() for row in rows]}, [detection_table(rows)])


def _run_safety(arguments: argparse.Namespace) -> None:
    from StegoMedLib.lab.benchmark.safety_files import safety_table, write_safety  # noqa: PLC0415 others need none of it

    report = _measured(arguments, write_safety)
    _deliver(arguments, report.as_json(), [safety_table(report)])
