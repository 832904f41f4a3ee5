"""``stegomed embed``: embed a record in a series."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_ATTRIBUTES, LOST, SPREAD
from StegoMedLib.cli.chosen import chosen_masks, chosen_strength, chosen_target
from StegoMedLib.cli.keys import key_to_seal
from StegoMedLib.cli.outcome import account_for, check_kept
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_measures, show_table
from StegoMedLib.cli.sharing import chosen_workers
from StegoMedLib.envelope import FileRecord, Record, TextRecord
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.metrics import PAPER_NOTE
from StegoMedLib.pipeline.embed import check_embedding, embed_series
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from StegoMedLib.pipeline.embed_report import EmbedReport

__all__ = ["run"]
_LARGEST_RECORD = 16 * 1024 * 1024
"""Bytes read of a record; far more than any symbol holds."""


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    method = Method(
        arguments.profile,
        arguments.mode,
        _lost(arguments),
        arguments.beta,
        chosen_strength(arguments),
        arguments.tiles,
        arguments.replace,
    )
    content = Content(_record(arguments), _attributes(arguments.attributes))
    output = Output(arguments.syntax, arguments.accept_lossy, arguments.overwrite, arguments.copy_others)
    # What can be refused is refused before anybody has to type a passphrase.
    source, masks = arguments.source, chosen_masks(arguments)
    target = chosen_target(arguments.target, source)
    listing = check_embedding(source, target, method, output)
    key = key_to_seal(arguments)
    with progress_bar("Embedding the record") as progress:
        report = embed_series(
            source,
            target,
            key,
            masks,
            content=content,
            method=method,
            output=output,
            listing=listing,
            progress=progress,
            processes=chosen_workers(arguments),
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _lost(arguments: argparse.Namespace) -> float:
    if arguments.lost is None:
        return LOST
    if arguments.mode != SPREAD:
        raise UsageError("--lost goes with --mode spread; add it, or leave --lost out.")
    return float(arguments.lost)


def _record(arguments: argparse.Namespace) -> Record | None:
    """Record of a text or file; None for the header."""
    if arguments.record == "header":
        if arguments.content is not None:
            raise UsageError("--from goes with --record text or --record file; add one of them.")
        return None
    if arguments.attributes is not None:
        raise UsageError("--attributes goes with --record header; leave it out.")
    if arguments.content is None:
        raise UsageError(f"--record {arguments.record} needs --from FILE (- for standard input).")
    content = _content(arguments.content)
    if arguments.record == "file":
        return FileRecord("record" if str(arguments.content) == "-" else arguments.content.name, content)
    try:
        return TextRecord(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnusableInputError(f"{arguments.content} is not UTF-8 text; embed it with --record file.") from None


def _content(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(_LARGEST_RECORD + 1)
        with file.open("rb") as stream:
            return stream.read(_LARGEST_RECORD + 1)
    except OSError as error:
        name, cause = "standard input" if str(file) == "-" else file, error.strerror or "it is closed"
        raise UnusableInputError(f"{name} cannot be read ({cause}); name a file that you may read.") from None


def _attributes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return tuple(DEFAULT_ATTRIBUTES)
    keywords = tuple(keyword.strip() for keyword in text.split(",") if keyword.strip())
    if not keywords:
        raise UsageError(
            "--attributes is empty; name attributes, as in PatientName,PatientID, or leave the option out."
        )
    return keywords


def _show(report: EmbedReport) -> None:
    show_measures(f"Profile {report.profile}, QR version {report.symbol_version}", report.summary())
    say(PAPER_NOTE)
    skipped = [[row.file, row.frame, row.reason] for row in report.slices if row.state == "skipped"]
    if skipped:
        show_table("Skipped: written with unchanged pixels", ["file", "frame", "reason"], skipped)
    for shards in report.shards:
        say(
            f"The record is spread over {shards['written']} slices with {shards['shard_bytes']} bytes each; any "
            f"{shards['needed']} of them are enough to extract it."
        )
    total = counted(len(report.slices), "slice")
    say(f"{'A part of the' if report.shards else 'The'} record is embedded in {report.embedded} of {total}.")
    account_for(report.files, "written")
    check_kept(report.kept, left_together=report.left_together)
