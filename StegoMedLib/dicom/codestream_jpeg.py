"""The frame header of JPEG and JPEG-LS (ISO/IEC 10918-1 annex B, 14495-1 annex C)."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["jpeg_size"]

_IMAGE_START, _IMAGE_END, _SCAN = b"\xff\xd8", 0xD9, 0xDA
# Start-of-frame markers: 0xC0 to 0xCF but for tables and reserved ones, and JPEG-LS.
_FRAMES = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
# A second image, a number of lines that comes later, hierarchical frames: whatever would replace the frame header.
_OTHER_SIZES = frozenset({0xD8, 0xDC, 0xDE, 0xDF})
_PRESETS, _OVERSIZE = 0xF8, 4
# A marker ends entropy-coded data. Stuffed bytes (0x00, in JPEG-LS below 0x80) and restart markers belong to it.
_MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")


def jpeg_size(code: bytes, kinds: frozenset[int]) -> tuple[int, int, int, int]:
    """Rows, columns, components and precision in the one frame header.

    Parameters
    ----------
    code : bytes
        One compressed frame.
    kinds : frozenset of int
        Second bytes of the start-of-frame markers that are allowed.

    Raises
    ------
    ValueError, struct.error
        There is no such header, another one, something that could replace it, or no end of the image: what was cut off
        decoders fill with anything, and CharLS takes ten seconds to notice.
    """
    size: tuple[int, int, int, int] | None = None
    for marker, at in _segments(code):
        if marker in _FRAMES:
            if size or marker not in kinds:
                raise ValueError(f"a frame header of kind {marker:#x} too many")
            precision, rows, columns, components = struct.unpack_from(">BHHB", code, at + 2)
            size = rows, columns, components, precision
        elif marker in _OTHER_SIZES or (marker == _PRESETS and code[at + 2] == _OVERSIZE):
            raise ValueError(f"marker {marker:#x} gives the image another size")
        elif marker == _SCAN and not size:
            raise ValueError("a scan before the frame header")
    if not size:
        raise ValueError("no frame header")
    return size


def _segments(code: bytes) -> Iterator[tuple[int, int]]:
    """Markers that segments begin with, and where their length fields are, up to the end of the image."""
    if not code.startswith(_IMAGE_START):
        raise ValueError("no start of an image")
    at = len(_IMAGE_START)
    while at < len(code):
        start, marker = struct.unpack_from(">BB", code, at)
        if start != 0xFF:  # noqa: PLR2004 every marker begins so
            raise ValueError("bytes that belong to no segment")
        if marker == 0xFF:  # noqa: PLR2004 a fill byte before the marker
            at += 1
            continue
        if marker == _IMAGE_END:
            return
        yield marker, at + 2
        (length,) = struct.unpack_from(">H", code, at + 2)
        at += 2 + length
        if marker == _SCAN:
            found = _MARKER.search(code, at)
            at = found.start() if found else len(code)
    raise ValueError("no end of the image")
