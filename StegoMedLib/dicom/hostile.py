"""Opening files that nobody vouches for: bounded memory, and one sentence instead of a library's traceback."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydicom.errors import BytesLengthException, InvalidDicomError

from StegoMedLib.dicom.parsing import Opened, parsed
from StegoMedLib.errors import UnusableFileError, UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["naming", "open_object", "translated"]

# What pydicom and the decoders below it raise on malformed input, found by truncating and mutating real files.
_LIBRARY_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
# A data set without preamble begins with group 0002 or 0008, in one byte order or the other.
_FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")
_CHUNK = 1 << 20


class _BoundedReader(io.BufferedReader):
    """A file whose ``read`` never asks for more than the file has, so that a lying length cannot claim gigabytes."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self.size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _CHUNK:
            size = min(size, max(self.size - self.tell(), 0))
        return super().read(size)


@contextmanager
def translated(sentence: str) -> Iterator[None]:
    """Turn whatever a library raises on malformed input into one sentence, with cause and remedy.

    Library messages are left out of it: they may quote attribute values.

    Raises
    ------
    UnusableInputError
        When the body raises one of the exceptions that malformed input is known to cause.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _LIBRARY_ERRORS as error:
            raise UnusableInputError(sentence) from error
        except OSError as error:
            if error.errno is not None:
                raise
            # pydicom's for a sequence that ends early; the system's own have a number.
            raise UnusableInputError(sentence) from error


@contextmanager
def naming(path: Path, cause: str = "one of its attributes is malformed; export it again.") -> Iterator[None]:
    """Put the file's name before a sentence whose subject is "it"; `cause` is the one for what a library raises.

    Raises
    ------
    UnusableFileError
        The one of the body, or one for a malformed attribute met in the body.
    """
    try:
        with translated(cause):
            yield
    except UnusableInputError as error:
        raise UnusableFileError(f"{path.name} cannot be used: {error}") from error


def _open(path: Path) -> _BoundedReader:
    # Nothing is opened before it is known to be a file: opening a pipe waits for somebody to write into it. os.path,
    # since pathlib's questions raise where a folder may not be entered.
    if not os.path.isfile(path):  # noqa: PTH113
        kind = "is not a regular file" if os.path.exists(path) else "does not exist"  # noqa: PTH110
        raise UnusableInputError(f"{path} {kind}; give a DICOM file.")
    try:
        return _BoundedReader(io.FileIO(path, "r"))
    except OSError as error:
        raise UnusableInputError(f"{path} cannot be opened ({error.strerror}); check its permissions.") from error


def _check_beginning(stream: _BoundedReader, path: Path) -> None:
    """Refuse what is no DICOM file before anything is parsed."""
    head = stream.read(132)
    stream.seek(0)
    if not head:
        raise UnusableInputError(f"{path.name} is empty; export it again from its source.")
    if head[128:] != b"DICM" and head[:2] not in _FIRST_GROUPS:
        raise UnusableInputError(f"{path.name} is not a DICOM file; give files in DICOM format.")


def open_object(path: Path, *, only: list[str] | None = None, any_object: bool = False) -> Opened:
    """Open a file, whatever it holds, and read its header.

    A file without preamble and "DICM" is read as a bare data set.

    Parameters
    ----------
    path : Path
        Any file.
    only : list of str, optional
        Keywords: read no more than these attributes, and stop before the pixel data.
    any_object : bool, optional
        It may be no image: other large values wait, too, there may be more items, and it has to be complete.

    Raises
    ------
    UnusableFileError
        The file is missing, empty, not DICOM, malformed, or holds more than an image needs.
    """
    try:
        with _open(path) as stream:
            _check_beginning(stream, path)
            with naming(path, "it is damaged or incomplete; export it again from its source."):
                return parsed(stream, stream.size, path, only, any_object=any_object)
    except UnusableInputError as error:
        raise UnusableFileError(str(error)) from error
    except OSError as error:
        raise UnusableFileError(f"{path.name} cannot be read to its end; export it again.") from error
