"""``stegomed restore``: give images back as they were before embedding, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_target
from StegoMedLib.cli.keys import key_to_open
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_table
from StegoMedLib.errors import NotEveryFileError
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.restore import RESTORED, STAYS, UNMARKED, restore_series
from StegoMedLib.pipeline.written_anew import check_places
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.pipeline.restore import RestoreReport

__all__ = ["run"]

_ROWS = 40
"""Rows of the table at most: the JSON report has all of them."""


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    source = arguments.source
    target = chosen_target(arguments.target, source)
    output = Output(arguments.syntax, arguments.accept_lossy, arguments.overwrite, arguments.copy_others)
    listing = check_places(source, target, output)  # before anybody has to type a passphrase
    key = key_to_open(arguments)
    with progress_bar("Restoring the images") as progress:
        report = restore_series(source, target, key, output=output, listing=listing, progress=progress)
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _show(report: RestoreReport) -> None:
    """What became of every slice, and of the files.

    Raises
    ------
    NotEveryFileError
        When a slice with a record was not restored, or a file is left out.
    """
    rows = [
        (row.file, str(row.frame), "agrees" if row.digest_agrees else "", row.state, row.reason)
        for row in report.slices
    ]
    show_table("Slices", ["file", "frame", "digest", "state", "why"], rows[:_ROWS])
    if len(rows) > _ROWS:
        say(f"And {len(rows) - _ROWS} more; the JSON report (--json FILE) lists all.")
    restored = report.count(RESTORED)
    say(
        f"{restored} of {counted(len(rows), 'slice')} {'is' if restored == 1 else 'are'} restored, and what was sealed "
        f"of them before embedding agrees; {report.count(UNMARKED)} carried no record that the key reads. Headers are "
        "as they came."
    )
    account_for(report.files, "written")
    kept = report.count(STAYS)
    if kept:
        raise NotEveryFileError(
            f"{counted(kept, 'slice')} still {'carries' if kept == 1 else 'carry'} a record, as the table says; erase "
            "it, or use the images as they were."
        )
