"""The main header of JPEG 2000 (ISO/IEC 15444-1 A.5.1, A.6.1) and the file format around it (annex I)."""

from __future__ import annotations

import struct

__all__ = ["bare_codestream", "jpeg2000_size"]

_START = b"\xff\x4f\xff\x51"  # start of codestream, then its size marker
_END, _PADDING = b"\xff\xd9", b"\0\xff"
_FILE = b"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a"
_MOST_BOXES = 64

_CODING_STYLE = 0x52
_LARGEST_OFFSET, _SMALLEST_TILE, _SMALLEST_PRECINCT = 1 << 16, 16, 3
_MOST_LAYERS, _MOST_LEVELS = 256, 32


def bare_codestream(code: bytes) -> bytes:
    """The codestream without the file format around it, whose boxes could tell a decoder something else.

    Raises
    ------
    ValueError, struct.error
        There is no codestream.
    """
    if not code.startswith(_FILE):
        return code
    at = len(_FILE)
    for _ in range(_MOST_BOXES):
        length, kind = struct.unpack_from(">L4s", code, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", code, at + 8), 16
        end = at + length if length else len(code)
        if end < at + head:
            break
        if kind == b"jp2c":
            return code[at + head : end]
        at = end
    raise ValueError("a JPEG 2000 file without a codestream")


def jpeg2000_size(code: bytes) -> tuple[int, int, int, int]:
    """Rows, columns, components and precision in the main header.

    Parameters
    ----------
    code : bytes
        A bare codestream.

    Raises
    ------
    ValueError, struct.error
        There is no main header, or one that no decoder can set up for without taking memory beyond its pixels, or the
        codestream is cut off.
    """
    if not code.startswith(_START) or not code.rstrip(_PADDING).endswith(_END):
        raise ValueError("a codestream without its start or its end")
    right, bottom, left, top = struct.unpack_from(">4L", code, 8)
    components, depth, *spacing = struct.unpack_from(">HBBB", code, 40)
    if spacing != [1, 1] or max(left, top) > _LARGEST_OFFSET or not (_has_large_tiles(code) and _is_modest(code)):
        raise ValueError("a main header that asks for gigabytes of book-keeping")
    return bottom - top, right - left, components, (depth & 0x7F) + 1


def _has_large_tiles(code: bytes) -> bool:
    """Whether tiles are not tiny."""
    right, bottom = struct.unpack_from(">2L", code, 8)
    width, height = struct.unpack_from(">2L", code, 24)
    return bool(min(width, height) >= min(_SMALLEST_TILE, right, bottom))


def _is_modest(code: bytes) -> bool:
    """Whether the coding style has few layers, and precincts that are not tiny."""
    (length,) = struct.unpack_from(">H", code, 4)
    place = 4 + length
    while code[place : place + 1] == b"\xff":
        marker, length = struct.unpack_from(">xBH", code, place)
        if marker == _CODING_STYLE:
            style, _, layers, _, levels = struct.unpack_from(">BBHBB", code, place + 4)
            precincts = code[place + 14 : place + 15 + levels] if style & 1 else b""
            few = layers <= _MOST_LAYERS and levels <= _MOST_LEVELS
            return few and all(min(size & 15, size >> 4) >= _SMALLEST_PRECINCT for size in precincts)
        place += 2 + length
    return False
