"""``stegomed reveal``: take files out of photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import key_to_open
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.errors import NotEveryFileError
from StegoMedLib.photo.places import check_places
from StegoMedLib.photo.reveal import reveal_files
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.photo.reveal import RevealReport

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    check_places(arguments.photographs, arguments.out, overwrite=arguments.overwrite)
    key = key_to_open(arguments)
    with progress_bar("Looking into the photographs") as progress:
        report = reveal_files(
            arguments.photographs, arguments.out, key, overwrite=arguments.overwrite, progress=progress
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _show(report: RevealReport) -> None:
    """What was found.

    Raises
    ------
    NotEveryFileError
        Of some secret, too few photographs are there.
    """
    serving = sum(each.secret > 0 for each in report.photographs)
    say(
        f"{counted(len(report.files), 'file')} written, each as it was sealed; {serving} of "
        f"{counted(len(report.photographs), 'photograph')} carried a share."
    )
    if report.incomplete:
        raise NotEveryFileError(*report.incomplete)
