"""Messages of several parts (RFC 2046 5.1, PS3.18 8.6.1.2), read and made piece by piece: no part is held whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Body", "MalformedError", "boundary_of", "only_part"]

_PIECE = 1 << 18
_LARGEST_HEAD = 1 << 14
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)


class MalformedError(ValueError):
    """An answer is no message of one part, or ends before it is complete."""


def boundary_of(content_type: str) -> bytes | None:
    """What stands between the parts, as the header *Content-Type* of a message says; None where it says nothing."""
    found = _BOUNDARY.search(content_type[:_LARGEST_HEAD])
    return (found[1] or found[2]).encode("latin-1", "replace") if found else None


def only_part(pieces: Iterator[bytes], boundary: bytes, write: Callable[[bytes], object]) -> None:
    """Give the content of the only part of a message to `write`.

    Raises
    ------
    MalformedError
        There is no part, more than one, or no end.
    """
    delimiter = b"\r\n--" + boundary
    _, rest = _until(pieces, b"\r\n", delimiter)  # the first delimiter may stand at the very beginning
    _, rest = _until(pieces, rest, b"\r\n\r\n")
    found = False
    held = rest
    while not found:
        at = held.find(delimiter)
        found = at >= 0
        ready = at if found else max(0, len(held) - len(delimiter) + 1)
        write(held[:ready])
        held = held[ready + len(delimiter) :] if found else held[ready:] + _next(pieces)
    while len(held) < len(b"--"):
        held += _next(pieces)
    if not held.startswith(b"--"):
        raise MalformedError


def _next(pieces: Iterator[bytes]) -> bytes:
    piece = next(pieces, None)
    if piece is None:
        raise MalformedError
    return piece


def _until(pieces: Iterator[bytes], held: bytes, mark: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind a mark, which has to come soon."""
    while mark not in held:
        if len(held) > _LARGEST_HEAD:
            raise MalformedError
        held += _next(pieces)
    before, _, behind = held.partition(mark)
    return before, behind


@dataclass(frozen=True)
class Body:
    """Files as the parts of a message, read while it is sent.

    Attributes
    ----------
    files : sequence of (Path, int)
        Each with the bytes that it has.
    boundary : str
    """

    files: Sequence[tuple[Path, int]]
    boundary: str

    @property
    def content_type(self) -> str:
        """The header that goes with it (PS3.18 10.5.1.1)."""
        return f'multipart/related; type="application/dicom"; boundary={self.boundary}'

    @property
    def _head(self) -> bytes:
        return f"--{self.boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()

    @property
    def _end(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()

    def __len__(self) -> int:
        """Bytes of the message."""
        around = len(self._head) + len(b"\r\n")
        return sum(size + around for _, size in self.files) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        """Pieces of the message.

        Raises
        ------
        UnusableFileError
            A file cannot be read, or has another length by now: then the message is never complete.
        """
        for path, size in self.files:
            yield self._head
            try:
                with path.open("rb") as stream:
                    yield from _exactly(stream, size)
            except OSError as error:
                cause = error.strerror or "input/output error"
                raise UnusableFileError(f"{path.name} cannot be read ({cause}); check its permissions.") from None
            yield b"\r\n"
        yield self._end


def _exactly(stream: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            break
        left -= len(piece)
        yield piece
    if left or stream.read(1):
        raise UnusableFileError("A file was changed by somebody while it was sent; start again.")
