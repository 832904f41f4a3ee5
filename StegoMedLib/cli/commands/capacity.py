"""``stegomed capacity``: how much fits in every slice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_common, add_finder, add_profile, chosen_masks
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.screen import ProgressBar, show_table, write_json
from StegoMedLib.pipeline.survey import measure_capacity

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]

_COLUMNS = {
    "file": "file",
    "frame": "frame",
    "usable_blocks": "usable blocks",
    "capacity_bits": "bits",
    "symbol_version": "largest QR version",
    "record_bytes": "bytes of record",
    "reason": "why no more",
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("capacity", help="tell how much fits in every slice")
    parser.add_argument("source", type=Path, metavar="SRC", help="DICOM file or folder")
    add_profile(parser)
    add_finder(parser)
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    with ProgressBar("Measuring room") as progress:
        report = measure_capacity(
            arguments.source,
            chosen_masks(arguments),
            profile=arguments.profile,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
        )
    write_json(report.as_json(), arguments.json_target)
    rows = [[row[key] for key in _COLUMNS] for row in report.slices]
    show_table(f"Room for a record, profile {report.profile}", list(_COLUMNS.values()), rows)
    account_for(report.files, "measured")
