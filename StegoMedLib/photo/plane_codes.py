"""Frames as JPEG-LS (ISO/IEC 14495-1), without loss: the bytes of each come back, whatever they mean."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from pydicom.uid import JPEGLSLossless

from StegoMedLib.dicom.decoding import decode_frame
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from StegoMedLib.errors import StegoMedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.photo.dicom_frames import FrameLayout

__all__ = ["LARGEST_PLANE", "coded_frame", "decoded_frame"]

LARGEST_PLANE = 1 << 24
"""Samples of a frame that is coded as such; what is larger is taken as bytes."""

_LAYOUT = struct.Struct(">IIBBBH")
"""Rows, columns, bytes of a sample, samples side by side, whether they are signed, and the least of them."""
_SIGN = {1: 0x80, 2: 0x8000}
_LEAST_BITS = {1: 8, 2: 9}
"""Precision: decoders give one byte a sample where it is 8 bits or less."""


def coded_frame(frame: bytes, layout: FrameLayout) -> bytes | None:
    """A frame, compressed; None where that fails, or would not give the same bytes again.

    Parameters
    ----------
    frame : bytes
        Of the length that `layout` says.
    layout : FrameLayout
    """
    import jpeg_ls  # noqa: PLC0415  Slicer may lack it; what is asked for first says so

    if len(frame) // layout.cell > LARGEST_PLANE:
        return None
    cells = np.frombuffer(frame, dtype=f"<u{layout.cell}").reshape(layout.rows, layout.columns, layout.samples)
    if layout.signed:
        cells = cells ^ cells.dtype.type(_SIGN[layout.cell])
    least = int(cells.min())
    plane = np.ascontiguousarray(np.moveaxis(cells - cells.dtype.type(least), 2, 0)).reshape(-1, layout.columns)
    try:
        bits = max(_LEAST_BITS[layout.cell], int(plane.max()).bit_length())
        code = bytes(jpeg_ls.encode_buffer(plane.astype(cells.dtype).tobytes(), *plane.shape, 1, bits))
        # What was coded just now harms nobody, so that it is decoded here; who reads does it elsewhere.
        same = np.array_equal(jpeg_ls.decode(np.frombuffer(code, dtype=np.uint8)), plane)
    except (RuntimeError, ValueError):
        return None
    head = _LAYOUT.pack(layout.rows, layout.columns, layout.cell, layout.samples, layout.signed, least)
    return head + code if same else None


def decoded_frame(coded: bytes) -> bytes | None:
    """Undo `coded_frame`; `coded` may be anything, and is decoded in a process of its own."""
    if len(coded) < _LAYOUT.size:
        return None
    rows, columns, cell, samples, signed, least = _LAYOUT.unpack_from(coded)
    count = rows * columns * samples
    if cell not in _SIGN or not 0 < count <= LARGEST_PLANE:
        return None
    try:
        plane = _decoded(coded[_LAYOUT.size :], rows * samples, columns, cell)
    except StegoMedError:
        return None
    cells = np.moveaxis(plane.reshape(samples, rows, columns), 0, 2) + plane.dtype.type(least % (1 << 8 * cell))
    if signed:
        cells ^= cells.dtype.type(_SIGN[cell])
    return bytes(cells.astype(f"<u{cell}").tobytes())


def _decoded(code: bytes, rows: int, columns: int, cell: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    field = StoredField(8 * cell, 8 * cell, 8 * cell - 1)
    return decode_frame(
        code + bytes(len(code) % 2), PixelFormat(rows, columns, 1, field, inverted=False), JPEGLSLossless
    )
