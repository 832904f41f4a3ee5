"""Audit files of commands that take an identity out or put it back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.audit import Audit
from StegoMedLib.cli.keys import files_not_written_to
from StegoMedLib.cli.screen import say
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.staging import is_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

__all__ = ["note", "opened_audit"]


def opened_audit(arguments: argparse.Namespace, target: Path) -> Audit | None:
    """The audit file that ``--audit`` names, checked before anything is done; None where it names none.

    Raises
    ------
    UnusableInputError
        It would lie in the source or the target, is a key, or cannot be gone on with.
    """
    if arguments.audit is None:
        return None
    place = Path(os.path.realpath(arguments.audit))
    kept = [arguments.source, target, *files_not_written_to(arguments)]
    if any(is_in(place, Path(os.path.realpath(each))) for each in kept):
        raise UnusableInputError(
            f"The audit file {arguments.audit} would lie in the source or the target, or is a key; name another file."
        )
    return Audit.open(arguments.audit)


def note(audit: Audit | None, event: Mapping[str, object]) -> None:
    """Note what was done, and say the hash of the line."""
    if audit is not None:
        say(f"Noted in the audit file, hash {audit.note(event)}.")
