"""``stegomed evaluate``: compare a stego series with its cover, or region finders with reference masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import BASELINE_FINDER, DEFAULT_FINDER
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_measures, show_table
from StegoMedLib.errors import UsageError
from StegoMedLib.lab.evaluation.masks import PAPER_IOU, AgreementReport, evaluate_masks
from StegoMedLib.lab.evaluation.stego import EvaluateReport, evaluate_series
from StegoMedLib.lab.pictures.worst import WorstSlices
from StegoMedLib.metrics import PAPER_NOTE
from StegoMedLib.regions import make_finder
from StegoMedLib.series.masks import FolderMasks
from StegoMedLib.series.staging import check_target, staged
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    if arguments.stego is None:
        _run_masks(arguments)
    else:
        _run_series(arguments)


def _run_series(arguments: argparse.Namespace) -> None:
    if arguments.pictures is not None:
        raise UsageError("--pictures needs reference masks and no STEGO; leave STEGO out, and give --masks.")
    finder = None if arguments.finder is None else make_finder(arguments.finder, arguments.engine)
    with progress_bar("Comparing") as progress:
        report = evaluate_series(
            arguments.cover,
            arguments.stego,
            references=arguments.masks,
            finder=finder,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show_series(report))


def _show_series(report: EvaluateReport) -> None:
    show_measures(counted(len(report.slices), "slice"), report.summary())
    say(PAPER_NOTE)
    account_for(report.files, "compared")


def _run_masks(arguments: argparse.Namespace) -> None:
    if arguments.masks is None:
        raise UsageError(
            "Without STEGO, the region finder is compared with reference masks; name their folder with --masks."
        )
    if arguments.pictures is not None:
        check_target(arguments.cover, arguments.pictures, overwrite=arguments.overwrite)
    names = dict.fromkeys((arguments.finder or DEFAULT_FINDER, BASELINE_FINDER))
    finders = [make_finder(name, arguments.engine) for name in names]
    worst = None if arguments.pictures is None else WorstSlices(finders[0].name)
    with progress_bar("Comparing") as progress:
        report = evaluate_masks(
            arguments.cover,
            FolderMasks(arguments.masks),
            finders,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
            onlooker=None if worst is None else worst.take,
        )
    pictures = _draw(worst, arguments.pictures, overwrite=arguments.overwrite)
    deliver({**report.as_json(), "pictures": pictures}, arguments.json_target, lambda: _show(report))


def _draw(worst: WorstSlices | None, folder: Path | None, *, overwrite: bool) -> list[str]:
    """Write the sheets of the worst slices, and give their files' names."""
    if worst is None or folder is None:
        return []
    with staged(folder, overwrite=overwrite) as work:
        return worst.draw(work)


def _show(report: AgreementReport) -> None:
    columns = ["series", "orientation", "slices"]
    for name in report.finders:
        columns += [f"IoU of {name}", "least", "body pixels outside the guard"]
    rows = [
        [group.series, group.orientation, group.slices]
        + [
            cell
            for measured in group.finders.values()
            for cell in (measured["iou"]["mean"], measured["iou"]["min"], measured["missed_unguarded"]["max"])
        ]
        for group in report.groups()
    ]
    show_table(f"{counted(len(report.slices), 'slice')}; the paper's mean IoU is {PAPER_IOU}", columns, rows)
    account_for(report.files, "compared")
