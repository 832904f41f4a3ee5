"""Lossy compression: the plane through an encoder and back, and how many bytes it took in between."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.lab.attacks.span import span_of, unit_scale

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["jpeg", "jpeg2000", "jpegls"]

_SMALLEST = 32
"""Pixels a side that six resolutions of JPEG 2000 need; smaller planes are padded."""

_LEAST_PRECISION = 2
"""Bits: JPEG-LS (ISO/IEC 14495-1) has no planes of one bit."""

_SPARE, _MOST_ROWS = 256, 65535


def jpeg2000(plane: Plane, level: float, rng: Generator) -> tuple[NDArray[np.int32], int]:
    """JPEG 2000 (ISO/IEC 15444-1), 9-7 wavelet, one layer of 1 / `level` of BitsStored bits a pixel; bytes taken."""
    del rng
    from openjpeg.utils import decode, encode_array  # noqa: PLC0415  loads a library of its own

    rows, columns = plane.shape
    margins = [(0, max(0, _SMALLEST - side)) for side in plane.shape]
    samples = np.pad(_unsigned(plane), margins, mode="edge")
    code = encode_array(samples, bits_stored=plane.bits_stored, compression_ratios=[level])
    found = np.asarray(decode(code), dtype=np.int32).reshape(samples.shape)[:rows, :columns]
    return found + plane.low, len(code)


def jpegls(plane: Plane, level: float, rng: Generator) -> tuple[NDArray[np.int32], int]:
    """JPEG-LS near-lossless (ISO/IEC 14495-1): no stored value moves by more than NEAR = `level`; bytes taken."""
    del rng
    from jpeg_ls import decode_buffer, encode_buffer  # noqa: PLC0415  loads a library of its own

    rows, columns = plane.shape
    # The encoder has as much room as the image takes uncompressed, and noise takes more: rows that cost next to
    # nothing make room.
    samples = np.pad(_unsigned(plane), ((0, min(rows + _SPARE, _MOST_ROWS - rows)), (0, 0)))
    precision = max(plane.bits_stored, _LEAST_PRECISION)
    near = min(int(level), ((1 << precision) - 1) // 2)  # the standard's largest
    code = encode_buffer(samples.tobytes(), len(samples), columns, 1, precision, lossy_error=near)
    decoded, _ = decode_buffer(bytes(code))
    found = np.frombuffer(bytes(decoded), dtype=samples.dtype).reshape(samples.shape)[:rows]
    return found.astype(np.int32) + plane.low, len(code)


def jpeg(plane: Plane, level: float, rng: Generator) -> tuple[NDArray[np.float64], int]:
    """The range as 0 to 255, baseline JPEG (ISO/IEC 10918-1) of quality `level`, and back; bytes taken."""
    del rng
    from PIL import Image  # noqa: PLC0415  takes a while to import

    least, span = span_of(plane)
    stream = BytesIO()
    Image.fromarray(np.rint(255 * unit_scale(plane)).astype(np.uint8)).save(stream, "JPEG", quality=int(level))
    size = stream.tell()
    return least + np.asarray(Image.open(stream, formats=["JPEG"]), dtype=np.float64) * span / 255, size


def _unsigned(plane: Plane) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Stored values counted from the least legal one, as encoders take them."""
    samples = np.clip(plane.pixels, plane.low, plane.high) - plane.low
    return samples.astype(np.uint8) if plane.bits_stored <= 8 else samples.astype(np.uint16)  # noqa: PLR2004  a byte
