"""``stegomed benchmark``: our profiles beside the paper and beside other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_FINDER, ENGINES, FINDERS
from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, filled_path

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]

_DATA = Path("..", "shared", "data")
"""Where the real series lie in the project's own working place."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    comparisons = parser.add_subparsers(title="comparisons", metavar="COMPARISON", dest="comparison", required=True)
    _add_paper(comparisons)
    _add_peers(comparisons)
    _add_steganalysis(comparisons)
    _add_safety(comparisons)


def _add_paper(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("paper", help="repeat the paper's tables with its rule and with our profiles")
    _add_common(parser)


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
    parser.add_argument("--slices", type=int, metavar="N", help="at most N slices of each series, for a quick look")
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


def _add_peers(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser("peers", help="compare our profiles with other methods: time, quality, errors")
    _add_common(parser)
    parser.add_argument(
        "--attacked", type=int, default=2, metavar="N", help="slices of each series to attack (default: %(default)s)"
    )


def _add_steganalysis(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser(
        "steganalysis", help="train detectors, and measure how well they recognise marked planes (needs scikit-learn)"
    )
    _add_common(parser)


def _add_safety(comparisons: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = comparisons.add_parser(
        "safety", help="count the pixels of patients that are usable or changed, with reference masks (must be 0)"
    )
    _add_common(parser)
