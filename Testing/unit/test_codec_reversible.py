"""Messages that can be taken out again: the cover comes back bit by bit, and only where it is the cover."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.codec.reversible.head import Form
from StegoMedLib.codec.reversible.layer import bins_of, bits_of_ones, ones_of_bits
from StegoMedLib.codec.reversible.places import Places
from StegoMedLib.codec.reversible.record import record_of, undone
from StegoMedLib.codec.reversible.settings import BINS, WEIGHTS, WIDTHS, Direction, Settings
from Testing.airs import KEY, Tied, air_around, payload_of, plane_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload, Profile
    from StegoMedLib.plane import Plane

BITS = 1400
KINDS = ("noise", "clipped", "constant", "rayleigh", "saturated")


def profile_under(key: bytes = KEY) -> Profile:
    return PROFILES["reversible"].under(key)


def marked(kind: str, tied: Tied | None = None, bits: int = BITS) -> tuple[Plane, Plane]:
    """A cover, and what becomes of it."""
    plane = plane_of(kind)
    stego = profile_under().on(plane, air_around(plane.shape)).embed(payload_of(bits, nonce=11), tied or Tied())
    return plane, replace(plane, pixels=stego)


def read(plane: Plane, bits: int = BITS) -> Payload:
    found = profile_under().extract(plane, None, lambda _: bits)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_cover_comes_back_and_was_changed_by_one_grey_level(kind: str) -> None:
    plane, stego = marked(kind)

    restored = profile_under().restored(stego, read(stego))

    assert restored is not None
    np.testing.assert_array_equal(restored, plane.pixels)
    change = np.abs(stego.pixels - plane.pixels)
    assert change.max() == 1
    assert not change[~air_around(plane.shape)].any()


def test_a_long_message_takes_two_layers_and_comes_back() -> None:
    plane, air = plane_of("noise"), air_around(plane_of("noise").shape)
    canvas = profile_under().on(plane, air)
    bits = canvas.capacity - 8 * len(Tied().what)

    stego = replace(plane, pixels=canvas.embed(payload_of(bits, nonce=4), Tied()))

    found = read(stego, bits)
    np.testing.assert_array_equal(found.bits, payload_of(bits).bits)
    restored = profile_under().restored(stego, found)
    assert restored is not None
    np.testing.assert_array_equal(restored, plane.pixels)
    colours = np.add.outer(*map(np.arange, plane.shape)) % 2
    assert all((stego.pixels != plane.pixels)[colours == colour].sum() > 1000 for colour in (0, 1))


def test_calm_air_changes_far_fewer_pixels_than_it_carries_bits() -> None:
    plane, stego = marked("constant")

    assert np.count_nonzero(plane.pixels != stego.pixels) < BITS / 3


def test_a_changed_pixel_of_the_body_leaves_the_message_but_not_the_cover() -> None:
    plane, stego = marked("noise")
    pixels = stego.pixels.copy()
    pixels[plane.shape[0] // 2, plane.shape[1] // 2] += 1
    altered = replace(stego, pixels=pixels)

    found = read(altered)

    np.testing.assert_array_equal(found.bits, payload_of(BITS).bits)
    assert profile_under().restored(altered, found) is None
    np.testing.assert_array_equal(profile_under().unmarked(altered, found), altered.pixels)


def test_what_the_tag_is_made_over_has_all_but_its_own_pixels() -> None:
    tied = Tied()
    _, stego = marked("rayleigh", tied)

    _, _, seen, unfinished = tied.seen
    np.testing.assert_array_equal(seen[~unfinished], stego.pixels[~unfinished])
    np.testing.assert_array_equal(read(stego).open, unfinished)


def test_a_tag_that_no_sender_writes_is_wrong() -> None:
    plane, stego = marked("constant")
    found = read(stego)
    assert found.open is not None
    changed = (stego.pixels != plane.pixels) & found.open
    free = np.argwhere(found.open & ~changed)
    pixels = stego.pixels.copy()
    row, column = free[len(free) // 2]
    pixels[row, column] += 1  # a second 1 in a group, most probably, or a first one

    assert read(replace(stego, pixels=pixels)).tag != found.tag


@pytest.mark.parametrize("kind", KINDS)
def test_taking_the_message_out_is_restoring(kind: str) -> None:
    plane, stego = marked(kind)

    pixels = profile_under().removed(stego, air_around(plane.shape), read(stego))

    assert pixels is not None
    np.testing.assert_array_equal(pixels, plane.pixels)


def test_an_altered_message_is_drawn_over_in_its_blocks_alone() -> None:
    plane, stego = marked("noise")
    pixels = stego.pixels.copy()
    pixels[plane.shape[0] // 2, plane.shape[1] // 2] += 1
    altered = replace(stego, pixels=pixels)
    found = read(altered)
    assert found.touched is not None

    cleared = profile_under().removed(altered, air_around(plane.shape), found)

    assert cleared is not None
    mine = pixels_of(found.touched, plane.shape)
    np.testing.assert_array_equal(cleared[~mine], pixels[~mine])
    assert np.abs(cleared - pixels).max() == 1
    assert profile_under().extract(replace(plane, pixels=cleared), None, lambda _: BITS) is None


def test_another_payload_restores_nothing() -> None:
    _, stego = marked("noise")
    found = read(stego)

    for other in (
        replace(found, nonce=found.nonce ^ 1),
        replace(found, touched=None),
        replace(found, bits=found.bits[:-8]),
        replace(found, bits=np.zeros(10**6, dtype=bool)),
    ):
        assert profile_under().restored(stego, other) is None


def test_whatever_becomes_of_the_air_nothing_breaks() -> None:
    plane, stego = marked("noise")
    rng, air = np.random.default_rng(2), air_around(plane.shape)
    for share in (0.0001, 0.001, 0.01, 0.5):
        pixels = stego.pixels.copy()
        some = air & (rng.random(plane.shape) < share)
        pixels[some] = rng.integers(0, 4096, int(some.sum()))
        altered = replace(stego, pixels=pixels)
        found = profile_under().extract(altered, None, lambda _: BITS)
        assert found is None or profile_under().restored(altered, found) is None


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("below", [0, 1])
def test_a_layer_is_lifted_again(direction: Direction, width: int, below: int) -> None:
    pixels = np.random.default_rng(3).normal(60, 4, (64, 64)).round().astype(np.int32)
    places, settings = Places(np.arange(256), (64, 64)), Settings(below, direction, width, 2, 9, 1, 60)
    bits = np.random.default_rng(4).random(60) < 0.5

    cover = bins_of(pixels.ravel(), places, settings, 30, written=False)
    assert cover is not None
    written = cover.written(pixels.ravel(), ones_of_bits(bits, 2))
    found = bins_of(written, places, settings, 30, written=True)

    assert found is not None
    np.testing.assert_array_equal(bits_of_ones(found.ones, 2), bits)
    np.testing.assert_array_equal(found.lifted(written), pixels.ravel())
    assert np.abs(written - pixels.ravel()).max() <= width
    assert bins_of(pixels.ravel(), places, settings, 3000, written=False) is None


@pytest.mark.parametrize("size", range(1, 9))
def test_groups_say_their_bits_by_one_pixel_at_most(size: int) -> None:
    bits = np.random.default_rng(size).random(8 * size - size // 2) < 0.5

    ones = ones_of_bits(bits, size)

    assert ones.shape == (8, 2**size - 1)
    assert ones.sum(axis=1).max() == 1
    np.testing.assert_array_equal(bits_of_ones(ones, size)[: bits.size], bits)
    assert not bits_of_ones(ones, size)[bits.size :].any()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.06, 0.5, 1.0])
def test_a_record_gives_back_what_was_before(share: float) -> None:
    rng = np.random.default_rng(9)
    before = rng.integers(0, 50, 256).astype(np.int32)
    after = before + (rng.random(256) < share) * rng.choice((-1, 1), 256)
    bits = record_of(before, after.astype(np.int32))

    found = undone(np.append(bits, rng.random(40) < 0.5), after.astype(np.int32))

    assert found is not None
    np.testing.assert_array_equal(found, before)
    assert undone(bits[:-1], after.astype(np.int32)) is None


@pytest.mark.parametrize("bits", [[], [1] * 3000, [0, 0, 0, 0, 0], [1] * 17 + [0, 0, 0, 0, 0]])
def test_a_record_that_no_sender_writes_is_none(bits: list[int]) -> None:
    assert undone(np.array(bits, dtype=bool), np.zeros(256, dtype=np.int32)) is None


def test_settings_and_forms_are_read_as_they_are_packed() -> None:
    for each in (
        Settings(0, Direction.UP, 1, 1, WEIGHTS[0], BINS[0], 0),
        Settings(1, Direction.APART, 8, 8, WEIGHTS[-1], BINS[-1], (1 << 20) - 1),
        Settings(1, Direction.DOWN, 2, 5, 8, -3, 77),
    ):
        assert Settings.unpack(each.pack()) == each
    for form in (Form(1, 16, Direction.UP, 1, 4, 3), Form(16, 1, Direction.APART, 8, 1, 15)):
        assert Form.unpack(form.pack()) == form


def test_settings_and_forms_that_no_sender_writes_are_none() -> None:
    assert Settings.unpack(bytes((0b01100000, 0, 0, 0, 0))) is None
    negative = Settings(0, Direction.UP, 1, 1, 8, -1, 5).pack()
    assert Settings.unpack((int.from_bytes(negative, "big") | 2 << 37).to_bytes(5, "big")) is None
    assert Form.unpack(0x00C0) is None
