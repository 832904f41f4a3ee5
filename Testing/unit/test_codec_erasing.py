"""What is left of an erased message: changed pixels in its own blocks, and at its places chance alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.cells.canvas import parts
from StegoMedLib.codec.cells.erasing import chain_of, redrawn, scattered
from StegoMedLib.codec.cells.pairs import pair_bytes
from StegoMedLib.codec.cells.profile import CellProfile, Seen
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.plane import Plane
from Testing.airs import KEY, Tied, air_around, payload_of, plane_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload

KINDS = ("noise", "clipped", "rayleigh", "saturated")
LENGTH = 1500
MOST = {"fidelity": 2, "capacity": 3}
"""Grey levels: one of dealing out and one of overwriting; two of a digit and one of dealing out."""


def marked(name: str, kind: str, body: float = 0.5) -> tuple[CellProfile, Plane, Payload]:
    profile = PROFILES[name].under(KEY)
    assert isinstance(profile, CellProfile)
    plane = plane_of(kind)
    stego = profile.on(plane, air_around(plane.shape, body)).embed(payload_of(LENGTH), Tied())
    marked = replace(plane, pixels=stego)
    payload = profile.extract(marked, None, lambda _: LENGTH)
    assert payload is not None
    return profile, marked, payload


def touched(payload: Payload, plane: Plane) -> np.ndarray:
    assert payload.touched is not None
    return pixels_of(payload.touched, plane.shape)


def bits_there(profile: CellProfile, plane: Plane, payload: Payload, before: Plane) -> np.ndarray:
    """Bits that stand in `plane` where those of the message stood in `before`: of chain, tag and body."""
    layout = profile.layout(plane.shape)
    chain = chain_of(layout, Seen(before, layout).pattern, payload)
    assert chain is not None
    tag, body = parts(layout, chain.nonce, chain.mapped, chain.cells)
    seen = Seen(plane, layout)
    read = profile.read_body(seen, body, chain.fields.coding, 8 * len(payload.own) + LENGTH)
    assert read is not None
    paired = np.concatenate([layout.cells[chain.cells].ravel(), tag])
    return np.concatenate([read, np.unpackbits(pair_bytes(layout, seen.pattern, paired)).astype(bool)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MOST)
def test_nothing_is_read_and_nothing_else_changes(name: str, kind: str) -> None:
    profile, plane, payload = marked(name, kind)
    mine = touched(payload, plane)

    pixels = profile.removed(plane, mine, payload)

    assert pixels is not None
    change = np.abs(pixels - plane.pixels)
    assert not change[~mine].any()
    assert 0 < change.max() <= MOST[name]
    assert pixels.min() >= plane.low
    assert pixels.max() <= plane.high
    assert profile.extract(replace(plane, pixels=pixels), None, lambda _: LENGTH) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MOST)
def test_half_of_the_bits_are_wrong_at_the_places_of_the_old_nonce(name: str, kind: str) -> None:
    profile, plane, payload = marked(name, kind)
    before = bits_there(profile, plane, payload, plane)
    pixels = profile.removed(plane, touched(payload, plane), payload)
    assert pixels is not None

    after = bits_there(profile, replace(plane, pixels=pixels), payload, plane)

    wrong = np.count_nonzero(before != after)
    assert abs(2 * wrong - before.size) < 5 * before.size**0.5


def test_pixels_that_stood_out_in_calm_air_are_nowhere_in_particular_afterwards() -> None:
    _, plane, payload = marked("fidelity", "clipped", 0.1)
    mine = touched(payload, plane)
    stood_out = (plane.pixels > 0) & mine

    dealt = scattered(plane, payload.touched) > 0  # type: ignore[arg-type]

    assert np.count_nonzero(dealt & mine) == np.count_nonzero(stood_out)
    by_chance = np.count_nonzero(stood_out) ** 2 / np.count_nonzero(mine)
    assert np.count_nonzero(dealt & stood_out) < by_chance + 5 * max(by_chance, 1) ** 0.5


def test_few_pixels_are_dealt_out_in_noise() -> None:
    plane = plane_of("noise")
    every = np.ones((64, 64), dtype=bool)

    changed = np.count_nonzero(scattered(plane, every) != plane.pixels)

    assert 0 < changed < plane.pixels.size / 25


@pytest.mark.parametrize("base", [2, 3])
@pytest.mark.parametrize("lowest", [-7, 0, 5])
def test_which_value_of_its_cell_a_pixel_had_decides_nothing(base: int, lowest: int) -> None:
    legal = Legal(Plane(np.zeros((1, 1), np.int32), lowest, lowest + 20 * base - 1))
    values = np.arange(base, dtype=np.int32).repeat(16 * 500).reshape(-1, 16) + lowest + 3 * base

    drawn = redrawn(values, bytes(32), base, legal)

    for old in range(base):
        counts = np.bincount(drawn[values == lowest + 3 * base + old] - lowest - 3 * base, minlength=base)
        assert counts.size == base
        assert np.ptp(counts) < 6 * (8000 / base) ** 0.5


def test_values_at_the_ends_of_the_legal_range_stay_inside() -> None:
    legal = Legal(Plane(np.zeros((1, 1), np.int32), 0, 10))
    values = np.array([[-3, 0, 9, 10, 12] + [5] * 11], dtype=np.int32)

    drawn = redrawn(values, bytes(32), 3, legal)

    assert drawn[0, 0] == -3
    assert drawn[0, 4] == 12
    assert drawn[0, 1:4].min() >= 0
    assert drawn[0, 1:4].max() <= 10


@pytest.mark.parametrize("name", MOST)
def test_blocks_that_are_not_air_stay_and_the_others_are_erased(name: str) -> None:
    profile, plane, payload = marked(name, "noise")
    air = touched(payload, plane)
    air[: np.flatnonzero(air.any(axis=1))[0] + 4] = False

    pixels = profile.removed(plane, air, payload)

    assert pixels is not None
    assert not (pixels != plane.pixels)[~air].any()
    assert profile.extract(replace(plane, pixels=pixels), None, lambda _: LENGTH) is None


@pytest.mark.parametrize("name", MOST)
def test_a_message_that_lies_elsewhere_than_in_air_stays(name: str) -> None:
    profile, plane, payload = marked(name, "noise")
    air = touched(payload, plane)
    air[: plane.shape[0] // 2] = False

    assert profile.removed(plane, air, payload) is None


def test_the_published_method_carries_random_bits_afterwards() -> None:
    profile, plane = PROFILES["saidi2024"].under(b"", beta=2.0), plane_of("noise")
    air = air_around(plane.shape)
    capacity = profile.on(plane, air).capacity
    stego = replace(plane, pixels=profile.on(plane, air).embed(payload_of(capacity)))
    before = profile.extract(stego, air, lambda _: None)
    assert before is not None

    pixels = profile.removed(stego, air, before)

    assert pixels is not None
    assert not (pixels != stego.pixels)[~air].any()
    after = profile.extract(replace(plane, pixels=pixels), air, lambda _: None)
    assert after is not None
    wrong = np.count_nonzero(before.bits != after.bits)
    assert abs(2 * wrong - capacity) < 5 * capacity**0.5
