"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_overwrite
from StegoMedLib.cli.screen import ProgressBar, say, show_table, write_json
from StegoMedLib.regions import ENGINES, FINDERS, make_finder

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]

DATA = Path("..", "shared", "data")
"""Where the real series lie in the project's own working place."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser, and one for each comparison."""
    parser = commands.add_parser("benchmark", help="compare with the paper, and with other tools")
    comparisons = parser.add_subparsers(title="comparisons", metavar="COMPARISON", required=True)
    _add_paper(comparisons)
    _add_peers(comparisons)
    _add_steganalysis(comparisons)


def _add_paper(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("paper", help="repeat the paper's tables, our profiles beside its rule")
    add_comparison(parser)
    parser.add_argument(
        "--finder",
        default="maskrcnn",
        choices=FINDERS,
        help="region finder for the table of masks (default: %(default)s)",
    )
    parser.add_argument("--engine", default="auto", choices=ENGINES, help="what runs Mask R-CNN")
    parser.set_defaults(run=_run_paper)


def add_comparison(parser: argparse.ArgumentParser) -> None:
    """What all comparisons take: data, target, how much of it, JSON."""
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
    add_overwrite(parser)


def _run_paper(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.paper import write_paper  # noqa: PLC0415  other commands need none of it

    finder = make_finder(arguments.finder, arguments.engine)
    with ProgressBar("Measuring") as progress:
        written = write_paper(
            arguments.data,
            arguments.out,
            finder,
            slices=arguments.slices,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            progress=progress,
        )
    write_json(written.report.as_json(), arguments.json_target)
    for section in written.sections:
        for table in section.tables:
            show_table(f"{section.heading}. {table.title}", table.columns, table.rows)
    say(f"See {arguments.out / 'paper.html'}.")


def _add_peers(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("peers", help="our profiles beside other methods: cost, quality, errors")
    add_comparison(parser)
    parser.add_argument(
        "--attacked", type=int, default=2, metavar="N", help="slices of each series to attack (default: %(default)s)"
    )
    _add_region(parser)
    parser.set_defaults(run=_run_peers)


def _run_peers(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.peers_files import write_peers  # noqa: PLC0415  other commands need none of it
    from StegoMedLib.benchmark.peers_page import summary_table  # noqa: PLC0415

    finder = make_finder(arguments.finder, arguments.engine)
    with ProgressBar("Measuring") as progress:
        report = write_peers(
            arguments.data,
            arguments.out,
            finder,
            slices=arguments.slices,
            attacked=arguments.attacked,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            progress=progress,
        )
    write_json(report.as_json(), arguments.json_target)
    table = summary_table(report)
    show_table(table.title, table.columns, table.rows)
    if report.advice:
        say(report.advice)
    say(f"See {arguments.out / 'peers.html'}.")


def _add_steganalysis(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("steganalysis", help="how well a detector tells marked planes (needs scikit-learn)")
    add_comparison(parser)
    _add_region(parser)
    parser.set_defaults(run=_run_steganalysis)


def _run_steganalysis(arguments: argparse.Namespace) -> None:
    from StegoMedLib.benchmark.steganalysis_files import (  # noqa: PLC0415  other commands need none of it
        detection_table,
        write_steganalysis,
    )

    finder = make_finder(arguments.finder, arguments.engine)
    with ProgressBar("Measuring") as progress:
        rows = write_steganalysis(
            arguments.data,
            arguments.out,
            finder,
            slices=arguments.slices,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            progress=progress,
        )
    write_json({"rows": [row.as_json() for row in rows]}, arguments.json_target)
    table = detection_table(rows)
    show_table(table.title, table.columns, table.rows)
    say(f"See {arguments.out / 'steganalysis.html'}.")


def _add_region(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--finder", default="maskrcnn", choices=FINDERS, help="region finder (default: %(default)s)")
    parser.add_argument("--engine", default="auto", choices=ENGINES, help="what runs Mask R-CNN")
