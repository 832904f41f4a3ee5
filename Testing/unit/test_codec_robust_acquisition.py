"""Profile robust: its mark is found under its key alone, whatever its nonce, and where there is none, none is found."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.robust.acquisition import acquire, sure_score
from StegoMedLib.codec.robust.layout import RobustLayout
from StegoMedLib.lab.attacks import attack
from StegoMedLib.plane import Plane
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import air_of

KEY = bytes(range(32))
BITS = 1568


@cache
def _layout() -> RobustLayout:
    return RobustLayout(KEY, (128, 192))


@cache
def _phantom() -> tuple[Plane, np.ndarray]:
    phantom = phantom_series(slices=3)
    void = ((phantom.padding, phantom.padding),)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, void, "CT", phantom.slope, phantom.intercept)
    return plane, air_of(plane, phantom.body[1])


def _marked(nonce: int) -> Plane:
    plane, air = _phantom()
    bits = np.random.default_rng(nonce).random(BITS) < 0.5
    return replace(plane, pixels=Robust(KEY).on(plane, air).embed(Payload(77, bits, nonce=nonce)))


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from((0.5, 3.0, 100.0, 1000.0)), st.integers(0, 2**32 - 1))
def test_any_nonce_is_found_at_any_amplitude_in_noise_of_twice_its_size(
    data: st.DataObject, amplitude: float, seed: int
) -> None:
    layout = _layout()
    nonce = data.draw(st.integers(0, layout.nonces - 1))
    values = np.random.default_rng(seed).normal(0, 2 * amplitude, layout.grid.count)
    values[layout.acquisition] += amplitude * layout.pattern(nonce)

    found = acquire(layout, values.astype(np.float32))

    assert found.nonce == nonce
    assert found.score > sure_score(layout)


def test_false_alarms_are_as_rare_as_promised() -> None:
    layout, rng = _layout(), np.random.default_rng(1)
    draws = (rng.normal(size=layout.grid.count), rng.standard_cauchy(size=layout.grid.count))

    scores = [acquire(layout, rng.permutation(values).astype(np.float32)).score for values in draws for _ in range(500)]

    # One in a thousand is promised: five or more in a thousand come about in one of 270 runs.
    assert np.count_nonzero(np.array(scores) >= sure_score(layout)) < 5
    assert np.median(scores) > 0.6 * sure_score(layout)


def test_nothing_is_found_in_a_plane_of_one_value() -> None:
    assert acquire(_layout(), np.zeros(_layout().grid.count, dtype=np.float32)).score == 0


@pytest.mark.parametrize(
    ("kind", "level"),
    [("gaussian", 1.5), ("jpeg2000", 20), ("jpeg", 75), ("scale", 1.3), ("offset", 40), ("crop", 25), ("blur", 0.6)],
)
def test_a_nonce_is_found_after_every_attack_that_its_mark_survives(kind: str, level: float) -> None:
    for nonce in (0, 54321):
        attacked = attack(kind, _marked(nonce), level, np.random.default_rng(nonce))

        found = Robust(KEY).votes(attacked)

        assert found is not None
        assert found.nonce == nonce
        assert found.own_votes is not None
        assert np.count_nonzero(found.own_votes > 0) <= 4


def test_no_other_key_finds_it_and_no_other_size() -> None:
    marked = _marked(7)
    keys = [np.random.default_rng(number).bytes(32) for number in range(30)]
    smaller = replace(marked, pixels=marked.pixels[4:])

    assert [Robust(key).votes(marked) for key in keys] == [None] * len(keys)
    assert Robust(KEY).votes(smaller) is None
