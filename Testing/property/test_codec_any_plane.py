"""Messages in cells of air, whatever plane, air and record: read back exactly, nothing else touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane
from Testing.airs import Tied

EXACT = {"fidelity": 1, "capacity": 2, "reversible": 8}
"""Largest change of each profile."""


@st.composite
def covers(draw: st.DrawFn) -> tuple[Plane, np.ndarray, np.random.Generator]:
    """A plane of any size, depth, sign, texture and padding, air of rectangles with holes, and a source of bits."""
    bits, signed = draw(st.integers(8, 16)), draw(st.booleans())
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    shape = draw(st.tuples(st.integers(1, 180), st.integers(1, 180)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = draw(st.one_of(st.integers(low, high), st.sampled_from((low, low + 1, high - 1, high))))
    spread = draw(st.sampled_from((0.0, 0.5, 3.0, 300.0)))
    pixels = np.clip(np.rint(rng.normal(level, spread, shape)), low, high).astype(np.int32)
    paddings: Any = ((), ((low, low),), ((level + 1, level + 1),), ((low, low), (level - 2, level - 1)))
    plane = Plane(pixels, low, high, draw(st.sampled_from(paddings)))
    air = rng.random(shape) < draw(st.sampled_from((1.0, 0.999, 0.99)))
    top, left = draw(st.integers(0, shape[0])), draw(st.integers(0, shape[1]))
    air[top : top + draw(st.integers(0, 90)), left : left + draw(st.integers(0, 90))] = False
    return plane, air & ~plane.padding_mask, rng


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=80, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.integers(1, 3), st.integers(0, 60))
def test_every_message_within_the_room_is_read_back_and_nothing_else_changes(
    name: str, cover: tuple[Plane, np.ndarray, np.random.Generator], fill: float, count: int, own: int
) -> None:
    plane, air, rng = cover
    key = rng.bytes(32)
    canvas, tied = PROFILES[name].under(key).on(plane, air), Tied(rng.bytes(own))
    length = int(fill * (canvas.capacity - 8 * own)) // count
    if length <= 0:
        return
    payload = Payload(
        int(rng.integers(2048)), rng.random(length * count) < 0.5, count, nonce=int(rng.integers(1 << 32))
    )

    stego = canvas.embed(payload, tied)

    marked = Plane(stego, plane.low, plane.high, plane.padding)
    found = PROFILES[name].under(key).extract(marked, None, lambda _: length)
    assert found is not None
    assert (found.label, found.count, found.own, found.tag) == (payload.label, count, tied.what, tied.made)
    np.testing.assert_array_equal(found.bits, payload.bits)
    np.testing.assert_array_equal(stego[~air], plane.pixels[~air])
    assert np.abs(stego - plane.pixels).max() <= EXACT[name]
    assert plane.low <= stego.min()
    assert stego.max() <= plane.high
    np.testing.assert_array_equal(marked.padding_mask, plane.padding_mask)


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=40, deadline=None)
@given(covers(), st.binary(min_size=32, max_size=32))
def test_more_bits_than_the_air_holds_are_refused(
    name: str, cover: tuple[Plane, np.ndarray, np.random.Generator], key: bytes
) -> None:
    plane, air, _ = cover
    too_many = np.ones(int(air.sum()) * 8 // 5 + 1, dtype=bool)  # log2(3) is less than 8/5

    with pytest.raises(DoesNotFitError):
        PROFILES[name].under(key).on(plane, air).embed(Payload(5, too_many))


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=40, deadline=None)
@given(covers(), st.binary(min_size=32, max_size=32))
def test_an_unmarked_plane_reads_as_nothing(
    name: str, cover: tuple[Plane, np.ndarray, np.random.Generator], key: bytes
) -> None:
    assert PROFILES[name].under(key).extract(cover[0], None, lambda _: 100) is None
