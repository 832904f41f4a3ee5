"""Waiting for one's turn at a file that several processes write to."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["locked"]

_LOCKED_BYTE = 1 << 40
"""What is locked on Windows, where nobody can read locked bytes: one that no file has."""


@contextmanager
def locked(stream: BinaryIO) -> Iterator[None]:
    """Hold an open file alone, as soon as whoever else holds it so lets it go; for those who ask in this way.

    Raises
    ------
    OSError
        The disk cannot lock files; on Windows also when somebody has held it for ten seconds.
    """
    try:
        import fcntl  # noqa: PLC0415 not on Windows
    except ImportError:
        with _locked_on_windows(stream):
            yield
        return
    fcntl.flock(stream, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(stream, fcntl.LOCK_UN)


@contextmanager
def _locked_on_windows(stream: BinaryIO) -> Iterator[None]:
    msvcrt: Any = import_module("msvcrt")

    def at_byte(mode: int) -> None:
        number = stream.fileno()
        place = os.lseek(number, 0, os.SEEK_CUR)  # the system's, which is not where a buffer is read
        os.lseek(number, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(number, mode, 1)
        finally:
            os.lseek(number, place, os.SEEK_SET)

    at_byte(msvcrt.LK_LOCK)
    try:
        yield
    finally:
        at_byte(msvcrt.LK_UNLCK)
