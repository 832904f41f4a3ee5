"""A message in cells of air: edits of the rest leave it readable, its tag is made last, no two slices look alike."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, split_blocks
from StegoMedLib.codec.profile import TAG_BYTES
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane
from Testing.airs import KEY, Tied, air_around, payload_of, plane_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Canvas, Payload

EXACT = ("fidelity", "capacity", "reversible")
BITS = 1400


def canvas_of(name: str, plane: Plane, key: bytes = KEY) -> Canvas:
    return PROFILES[name].under(key).on(plane, air_around(plane.shape))


def read(name: str, plane: Plane, stego: np.ndarray, bits: int = BITS, key: bytes = KEY) -> Payload | None:
    lengths = {77: bits, 78: bits}
    return PROFILES[name].under(key).extract(replace(plane, pixels=stego), None, lengths.get)


def marks(name: str, plane: Plane, count: int, key: bytes = KEY) -> np.ndarray:
    """What several slices of the same pixels get for the same record."""
    canvas = canvas_of(name, plane, key)
    return np.stack([canvas.embed(payload_of(BITS, nonce=7919 * n + 1)) - plane.pixels for n in range(count)])


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("kind", ["noise", "clipped", "rayleigh"])
def test_all_of_a_message_comes_back(name: str, kind: str) -> None:
    plane, payload, tied = plane_of(kind), payload_of(BITS, nonce=0xFEDCBA98), Tied()
    canvas = canvas_of(name, plane)

    found = read(name, plane, canvas.embed(payload, tied))

    assert found is not None
    assert (found.label, found.count, found.own, found.tag) == (77, 1, tied.what, tied.made)
    np.testing.assert_array_equal(found.bits, payload.bits)
    assert found.nonce == tied.nonce
    assert found.touched is not None
    assert tied.touched is not None
    np.testing.assert_array_equal(found.touched, tied.touched)
    assert not (found.touched & ~canvas.usable).any()


@pytest.mark.parametrize("name", EXACT)
def test_whatever_becomes_of_all_other_pixels_every_bit_stays_readable(name: str) -> None:
    plane, payload, tied = plane_of("noise"), payload_of(BITS, nonce=5), Tied()
    stego = canvas_of(name, plane).embed(payload, tied)
    before = read(name, plane, stego)
    assert before is not None
    assert before.touched is not None
    others = ~pixels_of(before.touched, plane.shape)
    assert others.sum() > 0.3 * plane.pixels.size

    for seed in range(5):
        edited = stego.copy()
        edited[others] = np.random.default_rng(seed).integers(0, 4096, int(others.sum()))
        after = read(name, plane, edited)
        assert after is not None
        np.testing.assert_array_equal(after.bits, payload.bits)
        assert (after.own, after.tag, after.nonce) == (tied.what, tied.made, before.nonce)
        np.testing.assert_array_equal(after.touched, before.touched)


@pytest.mark.parametrize("name", EXACT)
def test_the_tag_is_made_over_the_plane_as_it_will_be_but_for_its_own_pixels(name: str) -> None:
    plane, tied = plane_of("rayleigh"), Tied()

    stego = canvas_of(name, plane).embed(payload_of(BITS, nonce=9), tied)

    nonce, own, seen, unfinished = tied.seen
    found = read(name, plane, stego)
    assert found is not None
    assert (nonce, own) == (found.nonce, found.own)
    np.testing.assert_array_equal(seen[~unfinished], stego[~unfinished])
    assert (seen != stego).any()
    assert unfinished.sum() == 2 * 16 * TAG_BYTES or name == "reversible"
    np.testing.assert_array_equal(found.open, unfinished)
    assert found.touched is not None
    assert not (unfinished & ~pixels_of(found.touched, plane.shape)).any()


@pytest.mark.parametrize("name", EXACT)
def test_a_plane_that_is_marked_again_under_the_key_says_the_new_message_alone(name: str) -> None:
    plane = plane_of("noise")
    once = canvas_of(name, plane).embed(payload_of(BITS, 77, nonce=1))

    for nonce in range(2, 12):
        twice = canvas_of(name, replace(plane, pixels=once)).embed(payload_of(BITS + 1, 78, nonce=nonce))
        found = read(name, plane, twice, BITS + 1)
        assert found is not None
        assert found.label == 78
        # Without the label of the new one, nothing is left to be found.
        profile = PROFILES[name].under(KEY)
        assert profile.extract(replace(plane, pixels=twice), None, {77: BITS}.get) is None


@pytest.mark.parametrize("name", EXACT)
def test_a_plane_whose_old_anchor_is_no_air_any_more_is_not_marked_again(name: str) -> None:
    plane = plane_of("noise")
    once = canvas_of(name, plane).embed(payload_of(BITS, 77, nonce=1))
    found = read(name, plane, once)
    assert found is not None
    assert found.touched is not None
    rest = air_around(plane.shape) & ~pixels_of(found.touched, plane.shape)
    rest[:64] = False

    with pytest.raises(DoesNotFitError):
        PROFILES[name].under(KEY).on(replace(plane, pixels=once), rest).embed(payload_of(10))


@pytest.mark.parametrize("name", EXACT)
def test_own_parts_of_any_length_come_back_and_too_long_ones_do_not_fit(name: str) -> None:
    plane = plane_of("noise")
    for length in (0, 1, 255, 300):
        tied = Tied(np.random.default_rng(length).bytes(length))
        found = read(name, plane, canvas_of(name, plane).embed(payload_of(BITS), tied))
        assert found is not None
        assert found.own == tied.what
    with pytest.raises(DoesNotFitError):
        canvas_of(name, plane).embed(payload_of(BITS), Tied(bytes(1 << 16)))


@pytest.mark.parametrize("name", EXACT)
def test_another_key_or_an_unknown_label_reads_nothing(name: str) -> None:
    plane = plane_of("noise")
    stego = canvas_of(name, plane).embed(payload_of(BITS))

    assert read(name, plane, stego, key=bytes(32)) is None
    for length in (None, 10**9, 0):
        found = PROFILES[name].under(KEY).extract(replace(plane, pixels=stego), None, dict.fromkeys((77,), length).get)
        assert found is None or not found.bits.size


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("kind", ["constant", "clipped"])
def test_marks_of_two_slices_under_one_key_have_nothing_in_common(name: str, kind: str) -> None:
    plane = plane_of(kind)
    touched = read(name, plane, canvas_of(name, plane).embed(payload_of(BITS)))
    assert touched is not None
    assert touched.touched is not None
    mine = np.stack([split_blocks(mark)[touched.touched.ravel()] for mark in marks(name, plane, 8)]).astype(float)
    for seen in (mine.reshape(8, -1), np.abs(mine).sum(axis=2)):  # the changes, and the blocks where they are
        together = np.corrcoef(seen)
        pairs = [together[one, two] for one, two in combinations(range(len(seen)), 2)]
        # The mean of 28 correlations of n values has a deviation of about 1 / sqrt(28 n).
        assert abs(np.mean(pairs)) < 4 / np.sqrt(28 * seen.shape[1])


@pytest.mark.parametrize("name", EXACT)
def test_averages_and_differences_of_marked_slices_say_nothing(name: str) -> None:
    plane = plane_of("constant")
    mine = marks(name, plane, 6)
    mixed = [mine.sum(axis=0).clip(-1, 1), np.rint(mine.mean(axis=0)).astype(np.int32), mine[0] - mine[1]]
    for residual in (*mixed, np.sign(mine.sum(axis=0))):
        assert read(name, plane, (plane.pixels + residual).astype(np.int32)) is None


@pytest.mark.parametrize("name", EXACT)
def test_a_mark_that_is_moved_to_other_places_says_nothing(name: str) -> None:
    plane = plane_of("constant")
    (mark,) = marks(name, plane, 1)

    for step in ((4, 0), (0, 16), (16, 16), (1, 0)):
        assert read(name, plane, plane.pixels + np.roll(mark, step, axis=(0, 1))) is None
    assert read(name, plane, plane.pixels + mark) is not None


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("shape", [(17, 65535), (1027, 33)])
def test_planes_of_odd_sizes_carry_messages(name: str, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).normal(60, 3, shape).round().astype(np.int32)
    plane, air, tied = Plane(pixels, 0, 4095), np.ones(shape, dtype=bool), Tied()

    stego = PROFILES[name].under(KEY).on(plane, air).embed(payload_of(BITS, nonce=3), tied)

    found = read(name, plane, stego)
    assert found is not None
    assert (found.own, found.tag) == (tied.what, tied.made)
    np.testing.assert_array_equal(found.bits, payload_of(BITS).bits)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("kind", ["noise", "clipped"])
def test_what_was_read_can_be_destroyed_in_its_air_and_nowhere_else(name: str, kind: str) -> None:
    plane, profile = plane_of(kind), PROFILES[name].under(KEY)
    air = air_around(plane.shape)
    marked = replace(plane, pixels=profile.on(plane, air).embed(payload_of(BITS, nonce=3), Tied()))
    found = profile.extract(marked, None, {77: BITS}.get)
    assert found is not None

    pixels = profile.removed(marked, air, found)

    assert pixels is not None
    np.testing.assert_array_equal(pixels[~air], marked.pixels[~air])
    assert profile.extract(replace(plane, pixels=pixels), None, {77: BITS}.get) is None
    assert pixels.min() >= 0
    air[:64] = False
    assert profile.removed(marked, air, found) is None
