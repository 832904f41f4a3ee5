"""Whatever the photograph and the bytes: exact, and changes are small; whatever is read, no reader breaks."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from StegoMedLib.envelope.erasure import MOST_SHARDS
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.photo.canvas import PhotoCanvas, extract
from StegoMedLib.photo.photographs import read_photograph
from StegoMedLib.photo.plan import planned
from StegoMedLib.photo.shares import Cut, Share, read_share
from StegoMedLib.photo.thumbnails import with_thumbnail
from StegoMedLib.photo.trits import bytes_of_trits, trits_of_bytes

if TYPE_CHECKING:
    from pathlib import Path

SIDES = st.integers(30, 70)


@st.composite
def photographs(draw: st.DrawFn) -> np.ndarray:
    """From blank to noise, dark, bright or both."""
    shape = draw(SIDES), draw(SIDES), draw(st.sampled_from((1, 3)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    middle, width = draw(st.integers(0, 255)), draw(st.sampled_from((0, 1, 3, 30, 200)))
    return np.clip(np.rint(random.normal(middle, width, shape)), 0, 255).astype(np.uint8)


@settings(max_examples=40, deadline=None)
@given(photographs(), st.floats(0, 1), st.binary(min_size=32, max_size=32))
def test_any_photograph_carries_what_it_says(photograph: np.ndarray, part: float, key: bytes) -> None:
    canvas = PhotoCanvas(photograph, key)
    data = np.random.default_rng(1).bytes(int(part * canvas.capacity))
    if not canvas.capacity:
        return
    stego = canvas.embed(data)
    assert extract(stego, key) == data
    assert np.abs(stego.astype(int) - photograph).max() <= 2


@given(st.binary(max_size=400))
def test_digits_stand_for_any_bytes(data: bytes) -> None:
    assert bytes_of_trits(trits_of_bytes(data))[: len(data)] == data


@given(st.binary(max_size=300))
def test_any_bytes_are_a_share_or_none(data: bytes) -> None:
    share = read_share(data)
    assert share is None or share.packed() == data


@given(st.integers(1, 255), st.integers(1, 50_000), st.data())
def test_shares_come_back(total: int, length: int, data: st.DataObject) -> None:
    cut = Cut(bytes(8), total, data.draw(st.integers(1, total)), length)
    numbers = data.draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=4, unique=True))
    share = Share(cut, {number: bytes([number]) * cut.unit_bytes for number in numbers})
    assert read_share(share.packed()) == share


@given(st.lists(st.integers(1, 40_000_000), min_size=1, max_size=300), st.integers(1, 10**8), st.floats(0, 0.9))
def test_whichever_are_lost_the_others_have_enough(samples: list[int], size: int, lose: float) -> None:
    lost = int(lose * len(samples))
    plan = planned(samples, size, lost)
    assert sum(sorted(plan.units)[: len(samples) - lost]) >= plan.needed >= 1 or plan.load == float("inf")
    assert plan.total <= MOST_SHARDS


@given(st.binary(max_size=200), st.sampled_from((b"", b"Exif\0\0")), st.sampled_from((b"II*\0", b"MM\0*", b"")))
def test_no_exif_data_break_the_writer(rest: bytes, prefix: bytes, order: bytes) -> None:
    assert len(with_thumbnail(prefix + order + rest, Image.new("L", (40, 30)))) <= len(prefix + order + rest)


@lru_cache
def written_photographs() -> tuple[bytes, ...]:
    """A small picture in every format, with something to say."""
    picture = Image.fromarray(np.random.default_rng(5).integers(0, 255, (40, 50, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[271] = "Maker"
    found = []
    for kind, options in (
        ("PNG", {"exif": exif}),
        ("WEBP", {"lossless": True, "exif": exif}),
        ("TIFF", {"compression": "tiff_lzw", "exif": exif}),
        ("TIFF", {}),
        ("BMP", {}),
        ("PPM", {}),
        ("JPEG", {"exif": exif}),
    ):
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        found.append(stream.getvalue())
    return tuple(found)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damaged_photograph_breaks_reader_or_writer(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(written_photographs())))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content))) if data.draw(st.booleans()) else len(content)
    path = tmp_path / "photograph"
    path.write_bytes(content[:cut])
    try:
        photograph = read_photograph(path, decode_lossy=True)
    except UnusableInputError:
        return
    path.write_bytes(photograph.with_pixels(photograph.pixels, metadata=True))
    assert np.array_equal(read_photograph(path, decode_lossy=False).pixels, photograph.pixels)


def test_a_plan_loads_equal_photographs_equally() -> None:
    plan = planned([1000] * 10, 500, 3)
    assert (set(plan.units), plan.needed) == ({1}, 7)
    assert plan.load == pytest.approx(8 * 72 / 1000)
