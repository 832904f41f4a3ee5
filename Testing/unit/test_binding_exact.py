"""The exact side of the binding: digest, geometry, tag and own part, byte by byte, and what no sender writes."""

from __future__ import annotations

import hashlib
import hmac
import struct

import numpy as np
import pytest

from StegoMedLib.binding import (
    HEAD_BYTES,
    SIGNATURE_BYTES,
    Geometry,
    Part,
    compare_tags,
    make_tag,
    pixel_digest,
    unpack_part,
)
from StegoMedLib.errors import UnusableInputError

KEY = bytes(range(32))
SIGNATURE = bytes(range(100, 100 + SIGNATURE_BYTES))


def test_a_digest_is_that_of_the_specification() -> None:
    pixels = np.array([[1, -1, 70000], [-32768, 65535, 258]], dtype=np.int32)
    open_pixels = np.array([[False, False, False], [False, True, False]])

    by_hand = struct.pack("<II6H", 2, 3, 1, 0xFFFF, 70000 - 65536, 0x8000, 0, 258)

    assert pixel_digest(pixels, open_pixels) == hashlib.sha256(by_hand).digest()


def test_planes_of_the_same_pixels_and_another_shape_have_other_digests() -> None:
    pixels = np.arange(24, dtype=np.int32)
    shapes = [(4, 6), (6, 4), (24, 1), (2, 12)]

    found = {pixel_digest(pixels.reshape(shape), np.zeros(shape, dtype=np.bool_)) for shape in shapes}

    assert len(found) == len(shapes)


def test_a_digest_leaves_the_plane_as_it_is() -> None:
    pixels = np.ones((8, 8), dtype=np.int32)

    pixel_digest(pixels, np.ones((8, 8), dtype=np.bool_))

    assert (pixels == 1).all()


def test_a_digest_of_a_view_is_that_of_a_copy() -> None:
    whole = np.arange(400, dtype=np.int32).reshape(20, 20)
    view, nothing = whole[::2, 3:9].T, np.zeros((6, 10), dtype=np.bool_)

    assert pixel_digest(view, nothing) == pixel_digest(view.copy(), nothing)


def test_geometry_is_that_of_the_specification() -> None:
    signed = True
    geometry = Geometry(12, signed, " MONOCHROME2 ", 1.0, -1024, (0.5, 0.703125), None, (-1.5, 0.0000005, 1e300))

    by_hand = b"\x02\x0c\x00" + b"\x01\x01" + b"\x0bMONOCHROME2" + b"\x0e1.00000000e+00" + b"\x0f-1.02400000e+03"
    by_hand += b"\x10" + struct.pack("<2q", 500_000, 703_125) + b"\x00"
    by_hand += b"\x18" + struct.pack("<3q", -1_500_000, 0, 2**63 - 1)

    assert geometry.to_bytes() == by_hand


def test_a_header_that_says_nothing_is_eight_zeros() -> None:
    assert Geometry().to_bytes() == bytes(8)


@pytest.mark.parametrize(
    "other",
    [
        {"bits": 13},
        {"signed": False},
        {"photometric": "MONOCHROME1"},
        {"slope": 1.0000001},
        {"slope": None},
        {"intercept": -1023.9999},
        {"spacing": (0.5, 0.500001)},
        {"spacing": None},
        {"orientation": (0, 1, 0, 1, 0, 0)},
        {"position": (0.0, 0.0, 2.0)},
    ],
)
def test_whatever_changes_in_a_header_changes_its_bytes(other: dict[str, object]) -> None:
    usual: dict[str, object] = {
        "bits": 12,
        "signed": True,
        "photometric": "MONOCHROME2",
        "slope": 1.0,
        "intercept": -1024.0,
        "spacing": (0.5, 0.5),
        "orientation": (1, 0, 0, 0, 1, 0),
        "position": (0.0, 0.0, 1.0),
    }
    assert Geometry(**usual).to_bytes() != Geometry(**usual | other).to_bytes()  # type: ignore[arg-type]


@pytest.mark.parametrize("slope", [3.0517578125e-05, 1.2345678901e-12, 65536.0])
def test_a_slope_counts_however_small(slope: float) -> None:
    assert Geometry(slope=slope).to_bytes() != Geometry(slope=slope * 1.0001).to_bytes()


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 5e-324])
def test_strange_numbers_of_a_header_have_their_bytes(strange: float) -> None:
    odd, even = (Geometry(70000, None, "é" * 300, n, n, (n, 1), (n,) * 6, (n,) * 3).to_bytes() for n in (strange, 1))

    assert odd != even


