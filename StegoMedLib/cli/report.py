"""The JSON report: where people ask for it, whole or not at all; where that cannot be, no work is begun."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.cli.keys import files_not_written_to
from StegoMedLib.cli.screen import say
from StegoMedLib.cli.streams import put
from StegoMedLib.cli.syntax.common import names_folder
from StegoMedLib.errors import StegoMedError, UnusableInputError
from StegoMedLib.files import PRIVATE, remove_abandoned, write_whole
from StegoMedLib.series.staging import is_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["check_report_target", "deliver", "write_json"]

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
)
_MANY = ("sources", "photographs")
_OUTPUTS = ("target", "out")
_HEAD = 64
_REPORT = re.compile(rb'\{\s*"stegomed"|$')


def deliver(report: dict[str, object], target: str | None, show: Callable[[], None]) -> None:
    """Write the report of work that is done (see `write_json`), and show it, whether it could be written or not.

    Raises
    ------
    StegoMedError
        What `show` raises, as it says how the work ended.
    UnusableInputError, BrokenPipeError
        When that is well, but the report is lost.
    """
    lost: UnusableInputError | BrokenPipeError | None = None
    try:
        write_json(report, target)
    except (UnusableInputError, BrokenPipeError) as error:
        lost = error
    try:
        show()
    except StegoMedError:
        if isinstance(lost, UnusableInputError):
            say(str(lost))
        raise
    if lost is not None:
        raise lost


def write_json(report: dict[str, object], target: str | None) -> None:
    """Write `report` to the file `target`, to standard output when it is ``-``, nowhere when it is None.

    A file appears whole or not at all, replaces nothing but a report, and is for its owner alone, since it may name a
    patient. Only ASCII is written, so that neither the system's encoding nor a file name that is no text can spoil it.

    Raises
    ------
    UnusableInputError
        When it cannot be written.
    """
    if target is None:
        return
    text = json.dumps({"stegomed": __version__, **report}, indent=2, allow_nan=False) + "\n"
    try:
        if target == "-":
            put(text)
        else:
            _write_file(Path(target), text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnusableInputError(
            f"The report {target} cannot be written ({error.strerror}); name a place where you may write."
        ) from None


def _write_file(place: Path, text: str) -> None:
    if place.exists() and not place.is_file():  # a device or a pipe, never to be replaced by a file
        place.write_text(text, encoding="ascii")
        return
    place = Path(os.path.realpath(place))
    if place.exists() and not _is_report(place):
        raise UnusableInputError(f"{place} is not a report of StegoMed, and was left unchanged; name another file.")
    remove_abandoned(place)
    write_whole(place, text.encode("ascii"), mode=PRIVATE)


def check_report_target(arguments: argparse.Namespace) -> None:
    """Refuse, before any work is done, a report that would replace something, or that cannot be written.

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
    inputs += [each for name in _MANY for each in getattr(arguments, name, ()) if isinstance(each, Path)]
    inputs += files_not_written_to(arguments)
    if any(is_in(place, path) for path in inputs if os.path.lexists(path)):
        raise UnusableInputError(
            f"The report {target} would be inside an input, and inputs are never changed; name another file."
        )
    if os.path.isfile(place) and not _is_report(place):  # noqa: PTH113 pathlib raises where none may enter
        raise UnusableInputError(f"{target} exists and is not a report of StegoMed; name another file for the report.")
    if os.path.isdir(place) or not _can_be_made(place, arguments):  # noqa: PTH112
        raise UnusableInputError(f"The report {target} cannot be written there; name a place where you may write.")


def _is_report(place: Path) -> bool:
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
