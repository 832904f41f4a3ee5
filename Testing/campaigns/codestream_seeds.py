"""Small frames in every compressed transfer syntax that is read, to begin a campaign with."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.encaps import get_frame
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import UID, JPEG2000Lossless, JPEGLSLossless, JPEGLSNearLossless, RLELossless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Seed", "encoded", "jpeg_lossless", "phantom", "seed_of_file", "seeds", "seeds_of_files"]

_PREFIX = "1.2.840.10008.1.2.4."
_JPEG2000 = {JPEG2000Lossless: "reversible", UID(_PREFIX + "91"): "lossy"}
_HIGH_THROUGHPUT = tuple(UID(_PREFIX + number) for number in ("201", "202", "203"))
_JPEG_LOSSLESS = tuple(UID(_PREFIX + number) for number in ("57", "70"))
_JPEG_DCT = tuple(UID(_PREFIX + number) for number in ("50", "51"))
_JP2_HEAD = bytes.fromhex("0000000c6a5020200d0a870a") + b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 "
# Twelve-bit JPEG, lossy JPEG 2000 and near-lossless JPEG-LS of other makers.
_SHIPPED = ("JPGExtended.dcm", "JPEG2000.dcm", "JPEGLSNearLossless_08.dcm", "JPEGLSNearLossless_16.dcm")
_MOST_COLUMNS = 256
_SHAPES = ((32, 32), (33, 47), (64, 48))


@dataclass(frozen=True)
class Seed:
    """A frame, and what a header says of it."""

    syntax: UID
    code: bytes
    rows: int
    columns: int
    allocated: int
    stored: int


def phantom(rows: int, columns: int, bits: int) -> NDArray[np.uint16]:
    """A bright disc in noisy air."""
    y, x = np.ogrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    air = np.random.default_rng(rows).integers(0, 1 << (bits - 3), (rows, columns))
    return np.where(x * x + y * y < 0.5, air + (1 << (bits - 1)), air).astype(np.uint16)


def jpeg_lossless(pixels: NDArray[np.uint16], bits: int) -> bytes:
    """Lossless JPEG (process 14, selection value 1), with a code of five bits for each of 17 categories."""
    rows, columns = pixels.shape
    values = pixels.astype(int)
    guess = np.empty_like(values)
    guess[:, 1:], guess[1:, 0], guess[0, 0] = values[:, :-1], values[:-1, 0], 1 << (bits - 1)
    digits = "".join(_digits(int(difference)) for difference in (values - guess).ravel())
    digits += "1" * (-len(digits) % 8)
    scan = int(digits, 2).to_bytes(len(digits) // 8, "big").replace(b"\xff", b"\xff\0")
    table = bytes([0]) + bytes([0, 0, 0, 0, 17, *(0,) * 11]) + bytes(range(17))
    return b"".join(
        (
            b"\xff\xd8",
            struct.pack(">BBHBHHBBBB", 0xFF, 0xC3, 11, bits, rows, columns, 1, 1, 0x11, 0),
            struct.pack(">BBH", 0xFF, 0xC4, 2 + len(table)) + table,
            struct.pack(">BBHBBBBBB", 0xFF, 0xDA, 8, 1, 1, 0, 1, 0, 0),
            scan,
            b"\xff\xd9",
        )
    )


def _digits(difference: int) -> str:
    """Category and magnitude of a difference (ISO/IEC 10918-1 H.1.2.2)."""
    category = abs(difference).bit_length()
    if not category:
        return f"{0:05b}"
    magnitude = difference if difference > 0 else difference + (1 << category) - 1
    return f"{category:05b}{magnitude:0{category}b}"


def encoded(syntax: UID, plugin: str, pixels: NDArray[np.uint16], bits: int, **options: Any) -> bytes:
    """A frame through an encoder of pydicom's."""
    allocated = 8 if bits <= 8 else 16
    raw = pixels.astype(f"<u{allocated // 8}").tobytes()
    rows, columns = pixels.shape
    described = {"rows": rows, "columns": columns, "bits_allocated": allocated, "bits_stored": bits, **options}
    return bytes(
        get_encoder(syntax).encode(
            raw,
            index=0,
            number_of_frames=1,
            samples_per_pixel=1,
            pixel_representation=0,
            photometric_interpretation="MONOCHROME2",
            encoding_plugin=plugin,
            **described,
        )
    )


