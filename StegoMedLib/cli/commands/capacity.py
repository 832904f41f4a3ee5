"""``stegomed capacity``: how much fits in every slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, show_table
from StegoMedLib.cli.sharing import chosen_workers
from StegoMedLib.pipeline.survey import CapacityReport, measure_capacity

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]

_COLUMNS = {
    "file": "file",
    "frame": "frame",
    "usable_blocks": "usable blocks",
    "capacity_bits": "bits",
    "symbol_version": "largest QR version",
    "record_bytes": "bytes of record",
    "reason": "what limits it",
}


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    with progress_bar("Measuring capacity") as progress:
        report = measure_capacity(
            arguments.source,
            chosen_masks(arguments),
            profile=arguments.profile,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
            processes=chosen_workers(arguments),
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _show(report: CapacityReport) -> None:
    rows = [[getattr(row, key) for key in _COLUMNS] for row in report.slices]
    show_table(f"Capacity for a record, profile {report.profile}", list(_COLUMNS.values()), rows)
    account_for(report.files, "measured")
