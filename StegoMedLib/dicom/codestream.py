"""What a compressed frame says of itself, held against the file's header before any decoder sees it.

Decoders take memory, and some of them loop or abort, by what the frame's own header says; so it must say exactly the
rows and columns of the file's header, one component, and a precision that the container holds.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pydicom.uid import (
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from StegoMedLib.dicom.codestream_jpeg import jpeg_size
from StegoMedLib.dicom.codestream_jpeg2000 import bare_codestream, jpeg2000_size
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom.uid import UID

    from StegoMedLib.dicom.pixel_format import PixelFormat

__all__ = ["checked_codestream"]

_LOSSLESS_FRAME, _JPEG_LS_FRAME = frozenset({0xC3}), frozenset({0xF7})
_DCT_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_LOSSLESS_JPEG = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
_RLE_HEADER = struct.Struct("<16L")


def checked_codestream(code: bytes, pixels: PixelFormat, syntax: UID) -> bytes:
    """A frame as its decoder shall get it: its header agrees with the file's.

    The sample precision may be anything up to BitsAllocated: PS3.5 8.2 wants it to hold the stored bits, but writers
    that compress whole containers (16 for 12 stored bits) and those that compress what the pixels need are both in use.

    Parameters
    ----------
    code : bytes
        One compressed frame.
    pixels : PixelFormat
        What the file's header says.
    syntax : UID
        The file's transfer syntax.

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
        code = bare_codestream(code)
        size = jpeg2000_size(code)
    elif syntax in JPEGTransferSyntaxes or syntax in JPEGLSTransferSyntaxes:
        size = jpeg_size(code, _frame_kinds(syntax))
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
            f"its compressed pixel data cannot be decoded: it says a size of {rows} x {columns} where the header says "
            f"{pixels.rows} x {pixels.columns}; export it again, uncompressed if possible."
        )
    if components != 1 or not 1 <= precision <= pixels.field.bits_allocated:
        raise UnusableInputError(
            f"its compressed pixel data cannot be decoded: it says {components} components of {precision} bits where "
            f"the header says 1 of {pixels.field.bits_allocated}; export it again, uncompressed if possible."
        )


def _check_run_lengths(code: bytes, segments: int) -> None:
    """Hold the RLE header (PS3.5 G.5) against the container: one segment a byte, one after the other behind it."""
    count, *offsets = _RLE_HEADER.unpack_from(code)
    if count != segments:
        raise ValueError(f"{count} segments of run lengths for {segments} bytes a pixel")
    ends = [*offsets[1:segments], len(code)]
    if offsets[0] < _RLE_HEADER.size or any(a >= b for a, b in zip(offsets, ends, strict=False)):
        raise ValueError("segments of run lengths that do not follow each other")
