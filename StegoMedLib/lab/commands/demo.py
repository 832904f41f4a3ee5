"""``stegomed demo``: the main job from end to end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks
from StegoMedLib.cli.keys import key_is_given, key_to_seal
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.records import show_records
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_measures
from StegoMedLib.dicom import list_files
from StegoMedLib.lab.demo import DemoReport, run_demo
from StegoMedLib.series.staging import check_target
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from StegoMedLib.series.slice import Progress

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    series, masks = arguments.series, chosen_masks(arguments)
    # What can be refused is refused before anybody has to type a passphrase.
    check_target(series, arguments.out, overwrite=arguments.overwrite)
    listing = None if series is None else list_files(series)
    key = key_to_seal(arguments) if key_is_given(arguments) else None
    with ExitStack() as bars:

        def stage(name: str) -> Progress:
            bars.close()
            return bars.enter_context(progress_bar(name))

        report = run_demo(
            arguments.out,
            masks,
            series=series,
            listing=listing,
            key=key,
            overwrite=arguments.overwrite,
            stage=stage,
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report, arguments.out))


def _show(report: DemoReport, out: Path) -> None:
    show_records(report.extracted, "Record extracted from the saved files")
    show_measures("Measures", report.evaluated.summary())
    embedded = report.embedded
    total = counted(len(embedded.slices), "slice")
    say(f"The record is embedded in {embedded.embedded} of {total}; see {out / 'page.png'}.")
    account_for(embedded.files, "written", must_look=report.extracted.must_look)
