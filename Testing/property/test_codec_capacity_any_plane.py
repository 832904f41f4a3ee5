"""Profile capacity, whatever the plane: read back exactly, nothing else touched, nothing illegal, no new padding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.capacity import Capacity
from StegoMedLib.codec.profile import Payload
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane

BITS = st.integers(8, 16)
LARGEST_CHANGE = 2


@st.composite
def covers(draw: st.DrawFn) -> tuple[Plane, np.ndarray, int]:
    """A plane of any size, depth, sign, texture and padding, some usable blocks, and a seed."""
    bits, signed = draw(BITS), draw(st.booleans())
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    shape = draw(st.tuples(st.integers(4, 140), st.integers(4, 140)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    level = draw(st.one_of(st.integers(low, high), st.sampled_from((low, low + 1, high - 1, high))))
    spread = draw(st.sampled_from((0.0, 0.5, 3.0, 300.0)))
    pixels = np.clip(np.rint(rng.normal(level, spread, shape)), low, high).astype(np.int32)
    padding = draw(
        st.sampled_from(((), ((low, low),), ((level + 1, level + 1),), ((low, low), (level - 2, level - 1))))
    )
    plane = Plane(pixels, low, high, padding)
    usable = rng.random((shape[0] // 4, shape[1] // 4)) < draw(st.floats(0.0, 1.0))
    tiles = plane.padding_mask[: usable.shape[0] * 4, : usable.shape[1] * 4]
    usable &= ~tiles.reshape(usable.shape[0], 4, usable.shape[1], 4).any(axis=(1, 3))
    return plane, usable, seed


@settings(max_examples=150, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.integers(1, 9), st.binary(min_size=32, max_size=32))
def test_every_payload_within_the_room_is_read_back_and_nothing_else_changes(
    cover: tuple[Plane, np.ndarray, int], fill: float, count: int, key: bytes
) -> None:
    plane, usable, seed = cover
    codec = Capacity(key)
    length = int(fill * codec.on(plane, pixels_of(usable, plane.shape)).capacity) // count
    if length == 0:
        return
    bits = np.random.default_rng(seed).random(length * count) < 0.5

    stego = codec.on(plane, pixels_of(usable, plane.shape)).embed(Payload(seed % 2048, bits, count))

    found = Capacity(key).extract(Plane(stego, plane.low, plane.high), None, lambda _: length)
    assert found is not None
    assert (found.label, found.count) == (seed % 2048, count)
    np.testing.assert_array_equal(found.bits, bits)
    wet = np.ones(plane.shape, dtype=bool)
    wet[: usable.shape[0] * 4, : usable.shape[1] * 4] = np.kron(~usable, np.ones((4, 4), dtype=bool))
    np.testing.assert_array_equal(stego[wet], plane.pixels[wet])
    assert np.abs(stego - plane.pixels).max() <= LARGEST_CHANGE
    assert plane.low <= stego.min()
    assert stego.max() <= plane.high
    np.testing.assert_array_equal(Plane(stego, plane.low, plane.high, plane.padding).padding_mask, plane.padding_mask)


@settings(max_examples=60, deadline=None)
@given(covers(), st.binary(min_size=32, max_size=32))
def test_more_bits_than_usable_pixels_hold_are_refused(cover: tuple[Plane, np.ndarray, int], key: bytes) -> None:
    plane, usable, _ = cover
    too_many = np.ones(int(usable.sum()) * 16 * 8 // 5 + 1, dtype=bool)  # log2(3) is less than 8/5

    with pytest.raises(DoesNotFitError):
        Capacity(key).on(plane, pixels_of(usable, plane.shape)).embed(Payload(5, too_many))


@settings(max_examples=60, deadline=None)
@given(covers(), st.binary(min_size=32, max_size=32))
def test_an_unmarked_plane_reads_as_nothing(cover: tuple[Plane, np.ndarray, int], key: bytes) -> None:
    assert Capacity(key).extract(cover[0], None, lambda _: 100) is None
