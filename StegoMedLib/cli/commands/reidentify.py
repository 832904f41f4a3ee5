"""``stegomed reidentify``: put the identity back into a nameless study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.audits import note, opened_audit
from StegoMedLib.cli.chosen import chosen_target
from StegoMedLib.cli.keys import key_to_open
from StegoMedLib.cli.outcome import account_for_each
from StegoMedLib.cli.pem_files import read_private_key
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.decrypting import decrypt_series
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.pipeline.reidentify_report import DATA_SET, FILE, HEADER, IDENTITY, ReidentifyReport
from StegoMedLib.pipeline.results import FOLDER, check_results
from StegoMedLib.pipeline.written_anew import check_places
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from StegoMedLib.dicom import Listing
    from StegoMedLib.pipeline.results import ResultRow

__all__ = ["run"]
_NAMED = 12
_IN_WORDS = {
    FILE: "{} came back byte by byte, as proved by the digest of what was sent.",
    DATA_SET: "Every attribute and pixel of {} came back; the file is encoded in another way than it was.",
    HEADER: "Every attribute that went along came back in {}{}.",
    IDENTITY: "In {} it is said again who it is; other attributes did not go along.",
}


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    source = arguments.source
    target = chosen_target(arguments.target, source)
    output = Output(accept_lossy=arguments.accept_lossy, overwrite=arguments.overwrite)
    if arguments.results is not None:
        check_results(arguments.results, source, target, overwrite=output.overwrite)
    listing = check_places(source, target, output)  # before anybody has to type a passphrase
    audit = opened_audit(arguments, target)
    report = _done(arguments, source, target, output, listing)
    note(audit, report.as_event())
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _done(
    arguments: argparse.Namespace, source: Path, target: Path, output: Output, listing: Listing
) -> ReidentifyReport:
    results = arguments.results
    if arguments.private_key is not None:
        if arguments.restore_uids is not None or arguments.accept_altered:
            raise UsageError(
                "--private-key gives back what the headers hold, whatever the images are; leave --restore-uids and "
                "--accept-altered out."
            )
        private = read_private_key(arguments.private_key)
        with progress_bar("Decrypting the attributes") as progress:
            return decrypt_series(
                source, target, private, results=results, output=output, listing=listing, progress=progress
            )
    key = key_to_open(arguments)
    with progress_bar("Putting the identity back") as progress:
        return reidentify_series(
            source,
            target,
            key,
            accept_altered=arguments.accept_altered,
            restore_uids=arguments.restore_uids,
            results=results,
            output=output,
            listing=listing,
            progress=progress,
        )


def _show(report: ReidentifyReport) -> None:
    for level, sentence in _IN_WORDS.items():
        count = report.levels[level]
        rest = "" if all(row.pixels for row in report.rows if row.level == level) else "; pixels of the air are changed"
        if count:
            say(sentence.format(counted(count, "file"), rest))
    untied = sum(not row.tied for row in report.rows)
    if untied:
        say(f"Nothing shows that the identity of {counted(untied, 'file')} belongs to these images; look at them.")
    if report.missing:
        more = f" and {len(report.missing) - _NAMED} more" if len(report.missing) > _NAMED else ""
        say(f"Did not go along, and did not come back: {', '.join(report.missing[:_NAMED])}{more}.")
    lost = sorted({each for row in report.rows for each in row.lost} - set(report.missing))
    if lost:
        say(f"Could not be put back: {', '.join(lost[:_NAMED])}.")
    for sentence in report.series:
        say(sentence)
    counts = [(report.files, "written with the identity")]
    if report.results is not None:
        _tell_of(report.results.rows)
        counts.append((report.results.files, f"brought home into the folder '{FOLDER}'"))
    account_for_each(counts)


def _tell_of(results: Sequence[ResultRow]) -> None:
    """What is not at home of the results that were written."""
    strange = sum(not row.patient for row in results)
    if strange:
        say(
            f"{counted(strange, 'result')} of another study refer{'s' * (strange == 1)} to this one: references are "
            "put back, patient and study stay as they were; look at them."
        )
    unknown = [row.unknown for row in results if row.unknown]
    if unknown:
        say(
            f"{counted(len(unknown), 'result')} refer{'s' * (len(unknown) == 1)} to "
            f"{counted(sum(unknown), 'instance')} neither of this study nor among the results; these references "
            "stay as they were."
        )
