"""The channel between processes of our own, and messages on it: a length, then so many bytes."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["own_channel", "read_frame", "write_frame"]

_LENGTH = struct.Struct("<Q")


def own_channel() -> BinaryIO:
    """Where answers of this process go; whatever libraries print to standard output or error goes nowhere."""
    channel = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return channel


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Write a message, to an unbuffered stream, too."""
    for part in (_LENGTH.pack(len(content)), content):
        view = memoryview(part)
        while view:
            view = view[stream.write(view) :]


def read_frame(stream: BinaryIO) -> bytes:
    """Read a message from a buffered stream; raises `EOFError` where it ends."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content
