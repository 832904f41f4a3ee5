"""``stegomed conceal``: put files into photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import key_is_given, key_to_seal
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_table
from StegoMedLib.cli.sharing import chosen_workers
from StegoMedLib.envelope import KeyFile
from StegoMedLib.errors import UsageError
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of, sealed_bytes
from StegoMedLib.photo.needs import bytes_in_words, needs_in_words
from StegoMedLib.photo.places import check_places
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from StegoMedLib.photo.conceal import ConcealReport

__all__ = ["run"]

_ROWS = 40


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    options = Concealment(
        arguments.may_lose,
        metadata=not arguments.remove_metadata,
        decode_lossy=arguments.decode_jpeg,
        overwrite=arguments.overwrite,
        processes=chosen_workers(arguments),
    )
    files = files_of(arguments.source)
    if not arguments.photographs:
        _say_needs(files, arguments)
        return
    if arguments.out is None:
        raise UsageError("Name the folder to write the photographs to, with --out DIR.")
    check_places([arguments.source, *arguments.photographs], arguments.out, overwrite=options.overwrite)
    key = key_to_seal(arguments)
    with progress_bar("Concealing the files") as progress:
        report = conceal_files(
            files, arguments.photographs, arguments.out, key, options=options, announce=say, progress=progress
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _say_needs(files: list[tuple[Path, str]], arguments: argparse.Namespace) -> None:
    """How many photographs of which size it would take; nobody is asked for a passphrase for that."""
    if arguments.out is not None:
        raise UsageError("Name the photographs, too; without --out, the command tells how many it would take.")
    key = key_to_seal(arguments) if key_is_given(arguments) else KeyFile.made()
    with progress_bar("Measuring the files") as progress:
        size = sealed_bytes(files, key, progress)
    say(f"{counted(len(files), 'file')}: {bytes_in_words(size)} sealed.")
    for line in needs_in_words(size, arguments.may_lose):
        say(line)
    deliver({"files": [name for _, name in files], "sealed_bytes": size}, arguments.json_target, lambda: None)


def _show(report: ConcealReport) -> None:
    rows = [
        (row.file, row.source, f"{row.psnr:.1f} dB", f"{row.bits_a_sample:.2f}", f"{100 * row.changed:.1f} %")
        for row in report.photographs
    ]
    show_table("Photographs", ["file", "made of", "PSNR", "bits a sample", "changed"], rows[:_ROWS])
    if len(rows) > _ROWS:
        say(f"And {len(rows) - _ROWS} more; the JSON report (--json FILE) lists all.")
    for path in report.lossy:
        say(
            f"{path} had been compressed with loss: the result is a PNG, and who looks for it can tell that it changed."
        )
    for path in report.unused:
        say(f"{path} is too small beside the others to carry anything, and was not written.")
    lose = f" Any {report.may_be_lost} of them may be lost." if report.may_be_lost else ""
    say(
        f"{counted(len(report.files), 'file')} of {bytes_in_words(report.source_bytes)} went into "
        f"{counted(len(rows), 'photograph')}.{lose} Show nobody the photographs they were made of: side by side, the "
        "changes can be seen."
    )
