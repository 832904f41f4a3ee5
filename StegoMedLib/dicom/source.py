"""Bytes of a file that are read when somebody asks for them, and not held until then."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["Bytes", "FileBytes", "HeldBytes", "Span"]

Span = tuple[int, int]
"""Position and length."""


class Bytes(Protocol):
    """Bytes by their positions."""

    def read(self, spans: Iterable[Span]) -> bytes:
        """The bytes of some spans, one after the other."""


@dataclass(frozen=True)
class HeldBytes:
    """Bytes that are in memory."""

    content: bytes

    def read(self, spans: Iterable[Span]) -> bytes:
        """The bytes of some spans, one after the other."""
        return b"".join(self.content[at : at + length] for at, length in spans)


@dataclass(frozen=True)
class FileBytes:
    """Bytes of a file, which is open only while it is read.

    It is known by its size, and when it was changed last, in ns, where the system says so at once.
    """

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path, stream: BinaryIO) -> FileBytes:
        """The file that is open as `stream`."""
        now = os.fstat(stream.fileno())
        # Windows may set the time of a file that is open for writing only when it is closed.
        return cls(path, now.st_size, 0 if os.name == "nt" else now.st_mtime_ns)

    def read(self, spans: Iterable[Span]) -> bytes:
        """The bytes of some spans, one after the other.

        Raises
        ------
        UnusableInputError
            The file is gone, or is not what it was; the sentence has it as its unnamed subject ("it").
        """
        try:
            with self.path.open("rb") as stream:
                if FileBytes.of(self.path, stream) != self:
                    raise UnusableInputError(
                        "it was changed during the run; wait until it is complete, then start again."
                    )
                return b"".join(_piece(stream, at, length) for at, length in spans)
        except FileNotFoundError:
            raise UnusableInputError("it was moved or removed during the run; put it back, then start again.") from None
        except OSError as error:
            cause = error.strerror or "input/output error"
            raise UnusableInputError(f"it cannot be read any more ({cause}); check the disk or the network.") from error


def _piece(stream: BinaryIO, at: int, length: int) -> bytes:
    stream.seek(at)
    return stream.read(length)
