"""Moves a complete result to its target: at every moment the target is either as it was or complete.

Where the system can exchange two folders at once (Linux, macOS), it is one step. Else the old folder is renamed, then
the new one; a target that cannot be renamed, a mount point say, gets its entries moved, by a journal. A run that is
killed between two such steps is ended or rolled back by the next run on that place (`workplace.recover`).
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import exchange, hold, rename_new, replacing, sync
from StegoMedLib.series.carrying import carry
from StegoMedLib.series.workplace import MOVING_IN, MOVING_OUT, Workplace, is_workplace, move_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Seen", "publish"]

_log = logging.getLogger(__name__)

_BOUND = frozenset({errno.EXDEV, errno.EBUSY})
"""What renaming a mount point gives."""


@dataclass(frozen=True)
class Seen:
    """What was at a target at some time; equal when it is still there."""

    there: bool
    state: tuple[object, ...] = ()

    @classmethod
    def at(cls, target: Path, *, inside: bool) -> Seen:
        """What is at `target` now; its entries count where it cannot be replaced as a whole."""
        try:
            now = target.lstat()
        except FileNotFoundError:
            return cls(there=False)
        if not target.is_dir():
            return cls(there=True, state=(now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns))
        held = os.scandir(target) if inside else ()
        entries = sorted((each.name, each.inode()) for each in held if not is_workplace(each.name))
        return cls(there=True, state=(now.st_dev, now.st_ino, *entries))


def publish(work: Workplace, before: Seen, *, overwrite: bool) -> None:
    """Move the result in `work` to its target, which was as `before` when the run began.

    Raises
    ------
    UnusableInputError
        Somebody else changed the target meanwhile; it stays as it is now.
    OSError
        When it cannot be moved; the target stays as it was.
    """
    _sync_below(work.new)
    if work.inside:
        _move_in(work, before, overwrite=overwrite)
    elif before.there:
        _replace(work, before, overwrite=overwrite)
    else:
        _appear(work)


def _appear(work: Workplace) -> None:
    try:
        rename_new(work.new, work.target)
    except OSError as error:
        if os.path.lexists(work.target):
            raise _lost(work.target) from error
        raise
    sync(work.target.parent)


def _lost(target: Path) -> UnusableInputError:
    return UnusableInputError(
        f"{target} was made or changed by somebody else while this run worked, and was left as it is; name another "
        "target, or start again when nobody else writes there."
    )


def _replace(work: Workplace, before: Seen, *, overwrite: bool) -> None:
    """Let result and target change places; undone when the target was not what it was."""
    _prepare(work, overwrite=overwrite)
    try:
        replaced = _change_places(work)
    except OSError as error:
        if error.errno in _BOUND and work.target.is_dir():
            _copy_in(work, before, overwrite=overwrite)
            return
        raise
    if Seen.at(replaced, inside=False) != before:
        _undo(work, replaced)
        raise _lost(work.target)
    if replaced.is_dir():  # what came at the last moment
        with suppress(UnusableInputError):
            carry(replaced, work.target)
    sync(work.target.parent)


def _change_places(work: Workplace) -> Path:
    """Put the result in its place; where the old one is now."""
    if exchange(work.new, work.target):
        return work.new
    work.target.rename(work.old)
    rename_new(work.new, work.target)
    return work.old


def _undo(work: Workplace, replaced: Path) -> None:
    if not exchange(replaced, work.target):
        rename_new(work.target, work.new)
        rename_new(replaced, work.target)


def _prepare(work: Workplace, *, overwrite: bool) -> None:
    """Take over what stays of the folder that is replaced."""
    if not work.target.is_dir():
        return
    if not overwrite and any(not is_workplace(each.name) for each in work.target.iterdir()):
        raise _lost(work.target)
    gone = carry(work.target, work.new)
    if gone:
        _log.warning("%s loses %d files of an earlier run that this run did not write again.", work.target, gone)


def _copy_in(work: Workplace, before: Seen, *, overwrite: bool) -> None:
    """Start again in the target, which turned out to be bound to its place."""
    inner = Workplace.make(work.target, inside=True)
    try:
        shutil.copytree(work.new, inner.new)
        _sync_below(inner.new)
        if Seen.at(work.target, inside=False) != before:
            raise _lost(work.target)
        _move_in(inner, Seen.at(work.target, inside=True), overwrite=overwrite)
    finally:
        inner.leave()


def _move_in(work: Workplace, before: Seen, *, overwrite: bool) -> None:
    """Replace the entries of the target one by one, by a journal."""
    with _alone(work.target):
        if Seen.at(work.target, inside=True) != before:
            raise _lost(work.target)
        _prepare(work, overwrite=overwrite)
        work.old.mkdir()
        _note(work.journal, MOVING_OUT)
        for entry in sorted(work.target.iterdir()):
            if not is_workplace(entry.name):
                entry.rename(work.old / entry.name)
        _note(work.journal, MOVING_IN)
        move_entries(work.new, work.target)
        work.journal.unlink()


def _note(journal: Path, words: bytes) -> None:
    """Change what the journal says, at once and lastingly."""
    with replacing(journal) as (stream, _):
        stream.write(words)
    sync(journal.parent)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs from moving entries of the same folder; where folders can be locked."""
    if os.name == "nt":  # Windows opens no folders
        yield
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        if hold(number) is False:
            raise _lost(folder)
        yield
    finally:
        os.close(number)


def _sync_below(place: Path) -> None:
    """Sync a file, or a folder with everything in it."""
    if place.is_dir():
        for at, _, names in os.walk(place):
            for name in names:
                sync(Path(at, name))
            sync(Path(at))
    else:
        sync(place)
    sync(place.parent)
