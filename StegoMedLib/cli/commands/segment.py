"""``stegomed segment``: find the body in every slice and write the masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_common, add_finder, add_overwrite, chosen_masks
from StegoMedLib.cli.screen import ProgressBar, say, write_json
from StegoMedLib.pipeline.survey import segment_series

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("segment", help="write the mask of the body of every slice as PNG")
    parser.add_argument("source", type=Path, metavar="SRC", help="DICOM file or folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the masks")
    add_finder(parser)
    add_overwrite(parser)
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    with ProgressBar("Finding the body") as progress:
        report = segment_series(
            arguments.source,
            arguments.out,
            chosen_masks(arguments),
            overwrite=arguments.overwrite,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
        )
    write_json(report.as_json(), arguments.json_target)
    bodies = sum(bool(row["body"]) for row in report.slices)
    say(f"{len(report.slices)} masks in {arguments.out}; a body in {bodies} of them.")
