"""Standard streams that may be closed, full, or read by nobody any more, as in ``>&-`` or ``| head -1``.

A closed one is dangerous: the next file that is opened takes its number, and what a library says to standard error then
goes into an image. So the numbers are taken first. What was to go to standard output is a result, and its loss is told;
what goes to standard error is talk, and no work is stopped because nobody listens.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from StegoMedLib.errors import UnusableInputError

__all__ = ["READER_GONE", "Talk", "finish", "put", "secure"]

READER_GONE = 141
"""Exit code when whoever read standard output has gone: what a shell gives for programs that SIGPIPE has ended."""

_GONE = frozenset({errno.EPIPE, errno.EINVAL})
"""What writing to a pipe gives that nobody reads; the second on Windows."""


def secure() -> None:
    """Take the numbers of closed streams, and let none fail because of a letter that its encoding lacks."""
    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        _take(number, mode)  # the wrong way round for input and output, so that using them fails as it should
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _take(number: int, mode: int) -> None:
    """Open a number that is closed, on a device that holds nothing."""
    try:
        os.fstat(number)
    except OSError:
        with suppress(OSError):
            taken = os.open(os.devnull, mode)
            if taken != number:
                os.dup2(taken, number)
                os.close(taken)


def put(text: str) -> None:
    """Write a result to standard output, at once.

    Raises
    ------
    BrokenPipeError
        Nobody reads it any more.
    UnusableInputError
        It cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if error.errno in _GONE:
            raise BrokenPipeError(*error.args) from None
        raise UnusableInputError(
            f"Standard output cannot be written ({error.strerror}); send it where there is free space."
        ) from None


def finish() -> None:
    """Throw away what still waits in streams that cannot be written, so that Python finds nothing to complain of."""
    _empty(sys.stdout)
    _empty(sys.stderr)


def _empty(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Talk:
    """Standard error as it is now, where nothing fails: what nobody can hear is not said."""

    encoding = property(lambda _: sys.stderr.encoding)

    def write(self, text: str) -> int:
        """Say something; its length."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Say it now."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()

    def isatty(self) -> bool:
        """Whether somebody looks on."""
        return sys.stderr.isatty()

    def fileno(self) -> int:
        """Number of the stream."""
        return sys.stderr.fileno()
