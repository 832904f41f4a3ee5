from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.codec.capacity import Capacity
from StegoMedLib.codec.capacity.digits import (
    BASES,
    bits_in_digits,
    bits_of_digits,
    digits_for_bits,
    digits_of_bits,
    remainders,
    set_remainders,
    settable,
)
from StegoMedLib.codec.cells.profile import Seen
from StegoMedLib.codec.legal import Legal
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane
from Testing.airs import KEY, payload_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload

AIR = np.ones((128, 128), dtype=bool)
AIR[32:96, 32:96] = False


def plane_of(level: float, spread: float, low: int = 0, high: int = 4095) -> Plane:
    noise = np.random.default_rng(3).normal(level, spread, (128, 128))
    return Plane(np.clip(np.rint(noise), low, high).astype(np.int32), low, high)


def hidden(plane: Plane, payload: Payload, key: bytes = KEY) -> Plane:
    return Plane(Capacity(key).on(plane, AIR).embed(payload), plane.low, plane.high)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("length", [1, 10, 11, 12, 500])
def test_bits_become_digits_and_bits_again(base: int, length: int) -> None:
    bits = payload_of(length).bits

    digits = digits_of_bits(bits, base)

    assert digits.size == digits_for_bits(length, base)
    assert bits_in_digits(digits.size, base) >= length
    assert digits.min() >= 0
    assert digits.max() < base
    np.testing.assert_array_equal(bits_of_digits(digits, base, length), bits)


def test_the_base_three_carries_eleven_bits_in_seven_digits() -> None:
    assert digits_for_bits(131_524, 3) == 131_524 // 11 * 7 + 7
    assert digits_for_bits(131_524, 2) == 131_524


@pytest.mark.parametrize("base", BASES)
def test_remainders_are_set_by_the_smallest_change_inside_a_run_of_legal_values(base: int) -> None:
    plane = Plane(np.zeros((4, 4), dtype=np.int32), -8, 7, ((-2, -1), (5, 5)))
    runs = ([-8, -7, -6, -5, -4, -3], [0, 1, 2, 3, 4])
    for run in runs:
        values = np.repeat(np.array(run, dtype=np.int32), base)
        wanted = np.tile(np.arange(base), len(run))
        for up in (True, False):
            moved = set_remainders(values, wanted, base, np.full(values.size, up), Legal(plane))

            np.testing.assert_array_equal(remainders(moved, base), wanted)
            assert set(moved.tolist()) <= set(run)
            inner = (values > run[0]) & (values < run[-1])
            assert np.abs(moved - values)[inner].max() == 1
            assert np.abs(moved - values).max() <= 2


def test_values_of_a_run_too_short_for_all_remainders_stay_in_it() -> None:
    legal = Legal(Plane(np.zeros((4, 4), dtype=np.int32), 0, 20, ((4, 4), (6, 6), (9, 9))))
    for value, run in ((5, {5}), (7, {7, 8}), (8, {7, 8})):
        values = np.full(3, value, dtype=np.int32)
        moved = set_remainders(values, np.arange(3), 3, np.zeros(3, dtype=bool), legal)
        assert set(moved.tolist()) <= run


def test_blocks_next_to_padding_on_both_sides_are_not_settable() -> None:
    pixels = np.full((4, 8), 10, dtype=np.int32)
    pixels[:, 4:] = 20

    found = settable(pixels, Legal(Plane(pixels, 0, 255, ((8, 9), (12, 12)))), 3)

    assert found.tolist() == [False, True]


def test_clipped_air_is_lifted_by_one_grey_level_where_one_bit_a_pixel_is_enough() -> None:
    plane = plane_of(0, 0)
    stego = hidden(plane, payload_of(6000))
    full = hidden(plane, payload_of(Capacity(KEY).on(plane, AIR).capacity))

    assert (stego.pixels.min(), stego.pixels.max()) == (0, 1)
    assert full.pixels.max() == 2


def test_noise_is_changed_by_one_grey_level_in_two_thirds_of_the_pixels_used() -> None:
    plane = plane_of(1000, 20)
    length = 10_000

    stego = hidden(plane, payload_of(length))

    changed = np.count_nonzero(stego.pixels != plane.pixels)
    assert np.abs(stego.pixels - plane.pixels).max() == 1
    assert changed < 0.5 * length  # 0.424 a bit, chain and tag besides
    assert abs(int((stego.pixels - plane.pixels).sum())) < 0.1 * changed


def test_room_is_one_and_a_half_bits_a_usable_pixel_less_chain_and_tag() -> None:
    plane = plane_of(1000, 20)
    room = Capacity(KEY).on(plane, AIR).capacity

    assert 1.2 * AIR.sum() < room < 1.5715 * AIR.sum()


def test_no_usable_block_has_no_room() -> None:
    plane, nothing = plane_of(1000, 20), np.zeros((128, 128), dtype=bool)

    assert Capacity(KEY).on(plane, nothing).capacity == 0
    with pytest.raises(DoesNotFitError, match="shorter record"):
        Capacity(KEY).on(plane, nothing).embed(payload_of(10))


def test_another_key_reads_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(bytes(32)).extract(stego, None, lambda _: 500) is None


def test_a_label_without_a_length_reads_as_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(KEY).extract(stego, None, lambda _: None) is None


def test_a_length_beyond_the_plane_reads_as_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(KEY).extract(stego, None, lambda _: 10**9) is None


@pytest.mark.parametrize("base", [0, 1, 4, 31])
def test_a_base_that_no_sender_writes_reads_as_nothing(base: int) -> None:
    plane, codec = plane_of(1000, 20), Capacity(KEY)
    seen, body = Seen(plane, codec.layout(plane.shape)), np.arange(900)

    assert codec.read_body(seen, body, base, 500) is None
    assert codec.read_body(seen, body, 3, 500) is not None


def test_two_keys_share_few_of_the_places_they_change() -> None:
    plane, payload = plane_of(1000, 20), payload_of(500)
    one, two = (hidden(plane, payload, key).pixels != plane.pixels for key in (KEY, bytes(32)))

    assert np.count_nonzero(one & two) < 0.3 * np.count_nonzero(one)
