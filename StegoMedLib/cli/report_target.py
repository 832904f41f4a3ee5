"""Checks where the JSON report goes before any work is done: an hour of work must not end in a typing error."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import KEY_FILES
from StegoMedLib.cli.syntax.common import names_folder
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.staging import is_in

if TYPE_CHECKING:
    import argparse

__all__ = ["check_report_target", "is_report"]

_INPUTS = (
    "source",
    "data",
    "series",
    "cover",
    "stego",
    "images",
    "masks",
    "checkpoint",
    "check",
    "content",
    *KEY_FILES,
)
_OUTPUTS = ("target", "out")
_HEAD = 64
_REPORT = re.compile(rb'\{\s*"stegomed"|$')


def check_report_target(arguments: argparse.Namespace) -> None:
    """Refuse a report that would replace something, or that cannot be written.

    Raises
    ------
    UnusableInputError
        When the report would lie in an input, replace a file that is no report, or lie where nothing can be written.
    """
    target = getattr(arguments, "json_target", None)
    if target is None or target == "-":
        return
    if names_folder(target):
        raise UnusableInputError(f"The report {target} would be a folder; name a file.")
    place = Path(os.path.realpath(target))
    inputs = [Path(path) for name in _INPUTS if (path := getattr(arguments, name, None)) is not None]
    if any(is_in(place, path) for path in inputs if os.path.lexists(path)):
        raise UnusableInputError(
            f"The report {target} would lie in an input, and inputs are never touched; name another."
        )
    if os.path.isfile(place) and not is_report(place):  # noqa: PTH113 pathlib raises where none may enter
        raise UnusableInputError(f"{target} exists and is no report of StegoMed; name another file for the report.")
    if os.path.isdir(place) or not _can_be_made(place, arguments):  # noqa: PTH112
        raise UnusableInputError(f"The report {target} cannot be written there; name a place that you may write to.")


def is_report(place: Path) -> bool:
    """Whether a file may be replaced by a report: it is one, or holds nothing yet."""
    try:
        with place.open("rb") as stream:
            return _REPORT.match(stream.read(_HEAD)) is not None
    except OSError:
        return False


def _can_be_made(place: Path, arguments: argparse.Namespace) -> bool:
    """Whether the folder is there, or will be when the command has written its results."""
    if os.path.isdir(place.parent):  # noqa: PTH112
        return os.access(place.parent, os.W_OK | os.X_OK)
    outputs = [Path(path) for name in _OUTPUTS if (path := getattr(arguments, name, None)) is not None]
    return any(Path(os.path.realpath(path)) == folder for path in outputs for folder in place.parents)
