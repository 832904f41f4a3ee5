"""The size that a compressed frame gives is read without decoding it."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from StegoMedLib.dicom.codestream import declared_size


def jpeg2000(tile: int = 640, components: int = 1, layers: int = 1, precincts: bytes = b"") -> bytes:
    """Head of a codestream of 632 x 476 pixels: image and tile size, coding style."""
    size = struct.pack(">HH8LHBBB", 41, 0, 640, 480, 8, 4, tile, tile, 0, 0, components, 15, 1, 1)
    style = struct.pack(">BBHBBBBBB", bool(precincts), 0, layers, 0, 5, 4, 4, 0, 1) + precincts
    return b"\xff\x4f\xff\x51" + size + b"\xff\x52" + struct.pack(">H", 2 + len(style)) + style


def test_jpeg2000() -> None:
    assert declared_size(jpeg2000()) == (476, 632)
    assert declared_size(jpeg2000(precincts=b"\x88" * 6)) == (476, 632)


@pytest.mark.parametrize(
    "damage", [{"tile": 1}, {"components": 16384}, {"layers": 65535}, {"precincts": b"\x00" * 6}], ids=str
)
def test_a_jpeg2000_header_that_asks_for_gigabytes_has_no_size(damage: dict[str, Any]) -> None:
    assert declared_size(jpeg2000(**damage)) == (0, 0)


@pytest.mark.parametrize("marker", [0xC0, 0xC3, 0xF7])
def test_jpeg_and_jpeg_ls(marker: int) -> None:
    application = b"\xff\xe0\x00\x04ab"
    frame = struct.pack(">BBHBHHB", 0xFF, marker, 11, 12, 480, 640, 1)
    assert declared_size(b"\xff\xd8" + application + b"\xff" + frame) == (480, 640)


def test_run_lengths_have_no_size() -> None:
    assert declared_size(struct.pack("<16L", 2, 64, 90, *(0,) * 13)) is None


def test_header_that_is_cut_off() -> None:
    with pytest.raises(struct.error):
        declared_size(b"\xff\xd8\xff\xe0\x00\x10")
