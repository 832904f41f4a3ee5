"""``stegomed audit``: see whether an audit file is as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.audit import verify
from StegoMedLib.cli.screen import say
from StegoMedLib.cli.streams import put
from StegoMedLib.errors import PersonMustLookError
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    file, kept = arguments.file, arguments.last
    found = verify(file, kept or "")
    if found.first_bad is not None:
        raise PersonMustLookError(
            f"Line {found.first_bad} of {file} {found.reason}; compare it with a copy from before."
        )
    if kept and not found.kept_at:
        raise PersonMustLookError(
            f"No line of {file} has the hash given with --last: lines were removed, or all were written anew; compare "
            "it with a copy from before."
        )
    put(f"{found.last}\n")
    say(
        f"{file} is as it was written: {counted(found.count, 'line')}, from {found.first_time} to {found.last_time}"
        f"{_since(found.count - found.kept_at) if kept else ''}. Keep the hash of the last line elsewhere: it shows "
        "later, with --last, that no line up to it is gone."
    )


def _since(added: int) -> str:
    return f", {counted(added, 'line')} of them added since" if added else ", none added since"
