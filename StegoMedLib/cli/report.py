"""The JSON report: where people ask for it, whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.cli.report_target import is_report
from StegoMedLib.cli.screen import say
from StegoMedLib.cli.streams import put
from StegoMedLib.errors import StegoMedError, UnusableInputError
from StegoMedLib.files import PRIVATE, remove_abandoned, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["deliver", "write_json"]


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
            f"The report {target} cannot be written ({error.strerror}); name a place that you may write to."
        ) from None


def _write_file(place: Path, text: str) -> None:
    if place.exists() and not place.is_file():  # a device or a pipe, never to be replaced by a file
        place.write_text(text, encoding="ascii")
        return
    place = Path(os.path.realpath(place))
    if place.exists() and not is_report(place):
        raise UnusableInputError(f"{place} is no report of StegoMed, and was left as it is; name another file.")
    remove_abandoned(place)
    write_whole(place, text.encode("ascii"), mode=PRIVATE)