@pytest.mark.parametrize("numbers", [(), (1.0,), (1.0, 2.0, 3.0), (1.0,) * 1000])
def test_lists_of_another_length_are_none(numbers: tuple[float, ...]) -> None:
    assert Geometry(spacing=numbers).to_bytes() == bytes(8)


def test_a_tag_is_that_of_the_specification() -> None:
    own, text, digest, geometry = b"own part", b"SYMBOLS", bytes(32), b"geometry"

    same = struct.pack("<II", 77, 8) + own + hashlib.sha256(text).digest()
    pixels = hmac.digest(KEY, b"StegoMed 1 pixels" + same + digest, "sha256")[:12]
    header = hmac.digest(KEY, b"StegoMed 1 header" + same + geometry, "sha256")[:8]

    assert make_tag(KEY, 77, own, text, digest=digest, geometry=geometry) == pixels + header


def test_a_tag_tells_a_changed_header_from_changed_pixels() -> None:
    sealed = make_tag(KEY, 1, b"own", b"text", digest=bytes(32), geometry=b"here")

    there = make_tag(KEY, 1, b"own", b"text", digest=bytes(32), geometry=b"there")
    changed = make_tag(KEY, 1, b"own", b"text", digest=b"\1" * 32, geometry=b"here")

    assert compare_tags(sealed, sealed) == (True, True)
    assert compare_tags(sealed, there) == (True, False)
    assert compare_tags(sealed, changed) == (False, True)


@pytest.mark.parametrize(
    ("nonce", "own", "text", "key"),
    [(2, b"own", b"text", KEY), (1, b"ow", b"ntext", KEY), (1, b"own", b"texT", KEY), (1, b"own", b"text", bytes(32))],
)
def test_a_tag_serves_for_one_message_only(nonce: int, own: bytes, text: bytes, key: bytes) -> None:
    sealed = make_tag(KEY, 1, b"own", b"text", digest=bytes(32), geometry=b"")

    assert compare_tags(sealed, make_tag(key, nonce, own, text, digest=bytes(32), geometry=b"")) == (False, False)


@pytest.mark.parametrize("length", [0, 8, 12, 19, 21, 100])
def test_a_tag_of_another_length_agrees_with_nothing(length: int) -> None:
    made = make_tag(KEY, 1, b"own", b"text", digest=bytes(32), geometry=b"")

    assert compare_tags((made * 6)[:length], made) == (False, False)


def test_an_own_part_is_that_of_the_specification() -> None:
    part = Part(0x0201, 5, 0x060708, SIGNATURE, 16, geometry=True, tags=np.array([0x0A0B, 0xFFFF], dtype=np.uint16))

    by_hand = b"\x06" + b"\x01\x02" + b"\x05\x00\x00" + b"\x08\x07\x06" + SIGNATURE + b"\x0b\x0a\xff\xff"

    assert part.pack() == by_hand
    assert part.head == by_hand[:HEAD_BYTES]


USUAL = Part(0, 3, 10, SIGNATURE).pack()


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        USUAL[:-1],  # too short
        USUAL + b"\0\0",  # tags without tiles
        b"\x01" + USUAL[1:] + b"\0",  # half a tag
        b"\x03" + USUAL[1:],  # no such tiles
        b"\x08" + USUAL[1:],  # reserved bits
        b"\x80" + USUAL[1:],
        USUAL[:3] + b"\x0a\0\0" + USUAL[6:],  # the eleventh of ten
        USUAL[:6] + b"\0\0\0" + USUAL[9:],  # none in the series
    ],
)
def test_what_no_sender_writes_is_no_part(packed: bytes) -> None:
    assert unpack_part(USUAL) is not None
    assert unpack_part(packed) is None


@pytest.mark.parametrize(("series", "count"), [(1 << 16, 1), (0, 1 << 24)])
def test_more_than_the_format_counts_is_refused(series: int, count: int) -> None:
    with pytest.raises(UnusableInputError, match="in several runs"):
        Part(series, 0, count, SIGNATURE).pack()
