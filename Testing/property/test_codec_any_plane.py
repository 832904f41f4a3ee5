"""Whatever the plane, the usable blocks and the record: read back exactly, and nothing else touched."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.profile import Payload
from StegoMedLib.plane import Plane

LEGAL_RANGES = ((0, 255), (0, 4095), (0, 65535), (-2048, 2047), (-32768, 32767))


@st.composite
def covers(draw: st.DrawFn) -> tuple[Plane, np.ndarray, int]:
    """A plane of any size, depth and texture, some usable blocks, and a seed."""
    low, high = draw(st.sampled_from(LEGAL_RANGES))
    shape = draw(st.tuples(st.integers(48, 140), st.integers(48, 140)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    level = draw(st.integers(low, high))
    spread = draw(st.sampled_from((0.0, 0.5, 3.0, 300.0)))
    pixels = np.clip(np.rint(rng.normal(level, spread, shape)), low, high).astype(np.int32)
    usable = rng.random((shape[0] // 4, shape[1] // 4)) < draw(st.floats(0.2, 1.0))
    padding = draw(st.sampled_from(((), ((low, low),), ((level, level),))))
    plane = Plane(pixels, low, high, padding)
    tiles = plane.padding_mask[: usable.shape[0] * 4, : usable.shape[1] * 4]
    usable &= ~tiles.reshape(usable.shape[0], 4, usable.shape[1], 4).any(axis=(1, 3))
    return plane, usable, seed


@settings(max_examples=60, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.binary(min_size=32, max_size=32))
def test_every_payload_within_the_room_is_read_back_and_nothing_else_changes(
    cover: tuple[Plane, np.ndarray, int], fill: float, key: bytes
) -> None:
    plane, usable, seed = cover
    codec = Fidelity(key)
    bits = int(fill * codec.on(plane, pixels_of(usable, plane.shape)).capacity)
    if bits == 0:
        return
    payload = Payload(seed % 2048, np.random.default_rng(seed).random(bits) < 0.5)

    stego = codec.on(plane, pixels_of(usable, plane.shape)).embed(payload)

    found = Fidelity(key).extract(Plane(stego, plane.low, plane.high), None, lambda _: bits)
    assert found is not None
    assert found.label == payload.label
    np.testing.assert_array_equal(found.bits, payload.bits)
    wet = np.ones(plane.shape, dtype=bool)
    wet[: usable.shape[0] * 4, : usable.shape[1] * 4] = np.kron(~usable, np.ones((4, 4), dtype=bool))
    np.testing.assert_array_equal(stego[wet], plane.pixels[wet])
    assert plane.low <= stego.min()
    assert stego.max() <= plane.high
    np.testing.assert_array_equal(Plane(stego, plane.low, plane.high, plane.padding).padding_mask, plane.padding_mask)
