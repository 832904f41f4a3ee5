"""A folder for what must not stay: nobody else may look into it, and it goes away, whatever ends the run."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import claimed, hold
from StegoMedLib.series.staging import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["kept", "private_folder"]

_PASSING, _KEPT = "stegomed-passing-", "stegomed-kept-"
_STARTING = 60.0
"""Seconds in which a run surely locks the file in a folder that it has made."""
_HELD = "held"
"""A file that is locked as long as somebody works in the folder."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder where the system keeps what is temporary (``TMPDIR``); it is removed when the body ends.

    What killed runs left behind is removed first.

    Raises
    ------
    UnusableInputError
        None can be made.
    """
    _remove_abandoned()
    folder = _made(_PASSING)
    try:
        with (folder / _HELD).open("wb") as stream:
            hold(stream)
            yield folder
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)


def kept(result: Path) -> Path:
    """A new place for a result out of a private folder, as private as that, where it stays."""
    place = _made(_KEPT) / result.name
    result.rename(place)
    return place


def _made(prefix: str) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=prefix))  # for its owner alone
    except OSError as error:
        raise UnusableInputError(
            f"No temporary folder can be made ({error.strerror}); set TMPDIR to one with free space."
        ) from None


def _remove_abandoned() -> None:
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{_PASSING}*"):
            if _is_left(folder):
                with claimed(folder / _HELD) as ours:
                    if ours:
                        shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether this is a folder, and no link, of the user who runs this, and old enough to be held by now."""
    status = folder.lstat()
    ours = stat.S_ISDIR(status.st_mode) and (os.name == "nt" or status.st_uid == os.getuid())
    return ours and time.time() - status.st_mtime > _STARTING
