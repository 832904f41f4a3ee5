"""What a compressed frame says of its own size (ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2, 15444-1 A.5.1)."""

from __future__ import annotations

import struct

__all__ = ["declared_size"]

_JPEG2000 = b"\xff\x4f\xff\x51"  # start of codestream, then its size marker
_JPEG = b"\xff\xd8"
# Start-of-frame markers: 0xC0 to 0xCF but for tables and reserved ones, and JPEG-LS.
_FRAME_STARTS = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_HEAD = 1 << 12

_NONE = (0, 0)
"""Size that no image has."""

_CODING_STYLE = 0x52
_LARGEST_OFFSET, _SMALLEST_TILE, _SMALLEST_PRECINCT = 1 << 16, 16, 3
_MOST_LAYERS, _MOST_LEVELS = 256, 32


def declared_size(code: bytes) -> tuple[int, int] | None:
    """Rows and columns that a codestream's own header gives.

    Parameters
    ----------
    code : bytes
        One compressed frame.

    Returns
    -------
    tuple of (int, int) or None
        None for RLE and whatever else has no size of its own.

    Raises
    ------
    struct.error
        The header is cut off.
    """
    if code.startswith(_JPEG):
        return _jpeg_size(code)
    at = code.find(_JPEG2000, 0, _HEAD)
    if at < 0:
        return None
    right, bottom, left, top = struct.unpack_from(">4L", code, at + 8)
    return (bottom - top, right - left) if _is_modest(code, at) else _NONE


def _is_modest(code: bytes, at: int) -> bool:
    """Whether a JPEG 2000 decoder can set up for the codestream at `at` without taking memory beyond its pixels.

    Grey pixels in one component, without subsampling, in tiles that are not tiny (15444-1 A.5.1), coded in few layers
    and precincts that are not tiny (A.6.1): damaged headers ask for gigabytes of book-keeping.
    """
    width, height, _, _, components = struct.unpack_from(">4LH", code, at + 24)
    right, bottom, left, top = struct.unpack_from(">4L", code, at + 8)
    if components != 1 or code[at + 43 : at + 45] != b"\x01\x01" or max(left, top) > _LARGEST_OFFSET:
        return False
    if min(width, height) < min(_SMALLEST_TILE, right, bottom):
        return False
    (length,) = struct.unpack_from(">H", code, at + 4)
    place = at + 4 + length
    while code[place : place + 1] == b"\xff":
        marker, length = struct.unpack_from(">xBH", code, place)
        if marker == _CODING_STYLE:
            style, _, layers, _, levels = struct.unpack_from(">BBHBB", code, place + 4)
            precincts = code[place + 14 : place + 15 + levels] if style & 1 else b""
            few = layers <= _MOST_LAYERS and levels <= _MOST_LEVELS
            return few and all(min(size & 15, size >> 4) >= _SMALLEST_PRECINCT for size in precincts)
        place += 2 + length
    return False


def _jpeg_size(code: bytes) -> tuple[int, int] | None:
    """Size in the frame header, found by walking from marker to marker."""
    at = len(_JPEG)
    while True:
        marker, length = struct.unpack_from(">xBH", code, at)
        if marker in _FRAME_STARTS:
            rows, columns = struct.unpack_from(">HH", code, at + 5)
            return rows, columns
        if marker == 0xFF:  # noqa: PLR2004 a fill byte before the marker
            at += 1
            continue
        at += 2 + length