def _jpeg2000(pixels: NDArray[np.uint16], bits: int, *, lossy: bool = False) -> bytes:
    options: dict[str, Any] = {"j2k_cr": [5]} if lossy else {}
    return encoded(UID(_PREFIX + "91") if lossy else JPEG2000Lossless, "pylibjpeg", pixels, bits, **options)


def _in_file_format(code: bytes) -> bytes:
    """The codestream as the last box of a JP2 file."""
    size = struct.unpack_from(">2L", code, 8)
    inner = struct.pack(">L4s2LHBBBB", 22, b"ihdr", size[1], size[0], 1, code[42], 7, 0, 0)
    inner += struct.pack(">L4sBBBL", 15, b"colr", 1, 0, 0, 17)
    return _JP2_HEAD + struct.pack(">L4s", 8 + len(inner), b"jp2h") + inner + struct.pack(">L4s", 0, b"jp2c") + code


def _high_throughput(code: bytes) -> bytes:
    """The codestream with its blocks said to be those of part 15, for which there is no encoder here."""
    at = code.index(b"\xff\x52")
    capabilities = b"\xff\x50\0\x08\0\x02\0\0\0\0"
    style = code[: at + 12] + bytes([code[at + 12] | 0x40]) + code[at + 13 :]
    return style[:at] + capabilities + style[at:]


def _jpeg_dct(pixels: NDArray[np.uint16]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _codes(pixels: NDArray[np.uint16], bits: int) -> Iterator[tuple[UID, bytes]]:
    yield RLELossless, encoded(RLELossless, "pydicom", pixels, bits)
    yield JPEGLSLossless, encoded(JPEGLSLossless, "pyjpegls", pixels, bits)
    yield JPEGLSNearLossless, encoded(JPEGLSNearLossless, "pyjpegls", pixels, bits, jls_error=2)
    plain = _jpeg2000(pixels, bits)
    yield JPEG2000Lossless, plain
    yield JPEG2000Lossless, _in_file_format(plain)
    yield UID(_PREFIX + "91"), _jpeg2000(pixels, bits, lossy=True)
    for syntax in _HIGH_THROUGHPUT:
        yield syntax, plain
        yield syntax, _high_throughput(plain)
    for syntax in _JPEG_LOSSLESS:
        yield syntax, jpeg_lossless(pixels, bits)
    if bits == 8:
        for syntax in _JPEG_DCT:
            yield syntax, _jpeg_dct(pixels)


def seeds() -> list[Seed]:
    """Frames of three sizes and two depths in every syntax."""
    found = []
    for rows, columns in _SHAPES:
        for bits in (8, 12):
            codes = _codes(phantom(rows, columns, bits), bits)
            found += [Seed(syntax, code, rows, columns, 8 if bits == 8 else 16, bits) for syntax, code in codes]
    return found


def seed_of_file(path: Path) -> Seed | None:
    """The first frame of a file; None where it is not compressed."""
    header = pydicom.dcmread(path)
    syntax = UID(header.file_meta.TransferSyntaxUID)
    if not syntax.is_encapsulated:
        return None
    code = get_frame(header.PixelData, 0, number_of_frames=int(header.get("NumberOfFrames", 1)))
    return Seed(syntax, code, header.Rows, header.Columns, header.BitsAllocated, header.BitsStored)


def seeds_of_files(folder: Path) -> list[Seed]:
    """Frames of real files: those in a folder, as far as they are small, and those that come with pydicom."""
    shipped = [get_testdata_file(name, read=False, download=False) for name in _SHIPPED]
    paths = [Path(str(path)) for path in shipped if path] + sorted(folder.glob("*.dcm"))
    return [seed for seed in map(seed_of_file, paths) if seed and seed.columns <= _MOST_COLUMNS]
