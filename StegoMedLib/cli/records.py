"""Records on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say, show_table
from StegoMedLib.envelope import record_in_words

if TYPE_CHECKING:
    from StegoMedLib.pipeline.extract import ExtractReport

__all__ = ["show_records"]


def show_records(report: ExtractReport, title: str) -> None:
    """Show every record that was read; where there are several, with the slices that carry it."""
    if report.common is not None:
        show_table(title, ["attribute", "value"], record_in_words(report.common).items())
        say("Beside it, the record of each image says which image it is.")
        return
    several = len(report.records) > 1
    for number, record in enumerate(report.records):
        head = f"{title}, {number + 1} of {len(report.records)}" if several else title
        show_table(head, ["attribute", "value"], record_in_words(record).items())
        if several:
            say(f"In {report.slices_of(number) or 'all slices together'}.")
