"""Covers come back, whatever plane, air and record; and damage, whatever it is, gives no other cover."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.plane import Plane
from Testing.airs import Tied
from Testing.property.test_codec_any_plane import covers

Cover = tuple[Plane, np.ndarray, np.random.Generator]


def marked(cover: Cover, fill: float, own: int) -> tuple[bytes, Plane, int] | None:
    """Key, marked plane, and bits of the message; None where the air carries none."""
    plane, air, rng = cover
    key = rng.bytes(32)
    canvas, tied = PROFILES["reversible"].under(key).on(plane, air), Tied(rng.bytes(own))
    length = int(fill * (canvas.capacity - 8 * own))
    if length <= 0:
        return None
    payload = Payload(int(rng.integers(2048)), rng.random(length) < 0.5, nonce=int(rng.integers(1 << 32)))
    return key, replace(plane, pixels=canvas.embed(payload, tied)), length


@settings(max_examples=50, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.integers(0, 60))
def test_every_cover_comes_back_bit_by_bit(cover: Cover, fill: float, own: int) -> None:
    made = marked(cover, fill, own)
    if made is None:
        return
    key, stego, length = made
    profile = PROFILES["reversible"].under(key)
    found = profile.extract(stego, None, lambda _: length)
    assert found is not None

    restored = profile.restored(stego, found)

    assert restored is not None
    np.testing.assert_array_equal(restored, cover[0].pixels)


@settings(max_examples=30, deadline=None)
@given(covers(), st.floats(0.0, 1.0), st.integers(1, 2000), st.integers(-3, 3))
def test_no_damage_gives_another_cover(cover: Cover, fill: float, pixels: int, step: int) -> None:
    made = marked(cover, fill, 21)
    if made is None or not step:
        return
    key, stego, length = made
    rng, damaged = cover[2], stego.pixels.copy()
    damaged.ravel()[rng.integers(0, damaged.size, pixels)] += step
    altered, profile = replace(stego, pixels=damaged), PROFILES["reversible"].under(key)

    found = profile.extract(altered, None, lambda _: length)

    assert found is None or profile.restored(altered, found) is None
