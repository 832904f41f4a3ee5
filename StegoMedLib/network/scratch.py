"""Private folders for what lies in files for the time of the work on it, and is gone afterwards in any case."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir, mkdtemp
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import claimed, hold

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["Scratch"]

_PREFIX, _LOCK = "stegomed-", "lock"
_PRIVATE_FOLDER = 0o700


class Scratch:
    """A folder of this process alone; what killed ones have left beside it goes.

    Parameters
    ----------
    place : Path or None
        Where it is made; the system's place for temporary files without.

    Raises
    ------
    UnusableInputError
        It cannot be written to.
    """

    def __init__(self, place: Path | None) -> None:
        place = place or Path(gettempdir())
        try:
            place.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            for left in place.glob(f"{_PREFIX}*"):
                _remove_abandoned(left)
            self.path = Path(mkdtemp(prefix=_PREFIX, dir=place))
            self._lock = (self.path / _LOCK).open("wb")
        except OSError as error:
            raise UnusableInputError(
                f"No folder can be made in {place} ({error.strerror}); name one in 'scratch' that you may write to."
            ) from None
        hold(self._lock)

    def folder(self) -> AbstractContextManager[str]:
        """An empty folder, for the time of a block; of its owner alone."""
        return TemporaryDirectory(dir=self.path, ignore_cleanup_errors=True)

    def close(self) -> None:
        """Remove all of it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _remove_abandoned(path: Path) -> None:
    """Remove a folder that a killed process of ours has left: nobody holds its lock."""
    found = path.lstat()
    ours = hasattr(os, "geteuid") and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == _PRIVATE_FOLDER
    if not (ours and stat.S_ISDIR(found.st_mode) and (path / _LOCK).is_file()):
        return
    with claimed(path / _LOCK) as free:
        if free:
            shutil.rmtree(path, ignore_errors=True)
