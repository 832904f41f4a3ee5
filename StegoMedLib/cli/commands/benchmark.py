"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from StegoMedLib.cli.options import add_overwrite
from StegoMedLib.cli.screen import ProgressBar, say, show_table, write_json
from StegoMedLib.regions import ENGINES, FINDERS, make_finder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["add"]

Written = TypeVar("Written")

DATA = Path("..", "shared", "data")
"""Where the real series lie in the project's own working place."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser, and one for each comparison."""
    parser = commands.add_parser("benchmark", help="compare with the paper, and with other tools")
    comparisons = parser.add_subparsers(title="comparisons", metavar="COMPARISON", required=True)
    _add_paper(comparisons)
    _add_peers(comparisons)
    _add_steganalysis(comparisons)
    _add_safety(comparisons)


def _add_paper(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("paper", help="repeat the paper's tables, our profiles beside its rule")
    _add_common(parser)
    parser.set_defaults(run=_run_paper)


def _add_common(parser: argparse.ArgumentParser) -> None:
    """What all comparisons take: data, target, region finder, how many slices, JSON."""
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        metavar="DIR",
        help="folder with the series in curated/ and their masks in masks/curated/ (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the page and its parts")
    parser.add_argument("--slices", type=int, metavar="N", help="at most N slices of each series, for a quick look")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of payloads and noise (default: %(default)s)")
    parser.add_argument(
        "--json", metavar="FILE", dest="json_target", help="write the report to FILE, too (- for standard output)"
    )
    parser.add_argument("--finder", default="maskrcnn", choices=FINDERS, help="region finder (default: %(default)s)")
    parser.add_argument("--engine", default="auto", choices=ENGINES, help="what runs Mask R-CNN")
    add_overwrite(parser)


def _measured(arguments: argparse.Namespace, write: Callable[..., Written], **more: object) -> Written:
    """What `write` measures and writes, with the options of `_add_common` and `more`, under a progress bar."""
    finder = make_finder(arguments.finder, arguments.engine)
    common = {"slices": arguments.slices, "seed": arguments.seed, "overwrite": arguments.overwrite}
    with ProgressBar("Measuring") as progress:
        return write(arguments.data, arguments.out, finder, **common, progress=progress, **more)


def _run_paper(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.paper import write_paper  # noqa: PLC0415  other commands need none of it

    written = _measured(arguments, write_paper)
    write_json(written.report.as_json(), arguments.json_target)
    for section in written.sections:
        for table in section.tables:
            show_table(f"{section.heading}. {table.title}", table.columns, table.rows)
    say(f"See {arguments.out / 'paper.html'}.")


def _add_peers(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("peers", help="our profiles beside other methods: cost, quality, errors")
    _add_common(parser)
    parser.add_argument(
        "--attacked", type=int, default=2, metavar="N", help="slices of each series to attack (default: %(default)s)"
    )
    parser.set_defaults(run=_run_peers)


def _run_peers(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.peers_files import write_peers  # noqa: PLC0415  other commands need none of it
    from StegoMedLib.benchmark.peers_page import summary_table  # noqa: PLC0415

    report = _measured(arguments, write_peers, attacked=arguments.attacked)
    write_json(report.as_json(), arguments.json_target)
    table = summary_table(report)
    show_table(table.title, table.columns, table.rows)
    if report.advice:
        say(report.advice)
    say(f"See {arguments.out / 'peers.html'}.")


def _add_steganalysis(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("steganalysis", help="how well a detector tells marked planes (needs scikit-learn)")
    _add_common(parser)
    parser.set_defaults(run=_run_steganalysis)


def _run_steganalysis(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.steganalysis_files import (  # noqa: PLC0415  other commands need none of it
        detection_table,
        write_steganalysis,
    )

    rows = _measured(arguments, write_steganalysis)
    write_json({"rows": [row.as_json() for row in rows]}, arguments.json_target)
    table = detection_table(rows)
    show_table(table.title, table.columns, table.rows)
    say(f"See {arguments.out / 'steganalysis.html'}.")


def _add_safety(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser(
        "safety", help="count pixels of patients that are usable or changed, by reference masks: they must be 0"
    )
    _add_common(parser)
    parser.set_defaults(run=_run_safety)


def _run_safety(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.safety_files import safety_table, write_safety  # noqa: PLC0415 others need none of it

    report = _measured(arguments, write_safety)
    write_json(report.as_json(), arguments.json_target)
    table = safety_table(report)
    show_table(table.title, table.columns, table.rows)
    say(f"See {arguments.out / 'safety.html'}.")
