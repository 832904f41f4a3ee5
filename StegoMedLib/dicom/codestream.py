"""What a compressed frame says of its own size (ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2, 15444-1 A.5.1)."""

from __future__ import annotations

import struct

__all__ = ["declared_size"]

_JPEG2000 = b"\xff\x4f\xff\x51"  # start of codestream, then its size marker
_JPEG = b"\xff\xd8"
# Start-of-frame markers: 0xC0 to 0xCF but for tables and reserved ones, and JPEG-LS.
_FRAME_STARTS = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_HEAD = 1 << 12


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
    return bottom - top, right - left


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
