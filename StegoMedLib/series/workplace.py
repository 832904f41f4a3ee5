"""Places beside a target, or in it, where results are made; and what killed runs have left in such places.

A place is the folder ``.<name>.<id>.partial``. It holds ``lock``, with the target's name, held open as long as its run
lives; ``new``, the result; ``old``, what the result replaces, while nothing is at the target; and ``journal``, while
entry by entry of the target is replaced (see `publishing`).
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.files import claimed, hold, is_unfinished, name_beside, sync, those_beside

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["MOVING_IN", "MOVING_OUT", "Workplace", "is_workplace", "move_entries", "recover"]

MOVING_OUT, MOVING_IN = b"moving out", b"moving in"
"""What a journal says: old entries leave the target, new ones move in."""

_ENDING = "partial"
_ATTEMPTS = 8
_log = logging.getLogger(__name__)


def is_workplace(name: str) -> bool:
    """Whether a folder of that name is such a place."""
    return is_unfinished(name) and name.endswith(_ENDING)


@dataclass(frozen=True)
class Workplace:
    """A place of this run: a folder, open to its owner alone, for what goes to `target`."""

    target: Path
    folder: Path
    _lock: BinaryIO

    @classmethod
    def make(cls, target: Path, *, inside: bool) -> Workplace:
        """A new place in `target`, or beside it.

        Raises
        ------
        OSError
            When it cannot be made.
        """
        parent = target if inside else target.parent
        for _ in range(_ATTEMPTS):  # another run may take a place without a held lock for an abandoned one
            folder = parent / name_beside(target, _ENDING)
            folder.mkdir(mode=0o700)
            with suppress(FileNotFoundError):
                lock = (folder / "lock").open("xb")
                if hold(lock) is not False and folder.exists():
                    lock.write(os.fsencode(target.name))
                    lock.flush()
                    return cls(target, folder, lock)
                lock.close()
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    @property
    def inside(self) -> bool:
        """Whether it lies in the target."""
        return self.folder.parent == self.target

    @property
    def new(self) -> Path:
        """Where the result is made."""
        return self.folder / "new"

    @property
    def old(self) -> Path:
        """Where what is replaced waits."""
        return self.folder / "old"

    @property
    def journal(self) -> Path:
        """What is under way, while entries are moved."""
        return self.folder / "journal"

    def leave(self) -> None:
        """End what is under way, and remove the place, also when somebody presses Ctrl-C a second time meanwhile."""
        try:
            self._end()
        except KeyboardInterrupt:
            self._end()
            raise

    def _end(self) -> None:
        settled = _settle(self.folder, self.target)
        self._lock.close()
        if settled:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            _log.warning(
                "%s holds what was at %s, because somebody else put something there.", self.folder, self.target
            )


def recover(target: Path) -> None:
    """End or roll back what killed runs left under way at `target`, and remove what they left; the log names it."""
    for folder in [*_places(target.parent, target.name), *_places(target, target.name)]:
        with claimed(folder / "lock") as ours:
            if not ours or _owner(folder) not in {"", target.name}:
                continue
            if _settle(folder, target):
                shutil.rmtree(folder, ignore_errors=True)
        left = "cannot be removed; it may name a patient, so look into it and remove it" if folder.exists() else ""
        _log.warning("%s was left by a run that was stopped, and %s.", folder, left or "was removed")


def _places(parent: Path, name: str) -> list[Path]:
    """Places of that target in a folder."""
    found = those_beside(parent, name, _ENDING)
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def _owner(folder: Path) -> str:
    """Name of the target that a place belongs to; empty where it has none yet."""
    try:
        return os.fsdecode((folder / "lock").read_bytes())
    except OSError:
        return ""


def _settle(folder: Path, target: Path) -> bool:
    """Make `target` whole again, as it was or as it shall be; whether nothing in the place is needed any more."""
    journal, old, new = folder / "journal", folder / "old", folder / "new"
    if journal.exists():
        move_entries(new if journal.read_bytes() == MOVING_IN else old, target)
        journal.unlink()
    elif folder.parent != target and old.exists() and new.exists():  # between two renames
        if os.path.lexists(target):  # somebody else's by now
            return False
        old.rename(target)
        sync(target.parent)
    return True


def move_entries(folder: Path, target: Path) -> None:
    """Move everything in `folder` to the folder `target`; what is there already stays."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not os.path.lexists(target / entry.name):
            entry.rename(target / entry.name)
    sync(target)
