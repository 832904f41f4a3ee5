"""``stegomed attack``: do to a series what transport, storage or somebody else may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_target
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_measures
from StegoMedLib.lab.attacks.series import AttackReport, attack_series
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    target = chosen_target(arguments.target, arguments.source)
    with progress_bar("Attacking") as progress:
        report = attack_series(
            arguments.source,
            target,
            arguments.kind,
            arguments.level,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            accept_lossy=arguments.accept_lossy,
            copy_others=arguments.copy_others,
            progress=progress,
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _show(report: AttackReport) -> None:
    lost = sum(row.state == "lost" for row in report.slices)
    if report.summary():
        show_measures(f"{report.kind} at {report.level:g} ({report.unit})", report.summary())
    say(f"{counted(len(report.slices) - lost, 'slice')} written, {lost} lost.")
    account_for(report.files, "written", lost=report.lost)
