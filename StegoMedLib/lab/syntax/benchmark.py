"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_FINDER, ENGINES, FINDERS
from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, filled_path
from StegoMedLib.lab.benchmark.catalogue import COMPARISONS

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]

_DATA = Path("..", "shared", "data")
"""Where the real series lie in the project's own working place."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    comparisons = parser.add_subparsers(title="comparisons", metavar="COMPARISON", dest="comparison", required=True)
    for called, comparison in COMPARISONS.items():
        each = comparisons.add_parser(called, help=comparison.does)
        _add_common(each)
        for name, default, what in comparison.numbers:
            told = f"{what} (default: %(default)s)"
            each.add_argument(f"--{name}", type=int, default=default, metavar="N", help=told)
        for name, what in comparison.files:
            each.add_argument(f"--{name}", type=filled_path, metavar="FILE", help=what)


def _add_common(parser: argparse.ArgumentParser) -> None:
    """What all comparisons take: data, target, region finder, how many slices, JSON."""
    parser.add_argument(
        "--data",
        type=filled_path,
        default=_DATA,
        metavar="DIR",
        help="folder with the series in curated/ and their masks in masks/curated/ (default: %(default)s)",
    )
    parser.add_argument(
        "--out", type=filled_path, required=True, metavar="DIR", help="folder for the page, its data and its pictures"
    )
    parser.add_argument(
        "--slices",
        type=int,
        metavar="N",
        help="at most N slices of each series, for a quick look; of photo, N crops of each photograph",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of payloads and noise (default: %(default)s)"
    )
    add_json(parser)
    parser.add_argument(
        "--finder", default=DEFAULT_FINDER, choices=FINDERS, help="region finder (default: %(default)s)"
    )
    parser.add_argument(
        "--engine", default="auto", choices=ENGINES, help="the software that runs Mask R-CNN (default: %(default)s)"
    )
    add_overwrite(parser)
    add_debug(parser)
