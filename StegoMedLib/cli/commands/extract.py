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
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.altered_picture import draw_altered
from StegoMedLib.pipeline.extract import ExtractReport, extract_series, save_files
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.staging import check_target, is_in
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    listing = list_files(arguments.source)  # before anybody has to type a passphrase
    _check_folders(arguments.source, arguments.out, arguments.altered)
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
    if arguments.altered is not None:
        series = FileSeries(arguments.source, listing, accept_lossy=arguments.accept_lossy)
        pictures = draw_altered(report, series, arguments.altered)
        say(f"{counted(pictures, 'altered slice')}: {f'see {arguments.altered}' if pictures else 'no pictures'}.")
    deliver(report.as_json(), arguments.json_target, lambda: _show(report, kept=arguments.out is not None))


def _check_folders(source: Path, out: Path | None, altered: Path | None) -> None:
    """Refuse a folder for pictures that holds something, or would."""
    if altered is None:
        return
    check_target(source, altered, overwrite=False)
    if out is not None and (is_in(altered.resolve(), out.resolve()) or is_in(out.resolve(), altered.resolve())):
        raise UsageError("The record and the pictures of --altered need separate folders; name another one.")


def _show(report: ExtractReport, *, kept: bool) -> None:
    show_records(report, "Record")
    if not kept and any(isinstance(record, FileRecord) for record in report.records):
        say("The record is a file, which was not saved; add --out DIR to save it in that folder.")
    read = sum(row.record is not None for row in report.slices)
    say(f"Extracted from {read} of {counted(len(report.slices), 'slice')}, profile {report.profile}.")
    say(f"Binding of the slices: {report.states}.")
    for sentence in report.series_in_words:
        say(sentence)
    for shards in report.shards:
        total = counted(shards.total, "slice")
        say(f"A record is spread over {total} ({shards.needed} needed, {shards.found} found).")
    if read == 0:
        say("No slice could be read alone; the record was extracted from all of them together.")
    say(f"Lowest quality: {report.quality:.2f}, where 1 is perfect and 0 is about to fail.")
    account_for(report.files, "read", must_look=report.must_look)
