from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.addressing import subkey
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
from StegoMedLib.codec.capacity.header import CapacityHeader
from StegoMedLib.codec.capacity.layout import HEADER_SHARES, CapacityLayout
from StegoMedLib.codec.capacity.wet import flips_for_words, words_of_groups
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profile import Payload
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane

KEY = bytes(range(32))
USABLE = np.ones((32, 32), dtype=bool)
USABLE[8:24, 8:24] = False


def plane_of(level: float, spread: float, low: int = 0, high: int = 4095) -> Plane:
    noise = np.random.default_rng(3).normal(level, spread, (128, 128))
    return Plane(np.clip(np.rint(noise), low, high).astype(np.int32), low, high)


def payload_of(length: int, label: int = 77) -> Payload:
    return Payload(label, np.random.default_rng(4).random(length) < 0.5)


def hidden(plane: Plane, payload: Payload, key: bytes = KEY) -> Plane:
    return Plane(Capacity(key).on(plane, pixels_of(USABLE, plane.shape)).embed(payload), plane.low, plane.high)


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


def test_blocks_next_to_padding_on_both_sides_are_not_settable() -> None:
    pixels = np.full((4, 8), 10, dtype=np.int32)
    pixels[:, 4:] = 20

    found = settable(pixels, Legal(Plane(pixels, 0, 255, ((8, 9), (12, 12)))), 3)

    assert found.tolist() == [False, True]


def test_words_are_written_into_dry_pixels_alone() -> None:
    rng = np.random.default_rng(1)
    odd, dry = rng.random((50, 200)) < 0.5, rng.random((50, 200)) < 0.4
    columns = rng.integers(0, 2**32, (50, 200), dtype=np.uint32)
    wanted = rng.integers(0, 2**32, 50, dtype=np.uint32)

    flips = flips_for_words(odd, dry, columns, wanted)

    assert flips is not None
    assert not (flips & ~dry).any()
    np.testing.assert_array_equal(words_of_groups(odd ^ flips, columns), wanted)


def test_a_group_with_too_few_dry_pixels_has_no_solution() -> None:
    rng = np.random.default_rng(1)
    columns = rng.integers(0, 2**32, (2, 100), dtype=np.uint32)
    dry = np.ones((2, 100), dtype=bool)
    dry[1, 20:] = False
    odd = np.zeros((2, 100), dtype=bool)

    assert flips_for_words(odd, dry, columns, rng.integers(0, 2**32, 2, dtype=np.uint32)) is None


def test_a_header_comes_back_and_a_changed_one_does_not() -> None:
    header = CapacityHeader(2047, 3, 6, 470, 190)
    packed = header.pack(KEY, 1)

    assert CapacityHeader.unpack(packed, KEY, 1) == header
    assert CapacityHeader.unpack(packed, KEY, 0) is None
    for place in range(len(packed)):
        changed = packed[:place] + bytes([packed[place] ^ 4]) + packed[place + 1 :]
        assert CapacityHeader.unpack(changed, KEY, 1) is None


def test_a_header_that_no_sender_writes_is_none() -> None:
    for header in (CapacityHeader(1, 4, 1, 9, 9), CapacityHeader(1, 3, 0, 9, 9), CapacityHeader(1, 3, 1, 0, 9)):
        assert CapacityHeader.unpack(header.pack(KEY, 0), KEY, 0) is None


def test_clipped_air_is_lifted_by_one_grey_level_where_one_bit_a_pixel_is_enough() -> None:
    plane = plane_of(0, 0)
    stego = hidden(plane, payload_of(6000))
    full = hidden(plane, payload_of(Capacity(KEY).on(plane, pixels_of(USABLE, plane.shape)).capacity))

    assert (stego.pixels.min(), stego.pixels.max()) == (0, 1)
    assert full.pixels.max() == 2


def test_noise_is_changed_by_one_grey_level_in_two_thirds_of_the_pixels_used() -> None:
    plane = plane_of(1000, 20)
    length = 10_000

    stego = hidden(plane, payload_of(length))

    changed = np.count_nonzero(stego.pixels != plane.pixels)
    assert np.abs(stego.pixels - plane.pixels).max() == 1
    assert changed < 0.5 * length  # 0.424 a bit, header and map besides
    assert abs(int((stego.pixels - plane.pixels).sum())) < 0.1 * changed


def test_room_is_one_and_a_half_bits_a_usable_pixel_less_header_and_map() -> None:
    plane = plane_of(1000, 20)
    room = Capacity(KEY).on(plane, pixels_of(USABLE, plane.shape)).capacity

    assert 1.2 * 16 * USABLE.sum() < room < 1.5715 * 16 * USABLE.sum()


def test_no_usable_block_has_no_room() -> None:
    plane, nothing = plane_of(1000, 20), np.zeros((32, 32), dtype=bool)

    assert Capacity(KEY).on(plane, pixels_of(nothing, plane.shape)).capacity == 0
    with pytest.raises(DoesNotFitError, match="shorter record"):
        Capacity(KEY).on(plane, pixels_of(nothing, plane.shape)).embed(payload_of(10))


def test_another_key_reads_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(bytes(32)).extract(stego, None, lambda _: 500) is None


def test_a_label_without_a_length_reads_as_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(KEY).extract(stego, None, lambda _: None) is None


def test_a_length_beyond_the_plane_reads_as_nothing() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))

    assert Capacity(KEY).extract(stego, None, lambda _: 10**9) is None


def test_every_damaged_map_reads_as_nothing_or_as_other_bits() -> None:
    stego = hidden(plane_of(1000, 20), payload_of(500))
    layout = CapacityLayout(subkey(KEY, "capacity"), stego.shape)
    behind_header = layout.pixels[3 * layout.header_span(0) :]
    for first in range(0, 3000, 250):
        pixels = stego.pixels.copy()
        pixels.flat[behind_header[first : first + 250]] ^= 1

        found = Capacity(KEY).extract(Plane(pixels, 0, 4095), None, lambda _: 500)

        assert found is None or found.bits.size == 500


def test_a_plane_with_few_usable_blocks_takes_a_larger_header() -> None:
    plane = plane_of(1000, 20)
    usable = np.zeros((32, 32), dtype=bool)
    usable[:, :3] = True
    payload = payload_of(Capacity(KEY).on(plane, pixels_of(usable, plane.shape)).capacity)
    assert payload.bits.size > 0
    layout = CapacityLayout(subkey(KEY, "capacity"), plane.shape)
    assert [layout.header_span(draw) * 3 for draw in range(len(HEADER_SHARES))] == [255, 1023, 4095]

    stego = Plane(Capacity(KEY).on(plane, pixels_of(usable, plane.shape)).embed(payload), 0, 4095)

    found = Capacity(KEY).extract(stego, None, lambda _: payload.bits.size)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)


def test_two_keys_share_few_of_the_places_they_change() -> None:
    plane, payload = plane_of(1000, 20), payload_of(500)
    one, two = (hidden(plane, payload, key).pixels != plane.pixels for key in (KEY, bytes(32)))

    assert np.count_nonzero(one & two) < 0.3 * np.count_nonzero(one)
