"""``stegomed extract``: read the record again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks
from StegoMedLib.cli.keys import key_to_open
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.records import show_records
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.dicom import list_files
from StegoMedLib.envelope import FileRecord
from StegoMedLib.pipeline.extract import ExtractReport, extract_series, save_files
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    listing = list_files(arguments.source)  # before anybody has to type a passphrase
    # Most profiles read every block, and take masks as a hint when they are there.
    needed = arguments.profile is not None and profile_info(arguments.profile).needs_mask
    wanted = needed or arguments.masks is not None
    masks = chosen_masks(arguments) if wanted else None
    key = key_to_open(arguments)
    with progress_bar("Extracting the record") as progress:
        report = extract_series(
            arguments.source,
            key,
            profile=arguments.profile,
            masks=masks,
            beta=arguments.beta,
            accept_lossy=arguments.accept_lossy,
            listing=listing,
            progress=progress,
        )
    if arguments.out is not None:
        for place in save_files(report, arguments.out):
            say(f"Wrote {place}.")
    deliver(report.as_json(), arguments.json_target, lambda: _show(report, kept=arguments.out is not None))


def _show(report: ExtractReport, *, kept: bool) -> None:
    show_records(report, "Record")
    if not kept and any(isinstance(record, FileRecord) for record in report.records):
        say("The record is a file, which was not saved; add --out DIR to save it in that folder.")
    read = sum(row.record is not None for row in report.slices)
    say(f"Extracted from {read} of {counted(len(report.slices), 'slice')}, profile {report.profile}.")
    for shards in report.shards:
        total = counted(shards.total, "slice")
        say(f"A record is spread over {total} ({shards.needed} needed, {shards.found} found).")
    if read == 0:
        say("No slice could be read alone; the record was extracted from all of them together.")
    say(f"Lowest quality: {report.quality:.2f}, where 1 is perfect and 0 is about to fail.")
    account_for(report.files, "read", must_look=report.must_look)
