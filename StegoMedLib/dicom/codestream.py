"""What a compressed frame says of itself, held against the file's header before any decoder sees it.

Decoders take memory, and some of them loop or abort, by what the frame's own header says; so it must say exactly the
rows and columns of the file's header, one component, and a precision that the container holds. Read are the frame
header of JPEG and JPEG-LS (ISO/IEC 10918-1 annex B, 14495-1 annex C), and the main header of JPEG 2000 (ISO/IEC 15444-1
A.5.1, A.6.1) with the file format around it (annex I).
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from pydicom.uid import JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, JPEGTransferSyntaxes, RLELossless

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.uid import UID

    from StegoMedLib.dicom.pixel_format import PixelFormat

__all__ = ["checked_codestream"]

_LOSSLESS_FRAME, _JPEG_LS_FRAME = frozenset({0xC3}), frozenset({0xF7})
_DCT_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_LOSSLESS_JPEG = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
_RLE_HEADER = struct.Struct("<16L")

_IMAGE_START, _IMAGE_END, _SCAN = b"\xff\xd8", 0xD9, 0xDA
# Start-of-frame markers: 0xC0 to 0xCF but for tables and reserved ones, and JPEG-LS.
_FRAMES = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
# A second image, a number of lines that comes later, hierarchical frames: whatever would replace the frame header.
_OTHER_SIZES = frozenset({0xD8, 0xDC, 0xDE, 0xDF})
_PRESETS, _OVERSIZE = 0xF8, 4
# A marker ends entropy-coded data. Stuffed bytes (0x00, in JPEG-LS below 0x80) and restart markers belong to it.
_MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")

_START = b"\xff\x4f\xff\x51"  # start of codestream, then its size marker
_END, _PADDING = b"\xff\xd9", b"\0\xff"
_FILE = b"\x00\x00\x00\x0cjP  \x0d\x0a\x87\x0a"
_MOST_BOXES = 64

_CODING_STYLE = 0x52
_LARGEST_OFFSET, _SMALLEST_TILE, _SMALLEST_PRECINCT = 1 << 16, 16, 3
_MOST_LAYERS, _MOST_LEVELS = 256, 32


def checked_codestream(code: bytes, pixels: PixelFormat, syntax: UID) -> bytes:
    """A compressed frame as its decoder shall get it: its own header agrees with the file's.

    The sample precision may be anything up to BitsAllocated: PS3.5 8.2 wants it to hold the stored bits, but writers
    that compress whole containers (16 for 12 stored bits) and those that compress what the pixels need are both in use.

    Returns
    -------
    bytes
        `code`, without the JP2 file format around it where there is one (PS3.5 A.4.4 allows none).

    Raises
    ------
    UnusableInputError
        The frame says something else than the header; the sentence has the file as its unnamed subject ("it").
    ValueError, struct.error
        The frame's header is missing, cut off or malformed.
    """
    if syntax == RLELossless:
        _check_run_lengths(code, pixels.field.bits_allocated // 8)
        return code
    if syntax in JPEG2000TransferSyntaxes:
        code = _bare_codestream(code)
        size = _jpeg2000_size(code)
    elif syntax in JPEGTransferSyntaxes or syntax in JPEGLSTransferSyntaxes:
        size = _jpeg_size(code, _frame_kinds(syntax))
    else:
        raise ValueError(f"nothing is known of codestreams in {syntax.name}")
    _compare(size, pixels)
    return code


def _frame_kinds(syntax: UID) -> frozenset[int]:
    """Start-of-frame markers that belong to a transfer syntax; another one would hide loss, or meet a wrong decoder."""
    if syntax in JPEGLSTransferSyntaxes:
        return _JPEG_LS_FRAME
    return _LOSSLESS_FRAME if syntax in _LOSSLESS_JPEG else _DCT_FRAMES


def _compare(size: tuple[int, int, int, int], pixels: PixelFormat) -> None:
    rows, columns, components, precision = size
    if (rows, columns) != (pixels.rows, pixels.columns):
        raise UnusableInputError(
            f"its compressed pixel data cannot be decoded: it has {rows} x {columns} pixels and the header says "
            f"{pixels.rows} x {pixels.columns}; export it again, uncompressed if possible."
        )
    if components != 1 or not 1 <= precision <= pixels.field.bits_allocated:
        raise UnusableInputError(
            f"its compressed pixel data cannot be decoded: it has {components} components of {precision} bits and the "
            f"header says 1 of {pixels.field.bits_allocated}; export it again, uncompressed if possible."
        )


def _check_run_lengths(code: bytes, segments: int) -> None:
    """Hold the RLE header (PS3.5 G.5) against the container: one segment a byte, one after the other behind it."""
    count, *offsets = _RLE_HEADER.unpack_from(code)
    if count != segments:
        raise ValueError(f"{count} segments of run lengths for {segments} bytes a pixel")
    ends = [*offsets[1:segments], len(code)]
    if offsets[0] < _RLE_HEADER.size or any(a >= b for a, b in zip(offsets, ends, strict=False)):
        raise ValueError("segments of run lengths that do not follow each other")


def _jpeg_size(code: bytes, kinds: frozenset[int]) -> tuple[int, int, int, int]:
    """Rows, columns, components and precision in the one frame header, whose marker is one of `kinds`.

    Refused is what could replace it, and a missing end of the image: what was cut off decoders fill with anything, and
    CharLS takes ten seconds to notice.
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


def _bare_codestream(code: bytes) -> bytes:
    """The codestream without the file format around it, whose boxes could tell a decoder something else."""
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


def _jpeg2000_size(code: bytes) -> tuple[int, int, int, int]:
    """Rows, columns, components and precision in the main header of a bare codestream.

    Refused is one that no decoder can set up for without taking memory beyond its pixels, or that is cut off.
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
