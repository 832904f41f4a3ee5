"""Files that appear whole or not at all, and stay after a power cut; renaming that replaces nothing, or exchanges."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import stat
import sys
import uuid
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "PRIVATE",
    "claimed",
    "exchange",
    "hold",
    "is_unfinished",
    "name_beside",
    "permissions",
    "remove_abandoned",
    "rename_new",
    "replacing",
    "sync",
    "those_beside",
    "whole_file",
    "write_whole",
]

PRIVATE = 0o600
"""Permissions of what names a patient: nobody but the owner."""

_NAMED = 32
"""Characters of a target's name in that of what lies beside it: longer ones could make its name too long."""
_UNFINISHED = re.compile(r"\.(.*\.)?[0-9a-f]{32}\.part(ial)?", re.DOTALL)
_HERE = -100  # AT_FDCWD: paths are relative to the current folder
_NO_REPLACE, _EXCHANGE = 1, 2  # renameat2 of Linux
_MAC_EXCHANGE, _MAC_NO_REPLACE = 2, 4  # renamex_np of macOS
_UNABLE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def name_beside(target: Path, ending: str) -> str:
    """A new name for what will be put in the place of `target`; see `those_beside` and `is_unfinished`."""
    return f".{target.name[:_NAMED]}.{uuid.uuid4().hex}.{ending}"


def is_unfinished(name: str) -> bool:
    """Whether a name is one of `name_beside`, of any target: a half-written result, or what a killed run left."""
    return _UNFINISHED.fullmatch(name) is not None


def those_beside(folder: Path, name: str, ending: str) -> list[Path]:
    """What lies in `folder` under names of `name_beside` for a target of that name; nothing where none may look."""
    pattern = re.compile(re.escape(f".{name[:_NAMED]}.") + rf"[0-9a-f]{{32}}\.{ending}", re.DOTALL)
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
    return []


@contextmanager
def whole_file(target: Path, *, mode: int | None = None, new: bool = False) -> Iterator[tuple[BinaryIO, Path]]:
    """A file that is written beside its place, synced and renamed when the body ends without an exception.

    Missing parent folders are made. Whatever ends the body otherwise, a failing disk or a cancelled run, the temporary
    file goes away and a file that was at `target` stays.

    Parameters
    ----------
    target : Path
        Where the file shall be.
    mode : int, optional
        Its permissions; nobody else can open it before it has them. The system's own choice without.
    new : bool
        Replace nothing.

    Yields
    ------
    tuple of (BinaryIO, Path)
        The open temporary file, and its path.

    Raises
    ------
    UnusableInputError
        The disk is full, or the place is not writable, or taken already.
    """
    try:
        with replacing(target, mode=mode, new=new) as made:
            yield made
    except OSError as error:
        cause = error.strerror or "input/output error"
        raise UnusableInputError(
            f"{target} cannot be written ({cause}); choose a folder with free space and write permission."
        ) from error


def write_whole(target: Path, content: bytes, *, mode: int | None = None, new: bool = False) -> None:
    """Write a file that appears whole or not at all; parameters and errors as of `whole_file`."""
    with whole_file(target, mode=mode, new=new) as (stream, _):
        stream.write(content)


@contextmanager
def replacing(target: Path, *, mode: int | None = None, new: bool = False) -> Iterator[tuple[BinaryIO, Path]]:
    """As `whole_file`, for what has its own sentence for an `OSError`."""
    beside = target.parent / name_beside(target, "part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, _NEW_FILE, 0o666 if mode is None else PRIVATE), "w+b") as stream:
            hold(stream)
            yield stream, beside
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            beside.chmod(mode)
        if new:
            rename_new(beside, target)
        else:
            beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def permissions(path: Path) -> int:
    """Permissions of a file or folder, for a copy of it.

    Raises
    ------
    OSError
        When it is not there.
    """
    return stat.S_IMODE(path.stat().st_mode) & 0o777


def sync(path: Path) -> None:
    """Make what was written to a file, or renamed in a folder, outlast a power cut; where the system can."""
    folder = path.is_dir()
    if folder and os.name == "nt":  # Windows opens no folders
        return
    number = os.open(path, os.O_RDONLY if folder or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _UNABLE:  # some network drives know no syncing
            raise
    finally:
        os.close(number)


def hold(stream: BinaryIO | int) -> bool | None:
    """Say that somebody works on an open file or folder, until it is closed or its process is gone.

    Returns
    -------
    bool or None
        False when another process holds it. None where nobody can tell: on disks that lock no files, and on Windows.
    """
    try:
        import fcntl  # noqa: PLC0415 not on Windows
    except ImportError:
        return None
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether surely nobody holds the file at `path`, made where it is missing; then it is held meanwhile."""
    if os.name == "nt":  # what somebody has open cannot be removed
        try:
            path.unlink(missing_ok=True)
        except OSError:
            yield False
        else:
            yield True
        return
    try:
        stream = path.open("a+b")
    except OSError:
        yield False
        return
    with stream:
        yield hold(stream) is True


def remove_abandoned(target: Path) -> None:
    """Remove what killed runs of `whole_file` have left beside `target`."""
    with suppress(OSError):
        for path in those_beside(target.parent, target.name, "part"):
            with claimed(path) as ours:
                if ours:
                    path.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders change places, at once; False, with nothing done, where the system cannot.

    Raises
    ------
    OSError
        When one is missing, or they lie on different disks.
    """
    return _renamed(one, other, _EXCHANGE, _MAC_EXCHANGE)


def rename_new(path: Path, target: Path) -> None:
    """Rename a file or folder to a place where nothing is yet; what appears there at the last moment is not touched.

    Raises
    ------
    FileExistsError
        When there is something at `target`.
    OSError
        When it cannot be renamed.
    """
    if _renamed(path, target, _NO_REPLACE, _MAC_NO_REPLACE):
        return
    if os.name == "nt":  # never replaces anything
        path.rename(target)
    elif path.is_dir():
        if target.exists():
            raise _taken()
        path.rename(target)  # fails for a folder that holds something
    else:
        _link_over(path, target)


def _taken() -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _link_over(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links: FAT
        if os.path.lexists(target):
            raise _taken() from None
        path.rename(target)
    else:
        path.unlink()


def _renamed(one: Path, other: Path, linux: int, mac: int) -> bool:
    """Rename with a flag; False where system or disk do not know the flag."""
    rename = _renamer()
    if rename is None:
        return False
    if rename(os.fsencode(one), os.fsencode(other), mac if sys.platform == "darwin" else linux) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNABLE:
        return False
    raise OSError(number, os.strerror(number), str(other))


@cache
def _renamer() -> Callable[[bytes, bytes, int], int] | None:
    """The system's call to rename with flags (renameat2 of Linux, renamex_np of macOS); None where there is none."""
    if os.name == "nt":
        return None
    library: Any = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        return getattr(library, "renamex_np", None)
    call = getattr(library, "renameat2", None)
    return None if call is None else lambda one, other, flag: int(call(_HERE, one, _HERE, other, ctypes.c_uint(flag)))
