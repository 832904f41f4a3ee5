"""``stegomed evaluate``: compare a stego series with its cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_common
from StegoMedLib.cli.screen import ProgressBar, say, show_measures, write_json
from StegoMedLib.metrics import PAPER_NOTE
from StegoMedLib.pipeline.evaluate import evaluate_series
from StegoMedLib.pipeline.masks import FinderMasks
from StegoMedLib.regions import ENGINES, FINDERS, make_finder

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("evaluate", help="measure a stego series against its cover")
    parser.add_argument("cover", type=Path, metavar="COVER", help="DICOM file or folder before hiding")
    parser.add_argument("stego", type=Path, metavar="STEGO", help="DICOM file or folder after hiding")
    parser.add_argument("--masks", type=Path, metavar="DIR", help="reference masks: adds changed_significant")
    parser.add_argument(
        "--finder",
        choices=FINDERS,
        help="adds ncc_mask, and with --masks iou and dice, of this finder",
    )
    parser.add_argument("--engine", default="auto", choices=ENGINES, help="what runs Mask R-CNN")
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    finder = None if arguments.finder is None else FinderMasks(make_finder(arguments.finder, arguments.engine))
    with ProgressBar("Comparing") as progress:
        report = evaluate_series(
            arguments.cover,
            arguments.stego,
            references=arguments.masks,
            finder=finder,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
        )
    write_json(report.as_json(), arguments.json_target)
    show_measures(f"{len(report.slices)} slices", report.summary())
    say(PAPER_NOTE)
    if report.unpaired:
        say(f"{len(report.unpaired)} files have no cover here and were left out.")
