"""Small files whose content comes from anybody: read whole, up to a limit, and never waited for.

Opening a pipe waits for whoever writes into it, and a device may never end. Only regular files are read here, and links
to them (data sets under git-annex are full of those).
"""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_file", "read_file", "read_json"]

_MOST_DIGITS = 18
"""Of a whole number in JSON; they always fit into 64 bits."""


def open_file(path: Path, most: int, remedy: str) -> BinaryIO:
    """Open a regular file of at most `most` bytes for reading; `remedy` ends the sentence of the error.

    Returns
    -------
    BinaryIO
        The caller closes it.

    Raises
    ------
    UnusableInputError
        The file is missing, may not be read, is larger, or is a folder, pipe or device.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened, which does things to some devices
            raise _no_file(path, remedy)
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:  # ValueError: a name with a zero in it
        raise _unreadable(path, error, remedy) from None
    stream = os.fdopen(number, "rb")
    found = os.fstat(number)
    if stat.S_ISREG(found.st_mode) and found.st_size <= most:
        return stream
    stream.close()
    raise _too_large(path, most, remedy) if stat.S_ISREG(found.st_mode) else _no_file(path, remedy)


def read_file(path: Path, most: int, remedy: str) -> bytes:
    """Read a regular file of at most `most` bytes; parameters and errors as of `open_file`."""
    with open_file(path, most, remedy) as stream:
        try:
            content = stream.read(os.fstat(stream.fileno()).st_size + 1)  # what is asked for is taken at once
            if len(content) <= most:  # it may have grown, and some systems tell no sizes
                content += _rest(stream, most + 1 - len(content))
        except OSError as error:
            raise _unreadable(path, error, remedy) from None
    if len(content) > most:
        raise _too_large(path, most, remedy)
    return content


def _rest(stream: BinaryIO, most: int) -> bytes:
    """Read on for at most `most` bytes, taking no memory where there is nothing more."""
    more = stream.read(1)
    return more + stream.read(most - 1) if more else b""


def read_json(path: Path, most: int, remedy: str) -> object:
    """Read a regular file of at most `most` bytes as JSON; parameters and errors as of `open_file`.

    Returns
    -------
    object
        Dictionaries, lists, texts and numbers. A whole number of more digits than 64 bits have is a float, which may be
        infinite.

    Raises
    ------
    UnusableInputError
        Also when it is no JSON, nested too deep, or names something twice in one place: no two programs need to agree
        on what is meant then.
    """
    content = read_file(path, most, remedy)
    try:
        return json.loads(content, parse_int=_number, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise UnusableInputError(f"{path} cannot be read as JSON; {remedy}") from None


def _number(digits: str) -> int | float:
    """Give a whole number, or a float where it is long: to make an integer takes the square of its digits."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("a name stands twice in one place")
    return entries


def _unreadable(path: Path, error: Exception, remedy: str) -> UnusableInputError:
    cause = (isinstance(error, OSError) and error.strerror) or "no file has such a name"
    return UnusableInputError(f"{path} cannot be read ({cause}); {remedy}")


def _no_file(path: Path, remedy: str) -> UnusableInputError:
    return UnusableInputError(f"{path} is a folder, a pipe or a device, not a file; {remedy}")


def _too_large(path: Path, most: int, remedy: str) -> UnusableInputError:
    size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"
    return UnusableInputError(f"{path} has more than {size}, too much for such a file; {remedy}")
