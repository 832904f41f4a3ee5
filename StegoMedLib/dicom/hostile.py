"""Opening files that nobody vouches for: bounded memory, and one sentence instead of a library's traceback."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pydicom
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, JPEGLSTransferSyntaxes, RLELossless

from StegoMedLib.errors import UnusableFileError, UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LARGEST_OBJECT", "chosen_plugin", "naming", "open_dataset", "translated"]

# Bytes of an object's native pixel data: 2000 frames of 512 x 512, more than enhanced CT and MR objects in use have.
LARGEST_OBJECT = 1 << 30
_LARGEST_INFLATED = 1 << 29
_META_GROUP = 0x0002

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
# The strictest coder of each kind of pixel data, one and no other. GDCM, which pydicom would take first, is not among
# them: damaged JPEG data makes it end the whole process.
_STRICTEST = {**dict.fromkeys(JPEGLSTransferSyntaxes, "pyjpegls"), RLELossless: "pydicom"}
_OF_THE_REST = "pylibjpeg"


class _BoundedReader(io.BufferedReader):
    """A file whose ``read`` never asks for more than the file has, so that a lying length cannot claim gigabytes."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self._size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _CHUNK:
            size = min(size, max(self._size - self.tell(), 0))
        return super().read(size)


@contextmanager
def translated(sentence: str) -> Iterator[None]:
    """Turn whatever a library raises on malformed input into one sentence.

    Library messages are left out of it: they may quote attribute values.

    Parameters
    ----------
    sentence : str
        Cause and remedy, for the user.

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


@contextmanager
def naming(path: Path, cause: str = "one of its attributes is malformed; export it again.") -> Iterator[None]:
    """Put the file's name before a sentence whose subject is "it".

    Parameters
    ----------
    path : Path
        The file.
    cause : str, optional
        Sentence for what a library raises.

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


def chosen_plugin(available: tuple[str, ...], syntax: UID) -> str:
    """The pydicom plugin to code pixel data of a transfer syntax with.

    Raises
    ------
    NotImplementedError
        The one that can best be trusted with damaged data is not there.
    """
    name = _STRICTEST.get(syntax, _OF_THE_REST)
    if name not in available:
        raise NotImplementedError(f"{name} is not among {available}")
    return name


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
        raise UnusableInputError(f"{path.name} is not a DICOM file; give CT or MR images in DICOM format.")


def _inflated_size(stream: _BoundedReader) -> int:
    """Bytes that the deflated data set at the stream's position inflates to, counted a little beyond the limit."""
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while total <= _LARGEST_INFLATED and not inflater.eof:
        packed = inflater.unconsumed_tail or stream.read(_CHUNK)
        unpacked = inflater.decompress(packed, 16 * _CHUNK)
        if not packed and not unpacked:
            break
        total += len(unpacked)
    return total


def _past_meta(tag: int, _vr: str | None, _length: int) -> bool:
    return tag >> 16 != _META_GROUP


def _check_inflated_size(stream: _BoundedReader, path: Path) -> None:
    """Refuse a deflate bomb; pydicom inflates a whole data set into memory (PS3.5 A.5)."""
    stream.seek(0 if stream.read(132)[128:] != b"DICM" else 132)
    meta = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=_past_meta)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian and _inflated_size(stream) > _LARGEST_INFLATED:
        raise UnusableInputError(f"{path.name} inflates to more than 512 MiB; it is damaged or made to do harm.")
    stream.seek(0)


def open_dataset(path: Path, *, only: list[str] | None = None) -> pydicom.FileDataset:
    """Read the data set of a file, whatever the file holds.

    A file without preamble and "DICM" is read as a bare data set.

    Parameters
    ----------
    path : Path
        Any file.
    only : list of str, optional
        Keywords: read no more than these attributes, and stop before the pixel data.

    Returns
    -------
    pydicom.FileDataset
        Elements are undecoded as far as pydicom leaves them so.

    Raises
    ------
    UnusableFileError
        The file is missing, empty, not DICOM, malformed, or expands to an absurd size.
    """
    try:
        return _opened(path, only)
    except UnusableInputError as error:
        raise UnusableFileError(str(error)) from error


def _opened(path: Path, only: list[str] | None) -> pydicom.FileDataset:
    with _open(path) as stream, translated(f"{path.name} is damaged or incomplete; export it again from its source."):
        try:
            _check_beginning(stream, path)
            _check_inflated_size(stream, path)
            return pydicom.dcmread(stream, stop_before_pixels=only is not None, force=True, specific_tags=only)
        except OSError as error:
            raise UnusableInputError(f"{path.name} cannot be read to its end; export it again.") from error
