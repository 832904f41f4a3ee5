"""Whatever the depth, sign, size and content of a plane: an attack gives back stored values that a file can hold."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.lab.attacks import KINDS, attack
from StegoMedLib.plane import Plane


@st.composite
def planes(draw: st.DrawFn) -> Plane:
    bits, signed = draw(st.integers(1, 16)), draw(st.booleans())
    low = -(1 << (bits - 1)) if signed else 0
    high = low + (1 << bits) - 1
    rows, columns, seed = draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.integers(0, 2**32))
    least, most = sorted(draw(st.lists(st.integers(low, high), min_size=2, max_size=2)))
    pixels = np.random.default_rng(seed).integers(least, most + 1, (rows, columns))
    return Plane(pixels.astype(np.int32), low, high)


@settings(max_examples=300, deadline=None)
@given(planes(), st.sampled_from(sorted(KINDS)), st.floats(0, 1), st.integers(0, 2**32))
def test_attacked_planes_are_legal_and_repeatable(plane: Plane, name: str, part: float, seed: int) -> None:
    kind = KINDS[name]
    level = kind.least + part * (kind.most - kind.least)
    level = float(int(level)) if kind.whole else level
    first, again = (attack(name, plane, level, np.random.default_rng(seed)).pixels for _ in range(2))

    assert first.shape == plane.shape
    assert first.dtype == np.int32
    assert plane.low <= first.min()
    assert first.max() <= plane.high
    assert np.array_equal(first, again)
