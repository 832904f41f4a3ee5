"""Files in one stream: what is sealed. Frames of DICOM files are compressed apart, all other bytes by deflate.

A stream of parts: a byte with its kind, four with its length (big-endian), and so many bytes.

====  ==========================================================================================================
kind  what
====  ==========================================================================================================
0     the end; empty, and nothing follows
1     a file begins: its name with the folders below the source, in UTF-8, with ``/`` between them
2     bytes of the file
3     the same by raw deflate (RFC 1951); its dictionary is the last 32 KiB that parts of kinds 2 and 3 gave before
4     a frame, as `StegoMedLib.photo.plane_codes` has it
5     the file ends: its length in 8 bytes, and its SHA-256
====  ==========================================================================================================
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, whole_file
from StegoMedLib.opening import open_file
from StegoMedLib.photo.dicom_frames import frames_in
from StegoMedLib.photo.plane_codes import coded_frame, decoded_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["PART", "Unpacker", "checked_name", "packed", "packed_end"]

PART = struct.Struct(">BI")
_END, _NAME, _BYTES, _DEFLATED, _FRAME, _CHECK = range(6)
_CHECKS = struct.Struct(">Q32s")
_PIECE = 1 << 20
"""Bytes of a file that one part holds at most, frames apart."""
_LARGEST_PART = 1 << 27
_LARGEST_FILE = 1 << 44
_REMEDY = "give files that can be read."
_WINDOW = 1 << 15
_RAW_DEFLATE = -15
_MOST_NAME_BYTES, _MOST_COMPONENT_BYTES = 4096, 255
_NOT_IN_NAMES = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')


@dataclass
class _Window:
    """The last bytes that were given, as the dictionary of what comes next: headers of a series are much alike."""

    last: bytes = b""

    def add(self, data: bytes) -> None:
        self.last = (self.last + data)[-_WINDOW:]

    def deflated(self, data: bytes) -> bytes:
        deflater = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE, 9, zdict=self.last)
        return deflater.compress(data) + deflater.flush()

    def inflated(self, data: bytes) -> bytes | None:
        inflater = zlib.decompressobj(_RAW_DEFLATE, zdict=self.last)
        try:
            found = inflater.decompress(data, _PIECE + 1)
        except zlib.error:
            return None
        return found if inflater.eof and not inflater.unused_data and len(found) <= _PIECE else None


def packed(files: list[tuple[Path, str]], done: Callable[[int], None]) -> Iterator[bytes]:
    """Parts of files, each with its name in the archive; the end is `packed_end`.

    Parameters
    ----------
    files : list of (Path, str)
    done : callable
        Is told the number of files that are done.

    Raises
    ------
    UnusableInputError
        A file cannot be read.
    """
    window = _Window()
    for number, (path, name) in enumerate(files):
        with open_file(path, _LARGEST_FILE, _REMEDY) as stream:
            yield _part(_NAME, name.encode())
            try:
                yield from _of_file(stream, os.fstat(stream.fileno()).st_size, window)
            except OSError as error:
                cause = error.strerror or "input/output error"
                raise UnusableInputError(f"{path} cannot be read ({cause}); {_REMEDY}") from None
        done(number + 1)


def packed_end() -> bytes:
    """The last part."""
    return _part(_END, b"")


def _part(kind: int, data: bytes) -> bytes:
    return PART.pack(kind, len(data)) + data


def _of_file(stream: BinaryIO, size: int, window: _Window) -> Iterator[bytes]:
    layout = frames_in(stream, size)
    digest, length = hashlib.sha256(), 0
    stream.seek(0)
    while True:
        at = stream.tell()
        in_frames = layout is not None and layout.start <= at < layout.start + layout.count * layout.frame_bytes
        if layout is not None and in_frames:
            data = stream.read(layout.frame_bytes)
            code = coded_frame(data, layout) if len(data) == layout.frame_bytes else None
            parts = [_part(_FRAME, code)] if code else list(_pieces(data, window))
        else:
            data = stream.read(min(_PIECE, layout.start - at) if layout is not None and at < layout.start else _PIECE)
            parts = list(_pieces(data, window))
        if not data:
            break
        digest.update(data)
        length += len(data)
        yield from parts
    yield _part(_CHECK, _CHECKS.pack(length, digest.digest()))


def _pieces(data: bytes, window: _Window) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        small = window.deflated(piece)
        yield _part(_DEFLATED, small) if len(small) < len(piece) else _part(_BYTES, piece)
        window.add(piece)


@dataclass
class Unpacker:
    """Writes the files of an archive into a folder, as its bytes come; raises `ValueError` where it is none.

    Parameters
    ----------
    folder : Path
        Exists; nothing outside of it is written.

    Attributes
    ----------
    files : list of str
        Names of the files that are written.
    """

    folder: Path
    files: list[str] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _waiting: bytearray = field(default_factory=bytearray)
    _window: _Window = field(default_factory=_Window)
    _file: _File | None = None
    _ended: bool = False

    def feed(self, data: bytes) -> None:
        """Take further bytes."""
        self._waiting += data
        while len(self._waiting) >= PART.size:
            kind, length = PART.unpack_from(self._waiting)
            if length > _LARGEST_PART or self._ended:
                raise ValueError("a part is too long, or follows the end")
            if len(self._waiting) < PART.size + length:
                return
            content = bytes(self._waiting[PART.size : PART.size + length])
            del self._waiting[: PART.size + length]
            self._take(kind, content)

    def finish(self) -> None:
        """See whether the archive came to its end."""
        if not self._ended or self._waiting:
            raise ValueError("the archive ends early")

    def leave(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()

    def _take(self, kind: int, content: bytes) -> None:
        if kind == _NAME and self._file is None:
            name = _safe_name(content)
            if name.casefold() in self._names:
                raise ValueError("a name comes twice")
            self._names.add(name.casefold())
            self.files.append(name)
            self._file = _File(self.folder / name)
        elif kind == _CHECK and self._file is not None:
            self._file.end(content)
            self._file = None
        elif kind == _END and self._file is None and not content:
            self._ended = True
        else:
            self._write(kind, content)

    def _write(self, kind: int, content: bytes) -> None:
        data: bytes | None = None
        if kind == _BYTES:
            data = content
        elif kind == _DEFLATED:
            data = self._window.inflated(content)
        elif kind == _FRAME:
            data = decoded_frame(content)
        if data is None or self._file is None:
            raise ValueError("a part is damaged, or belongs to no file")
        if kind != _FRAME:
            self._window.add(data)
        self._file.write(data)


class _File:
    """A file that is being written, for its owner alone, as it may name a patient; it appears when it is whole."""

    def __init__(self, path: Path) -> None:
        self._digest, self._length = hashlib.sha256(), 0
        self._context = whole_file(path, mode=PRIVATE)
        self._stream, _ = self._context.__enter__()

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._length += len(data)
        self._stream.write(data)

    def end(self, check: bytes) -> None:
        if check != _CHECKS.pack(self._length, self._digest.digest()):
            raise ValueError("a file is not as it was")
        self._context.__exit__(None, None, None)

    def close(self) -> None:
        """Leave nothing of a file that is not whole."""
        error = ValueError("the file is not whole")
        try:
            self._context.__exit__(ValueError, error, error.__traceback__)
        except ValueError:
            return


def checked_name(name: str, path: Path) -> None:
    """Refuse the name of a file that readers would refuse; raises `UnusableInputError`."""
    try:
        _safe_name(name.encode())
    except ValueError:  # what UTF-8 cannot write, too
        raise UnusableInputError(f"{path!s:.200} has a name that not all systems take; rename it.") from None


def _safe_name(content: bytes) -> str:
    """A name that leads nowhere else, on no system; raises `ValueError` for any other."""
    name = content.decode()
    components = name.split("/")
    for each in components:
        if not each.strip(". ") or _NOT_IN_NAMES.search(each) or len(each.encode()) > _MOST_COMPONENT_BYTES:
            raise ValueError("a name is none that all systems take")
    if len(content) > _MOST_NAME_BYTES:
        raise ValueError("a name is too long")
    return name
