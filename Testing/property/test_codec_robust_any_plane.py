"""Profile robust, whatever the plane, the blocks and the strength: exact when clean, and nothing else touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane

LEGAL_RANGES = ((0, 255), (0, 4095), (0, 65535), (-2048, 2047), (-32768, 32767))


@st.composite
def covers(draw: st.DrawFn) -> tuple[Plane, np.ndarray, int]:
    """A plane with a brighter middle, any size, depth and noise, some usable blocks, and a seed."""
    low, high = draw(st.sampled_from(LEGAL_RANGES))
    shape = draw(st.tuples(st.integers(64, 150), st.integers(64, 150)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    air = draw(st.sampled_from((low, high, (low + high) // 2)))
    values = rng.normal(air, draw(st.sampled_from((0.0, 0.5, 3.0, 30.0))), shape)
    values[20:40, 20:40] += draw(st.sampled_from((100, 1000, -500)))
    pixels = np.clip(np.rint(values), low, high).astype(np.int32)
    usable = rng.random((shape[0] // 4, shape[1] // 4)) < draw(st.floats(0.2, 1.0))
    padding = draw(st.sampled_from(((), ((low, low),), ((air, air),))))
    plane = Plane(pixels, low, high, padding)
    tiles = plane.padding_mask[: usable.shape[0] * 4, : usable.shape[1] * 4]
    usable &= ~tiles.reshape(usable.shape[0], 4, usable.shape[1], 4).any(axis=(1, 3))
    return plane, usable, seed


@settings(max_examples=60, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.floats(25.0, 50.0), st.binary(min_size=32, max_size=32))
def test_what_is_embedded_is_read_back_and_nothing_else_changes(
    cover: tuple[Plane, np.ndarray, int], fill: float, strength: float, key: bytes
) -> None:
    plane, usable, seed = cover
    codec = Robust(key, strength)
    bits = int(fill * codec.room(plane, usable))
    if bits == 0:
        return
    payload = Payload(seed % 2048, np.random.default_rng(seed).random(bits) < 0.5)

    try:
        stego = codec.embed(plane, usable, payload)
    except DoesNotFitError:
        return

    found = Robust(key).extract(replace(plane, pixels=stego), None, lambda _: bits)
    assert found is not None
    assert found.label == payload.label
    np.testing.assert_array_equal(found.bits, payload.bits)
    wet = np.ones(plane.shape, dtype=bool)
    wet[: usable.shape[0] * 4, : usable.shape[1] * 4] = np.kron(~usable, np.ones((4, 4), dtype=bool))
    np.testing.assert_array_equal(stego[wet], plane.pixels[wet])
    assert plane.low <= stego.min()
    assert stego.max() <= plane.high
    np.testing.assert_array_equal(replace(plane, pixels=stego).padding_mask, plane.padding_mask)
    span = float(np.ptp(plane.pixels))
    assert np.mean(np.square(stego.astype(float) - plane.pixels)) <= span**2 / 10 ** (strength / 10)
