"""The size that a compressed frame gives is read without decoding it."""

from __future__ import annotations

import struct

import pytest

from StegoMedLib.dicom.codestream import declared_size


def test_jpeg2000() -> None:
    size = struct.pack(">HH4L", 41, 0, 640, 480, 8, 4)
    assert declared_size(b"\xff\x4f\xff\x51" + size) == (476, 632)


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
