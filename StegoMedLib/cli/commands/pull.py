"""``stegomed pull``: fetch a study or a series from a DICOMweb server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.cli.servers import server_at
from StegoMedLib.errors import UsageError
from StegoMedLib.network.addresses import checked_uid
from StegoMedLib.series.staging import check_target
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.network.retrieving import Retrieved

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    study, series = _wanted(arguments)
    check_target(None, arguments.out, overwrite=arguments.overwrite)
    with (
        server_at(arguments.url, arguments, arguments.credentials) as server,
        progress_bar("Fetching the files") as progress,
    ):
        found = server.retrieve(study, series, into=arguments.out, overwrite=arguments.overwrite, progress=progress)
    report = {"server": arguments.url.base, **found.as_json()}
    deliver(report, arguments.json_target, lambda: _show(found, arguments))


def _wanted(arguments: argparse.Namespace) -> tuple[str, str | None]:
    """The UIDs that options or the URL name."""
    found = []
    for name in ("study", "series"):
        option, part = getattr(arguments, name), getattr(arguments.url, name)
        if option is not None and part not in (None, option):
            raise UsageError(f"The URL names another {name} than --{name}; leave one of them out.")
        found.append(part if option is None else checked_uid(option))
    study, series = found
    if study is None:
        raise UsageError("No study is named; add --study UID, or give the URL of a study.")
    return study, series


def _show(found: Retrieved, arguments: argparse.Namespace) -> None:
    for each in found.series:
        place = arguments.out / each.folder
        say(f"Series {each.uid}: {counted(each.files, 'file')} in {place}.")
    say(f"{found.files} of {counted(found.files, 'instance')} that {arguments.url.base} lists came in.")
