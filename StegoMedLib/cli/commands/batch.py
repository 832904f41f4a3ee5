"""``stegomed batch``: work on many series, each by itself, on many processes or machines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.batch.crew import Crew, Workers
from StegoMedLib.batch.keys import fingerprint_of
from StegoMedLib.batch.manifest import Manifest
from StegoMedLib.batch.page import is_page, page
from StegoMedLib.batch.run import find_series
from StegoMedLib.batch.run import run as run_batch
from StegoMedLib.batch.settings import (
    DEIDENTIFY,
    EMBED,
    EXTRACT,
    REIDENTIFY,
    SEALING,
    KeyPlaces,
    ServerPlaces,
    Settings,
)
from StegoMedLib.choices import CARRIED_HEADER, LOST, PASSPHRASE_VARIABLE
from StegoMedLib.cli.chosen import chosen_strength, chosen_words
from StegoMedLib.cli.keys import key_to_open, key_to_seal
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_table
from StegoMedLib.cli.syntax.common import STANDARD_INPUT
from StegoMedLib.errors import CancelledError, NotEveryFileError, PersonMustLookError, UnusableInputError, UsageError
from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.network.addresses import Address
from StegoMedLib.processes import cores
from StegoMedLib.series.staging import is_in
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from StegoMedLib.batch.manifest import Row
    from StegoMedLib.batch.report import BatchReport
    from StegoMedLib.envelope import Key

__all__ = ["run"]

_ROWS = 40
_FOR = {
    "attributes": (EMBED,),
    "tiles": (EMBED,),
    "retain": (DEIDENTIFY,),
    "clean": (DEIDENTIFY,),
    "remove": (DEIDENTIFY,),
    "pseudonyms": (DEIDENTIFY,),
    "encrypted_attributes": (DEIDENTIFY,),
    "lost": (DEIDENTIFY,),
    "header_suffices": (DEIDENTIFY,),
    "accept_burned_in": (DEIDENTIFY,),
    "recipient": SEALING,
    "identity": (EXTRACT, REIDENTIFY),
    "accept_altered": (REIDENTIFY,),
}
"""Options that are for some of what can be done."""


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    target = Path(os.path.abspath(arguments.target))  # noqa: PTH100  links stay as they are
    place = arguments.manifest or target.with_name(f"{target.name}.batch.sqlite")
    settings = _settings(arguments)
    _check_places(arguments, target, place, settings)
    with Manifest(place) as manifest:
        key = key_to_seal(arguments) if settings.action in SEALING else key_to_open(arguments)
        _claim(manifest, target, key, settings)
        workers = Workers(arguments.scheduler or "", arguments.local or cores(), arguments.tries)
        try:
            report = _worked(arguments, manifest, target, Crew(workers, settings, key))
        except KeyboardInterrupt:
            raise CancelledError("Cancelled; what is done is done: start the same command again to go on.") from None
        if arguments.page is not None:
            write_whole(arguments.page, page(report), mode=PRIVATE)
        deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _worked(arguments: argparse.Namespace, manifest: Manifest, target: Path, crew: Crew) -> BatchReport:
    with crew:
        with progress_bar("Finding series") as progress:
            find_series(arguments.sources, manifest, crew, progress)
        _check_any(manifest, arguments)
        with progress_bar("Working on the files") as progress:
            return run_batch(manifest, target, crew, again=arguments.again, progress=progress, tell=say)


def _settings(arguments: argparse.Namespace) -> Settings:
    """What is done, with all paths as others on this file system find them.

    Raises
    ------
    UsageError
        Options do not go together.
    """
    _check_options(arguments)
    return Settings(
        arguments.do,
        keys=_key_places(arguments),
        server=ServerPlaces(
            _there(arguments.credentials),
            _there(arguments.ca),
            _there(arguments.client_certificate),
            _there(arguments.client_key),
            arguments.accept_http,
        ),
        preset=arguments.preset,
        retain=chosen_words(arguments.retain),
        clean=tuple(arguments.clean),
        remove=chosen_words(arguments.remove),
        pseudonyms=_there(arguments.pseudonyms),
        certificates=_all_there(arguments.encrypted_attributes),
        carry=arguments.carry,
        lost=LOST if arguments.lost is None else arguments.lost,
        header_suffices=arguments.header_suffices,
        accept_burned_in=arguments.accept_burned_in,
        accept_altered=arguments.accept_altered,
        accept_lossy=arguments.accept_lossy,
        attributes=chosen_words([arguments.attributes or ""]),
        profile=arguments.profile,
        strength=chosen_strength(arguments),
        tiles=arguments.tiles,
        syntax=arguments.syntax,
        finder=arguments.finder,
        engine=arguments.engine,
    )


def _check_options(arguments: argparse.Namespace) -> None:
    for name, doings in _FOR.items():
        if getattr(arguments, name) and arguments.do not in doings:
            raise UsageError(f"--{name.replace('_', '-')} goes with --do {' or '.join(doings)}; leave it out.")
    if arguments.lost is not None and arguments.carry != CARRIED_HEADER:
        raise UsageError("--lost goes with --carry header; add it, or leave --lost out.")
    if arguments.scheduler and str(arguments.passphrase_file) == STANDARD_INPUT:
        raise UsageError(
            "Workers elsewhere cannot read the passphrase from standard input; name a file that they can read, or set "
            f"{PASSPHRASE_VARIABLE} where they are started."
        )


def _key_places(arguments: argparse.Namespace) -> KeyPlaces:
    """Where workers find the key; what is typed goes into the environment of our own processes alone.

    Raises
    ------
    UsageError
        Workers elsewhere would have to ask for it.
    """
    file = arguments.passphrase_file
    typed = str(file) == STANDARD_INPUT
    named = file is not None or arguments.key_file or arguments.recipient or arguments.identity
    from_environment = typed or not named
    if arguments.scheduler and from_environment and PASSPHRASE_VARIABLE not in os.environ:
        raise UsageError(
            f"Workers elsewhere cannot ask for a passphrase; set {PASSPHRASE_VARIABLE} here and where they are "
            "started, or name a file that they can read with --passphrase-file or --key-file."
        )
    return KeyPlaces(
        from_environment,
        None if typed else _there(file),
        _there(arguments.key_file),
        _all_there(arguments.recipient),
        _all_there(arguments.identity),
    )


def _there(file: Path | None) -> Path | None:
    return None if file is None else Path(os.path.abspath(file))  # noqa: PTH100  links stay as they are


def _all_there(files: Sequence[Path] | None) -> tuple[Path, ...]:
    return tuple(Path(os.path.abspath(file)) for file in files or ())  # noqa: PTH100


def _check_places(arguments: argparse.Namespace, target: Path, manifest: Path, settings: Settings) -> None:
    """Refuse places that overlap, before anything is made.

    Raises
    ------
    UnusableInputError
    """
    sources = [Path(os.path.realpath(each)) for each in arguments.sources if not isinstance(each, Address)]
    place = Path(os.path.realpath(target))
    if any(is_in(place, each) or is_in(each, place) for each in sources):
        raise UnusableInputError(f"{target} and a source overlap, and a source is never changed; name another target.")
    if os.path.lexists(target) and not os.path.isdir(target):  # noqa: PTH112 pathlib raises where none may enter
        raise UnusableInputError(f"{target} is not a folder; name another target.")
    keys = [Path(os.path.realpath(each)) for each in settings.places()]
    for made in (manifest, arguments.page):
        if made is not None:
            real = Path(os.path.realpath(made))
            if any(is_in(real, each) for each in (*sources, *keys, place)):
                raise UnusableInputError(f"{made} would lie in a source or in DST, or is a key; name another file.")
    if arguments.page is not None and os.path.lexists(arguments.page) and not is_page(arguments.page):
        raise UnusableInputError(f"{arguments.page} exists and is no page of a batch; name another file for the page.")


def _claim(manifest: Manifest, target: Path, key: Key, settings: Settings) -> None:
    """Make the manifest this batch's.

    Raises
    ------
    UnusableInputError
        It is another batch's, or the target is nobody's.
    """
    check = fingerprint_of(key)
    if not check and settings.action in SEALING:
        raise UnusableInputError(
            "The key holds nothing secret, so that no series would agree with another; add a key file or a passphrase."
        )
    if manifest.is_new and os.path.isdir(target) and any(target.iterdir()):  # noqa: PTH112
        raise UnusableInputError(
            f"{target} holds something already, and {manifest.place} does not say what; name another target, or the "
            "manifest of the batch that wrote it with --manifest."
        )
    manifest.claim(settings.described(), check)


def _check_any(manifest: Manifest, arguments: argparse.Namespace) -> None:
    if not manifest.states():
        row = next(manifest.left_out(), None)
        example = f", for instance because {row[1]}" if row else "; name folders with CT or MR images."
        raise UnusableInputError(
            f"There is no usable DICOM image in {', '.join(str(each) for each in arguments.sources)}{example}"
        )


def _show(report: BatchReport) -> None:
    """Say what became of everything, and end as that calls for.

    Raises
    ------
    PersonMustLookError, NotEveryFileError
    """
    if not report.worked_on:
        say("Everything was done already.")
    show_table("Series", ["state", "series"], report.series.items())
    _show_series("Set aside", report, report.set_aside)
    _show_series("Changed since they were worked on", report, report.changed)
    left_out = report.files_left_out(_ROWS + 1)
    if left_out:
        show_table("Left out", ["file", "why"], left_out[:_ROWS])
        if len(left_out) > _ROWS:
            say("And more; the JSON report (--json FILE) lists all.")
    totals = report.totals
    if totals.slices:
        say(f"{totals.carrying} of {counted(totals.slices, 'slice')} carry something.")
    parts = [f"{report.written} written"]
    parts += [
        f"{count} {what}" for count, what in ((report.left_out, "left out"), (report.aside, "set aside")) if count
    ]
    sentence = f"{counted(report.came_in, 'file')} came in: {', '.join(parts)}."
    must_look = _must_look(report)
    if must_look:
        say(sentence)
        raise PersonMustLookError(*must_look)
    if report.left_out or report.aside or report.waiting or not report.balanced:
        raise NotEveryFileError(sentence)
    say(sentence)


def _show_series(title: str, report: BatchReport, rows: Sequence[Row]) -> None:
    if rows:
        cells = [(row.number, row.files, report.source(row), row.reason) for row in rows[:_ROWS]]
        show_table(title, ["series", "files", "first file", "why"], cells)
        if len(rows) > _ROWS:
            say("And more; the JSON report (--json FILE) lists all.")


def _must_look(report: BatchReport) -> list[str]:
    found = []
    if report.must_look:
        found.append(f"{len(report.must_look)} of the series must be looked at by a person; the report says why.")
    if report.changed:
        found.append(
            f"Files of {len(report.changed)} of the series that are done were changed since; their results "
            "are as they were. To make them anew, remove their folders in DST, and start again."
        )
    return found
