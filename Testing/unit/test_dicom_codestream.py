"""What a compressed frame says of itself is held against the header before any decoder sees the frame."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    MPEG2MPML,
    UID,
    JPEG2000Lossless,
    JPEG2000TransferSyntaxes,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from StegoMedLib.dicom.codestream import checked_codestream
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from StegoMedLib.errors import UnusableInputError

SYNTAXES = [*JPEG2000TransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEGTransferSyntaxes, RLELossless]
HIGH_THROUGHPUT = UID("1.2.840.10008.1.2.4.201")


def header(rows: int = 476, columns: int = 632, bits: int = 16) -> PixelFormat:
    return PixelFormat(rows, columns, 1, StoredField(bits, bits, bits - 1), inverted=False)


def jpeg2000(tile: int = 640, components: int = 1, layers: int = 1, precincts: bytes = b"", depth: int = 15) -> bytes:
    """Head and end of a codestream of 632 x 476 pixels: image and tile size, coding style."""
    size = struct.pack(">HH8LHBBB", 41, 0, 640, 480, 8, 4, tile, tile, 0, 0, components, depth, 1, 1)
    style = struct.pack(">BBHBBBBBB", bool(precincts), 0, layers, 0, 5, 4, 4, 0, 1) + precincts
    return b"\xff\x4f\xff\x51" + size + b"\xff\x52" + struct.pack(">H", 2 + len(style)) + style + b"\xff\xd9"


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L4s", 8 + len(content), kind) + content


def jpeg(marker: int = 0xC3, rows: int = 476, columns: int = 632, bits: int = 16, components: int = 1) -> bytes:
    """Frame header, scan header, a scan with a stuffed byte and a restart marker, end of image."""
    application = b"\xff\xe0\x00\x04ab"
    frame = struct.pack(">BBHBHHB", 0xFF, marker, 11, bits, rows, columns, components) + b"\1\x11\0"
    scan = b"\xff\xda\x00\x08\1\1\0\1\0\0" + b"\x12\xff\0\xff\xd0\x34"
    return b"\xff\xd8" + application + b"\xff" + frame + scan + b"\xff\xd9"


def runs(*words: int, length: int = 100) -> bytes:
    return struct.pack("<16L", *words, *(0,) * (16 - len(words))) + bytes(length - 64)


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, HIGH_THROUGHPUT])
@pytest.mark.parametrize("precincts", [b"", b"\x88" * 6])
def test_jpeg2000_of_the_size_of_the_header_passes(syntax: UID, precincts: bytes) -> None:
    code = jpeg2000(precincts=precincts)
    assert checked_codestream(code, header(), syntax) == code
    assert checked_codestream(code + b"\0", header(), syntax) == code + b"\0"


def test_of_a_jpeg2000_file_only_the_codestream_is_decoded() -> None:
    code, brand = jpeg2000(), box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    decoy = box(b"uuid", jpeg2000(tile=1))
    signature = box(b"jP  ", b"\r\n\x87\n")
    assert checked_codestream(signature + brand + decoy + box(b"jp2c", code), header(), JPEG2000Lossless) == code
    to_the_end = signature + brand + b"\0\0\0\0jp2c" + code
    assert checked_codestream(to_the_end, header(), JPEG2000Lossless) == code
    long = signature + struct.pack(">L4sQ", 1, b"jp2c", 16 + len(code)) + code
    assert checked_codestream(long, header(), JPEG2000Lossless) == code
    for broken in (signature + brand, signature + struct.pack(">L4s", 3, b"free") * 9, signature + box(b"x", b"") * 99):
        with pytest.raises((ValueError, struct.error)):
            checked_codestream(broken, header(), JPEG2000Lossless)


@pytest.mark.parametrize("damage", [{"tile": 1}, {"layers": 65535}, {"precincts": b"\x00" * 6}], ids=str)
def test_a_jpeg2000_header_that_asks_for_gigabytes_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="book-keeping"):
        checked_codestream(jpeg2000(**damage), header(), JPEG2000Lossless)


@pytest.mark.parametrize(
    ("syntax", "marker"), [(JPEGBaseline8Bit, 0xC0), (JPEGLosslessSV1, 0xC3), (JPEGLSLossless, 0xF7)]
)
def test_jpeg_of_the_size_of_the_header_passes(syntax: UID, marker: int) -> None:
    code = jpeg(marker)
    assert checked_codestream(code, header(), syntax) == code


@pytest.mark.parametrize(
    ("syntax", "code"),
    [(JPEG2000Lossless, jpeg2000()), (JPEGLosslessSV1, jpeg()), (JPEGLSLossless, jpeg(0xF7))],
    ids=lambda value: value.name if isinstance(value, UID) else "",
)
@pytest.mark.parametrize(("rows", "columns"), [(475, 632), (477, 632), (476, 631), (476, 1000)])
def test_another_size_is_refused_smaller_or_larger(syntax: UID, code: bytes, rows: int, columns: int) -> None:
    with pytest.raises(UnusableInputError, match=f"476 x 632 pixels and the header says {rows} x {columns}"):
        checked_codestream(code, header(rows, columns), syntax)


@pytest.mark.parametrize("size", [{"rows": 0}, {"columns": 0}])
@pytest.mark.parametrize(("syntax", "marker"), [(JPEGLosslessSV1, 0xC3), (JPEGLSLossless, 0xF7)])
def test_a_size_of_nothing_is_refused(size: dict[str, int], syntax: UID, marker: int) -> None:
    with pytest.raises(UnusableInputError, match=r"pixels and the header says"):
        checked_codestream(jpeg(marker, **size), header(), syntax)


@pytest.mark.parametrize(
    ("syntax", "code", "cause"),
    [
        (JPEGLosslessSV1, jpeg(components=3), "3 components of 16 bits"),
        (JPEGLosslessSV1, jpeg(bits=17), "1 components of 17 bits"),
        (JPEGLSLossless, jpeg(0xF7, bits=0), "of 0 bits"),
        (JPEG2000Lossless, jpeg2000(components=16384), "16384 components"),
        (JPEG2000Lossless, jpeg2000(depth=16), "of 17 bits"),
    ],
)
def test_what_the_container_does_not_hold_is_refused(syntax: UID, code: bytes, cause: str) -> None:
    with pytest.raises(UnusableInputError, match=cause):
        checked_codestream(code, header(), syntax)


def test_a_precision_between_stored_bits_and_container_passes() -> None:
    twelve = PixelFormat(476, 632, 1, StoredField(16, 12, 11), inverted=False)
    for bits in (10, 12, 13, 16):
        checked_codestream(jpeg(bits=bits), twelve, JPEGLosslessSV1)


@pytest.mark.parametrize(
    "code",
    [
        jpeg()[2:],
        jpeg()[:-2],
        jpeg(0xF7),
        jpeg(0xC0),
        jpeg().replace(b"\xff\xd9", b"\xff\xdc\0\4\1\0\xff\xd9"),
        jpeg()[:-2] + jpeg()[2:],
        b"\xff\xd8\xff\xde\0\x0b" + bytes(9) + jpeg()[2:],
        b"\xff\xd8\xff\xf8\0\5\4\2\2" + jpeg()[2:],
        b"\xff\xd8\xff\xda\0\2\xff\xd9",
        b"\xff\xd8\0\0" + jpeg()[2:],
        b"\xff\xd8\xff\xe0\x00\x10",
        b"\xff\xd8\xff\xd9",
        b"",
    ],
    ids=[
        *("no start", "no end", "JPEG-LS inside", "lossy inside", "number of lines", "second frame"),
        *("hierarchy", "oversize", "scan first", "loose bytes", "cut off", "empty image", "nothing"),
    ],
)
def test_a_jpeg_frame_whose_size_is_not_certain_is_refused(code: bytes) -> None:
    with pytest.raises((ValueError, struct.error)):
        checked_codestream(code, header(), JPEGLosslessSV1)


@pytest.mark.parametrize("code", [b"", jpeg2000()[:-2], jpeg2000()[:30], b"\0" + jpeg2000(), jpeg()])
def test_a_jpeg2000_frame_that_is_none_or_is_cut_off_is_refused(code: bytes) -> None:
    with pytest.raises((ValueError, struct.error)):
        checked_codestream(code, header(), JPEG2000Lossless)


def test_run_lengths_in_as_many_segments_as_bytes_pass() -> None:
    assert checked_codestream(runs(2, 64, 90), header(), RLELossless)
    assert checked_codestream(runs(1, 64), header(bits=8), RLELossless)


@pytest.mark.parametrize(
    "code",
    [
        *(b"", runs(2, 64, 90)[:63], runs(0), runs(1, 64), runs(3, 64, 70, 80), runs(2, 64, 64), runs(2, 90, 64)),
        *(runs(2, 63, 90), runs(2, 64, 100), runs(2, 64, 0xFFFFFFFF), runs(0xFFFFFFFF, 64, 90)),
    ],
)
def test_run_lengths_whose_segments_do_not_follow_each_other_are_refused(code: bytes) -> None:
    with pytest.raises((ValueError, struct.error)):
        checked_codestream(code, header(), RLELossless)


def test_a_syntax_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        checked_codestream(b"\0\0\1", header(), MPEG2MPML)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    syntax=st.sampled_from(SYNTAXES),
    begin=st.sampled_from([b"", b"\xff\xd8", b"\xff\x4f\xff\x51", jpeg(), jpeg(0xF7), jpeg2000(), runs(2, 64, 90)]),
    cut=st.integers(0, 90),
    rest=st.binary(max_size=60),
)
def test_any_bytes_end_in_a_verdict(syntax: UID, begin: bytes, cut: int, rest: bytes) -> None:
    with suppress(ValueError, struct.error, UnusableInputError):
        checked_codestream(begin[: len(begin) - cut] + rest, header(), syntax)
