"""Profile fidelity: exact, within its region, mask-free, near the bound."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from StegoMedLib.codec.cells.profile import Seen
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.profile import Payload
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import compare
from StegoMedLib.plane import Plane
from Testing.airs import KEY, air_around


def _payload(bits: int, seed: int = 0) -> Payload:
    return Payload(77, np.random.default_rng(seed).random(bits) < 0.5)


def _half(shape: tuple[int, int]) -> np.ndarray:
    """Air on half of a plane, with a hole of a pixel here and there."""
    return air_around(shape) & (np.random.default_rng(1).random(shape) < 0.9999)


def _noisy(side: int, low: int = 0, high: int = 4095) -> Plane:
    pixels = np.random.default_rng(2).normal(60, 8, (side, side)).round().astype(np.int32)
    return Plane(np.clip(pixels, low, high), low, high)


def _read(pixels: np.ndarray, plane: Plane, bits: int, key: bytes = KEY) -> Payload | None:
    return Fidelity(key).extract(Plane(pixels, plane.low, plane.high), None, lambda _: bits)


@pytest.mark.parametrize("side", [144, 256, 512])
def test_what_was_hidden_is_read_without_a_mask(side: int) -> None:
    plane, usable = _noisy(side), _half((side, side))
    payload = _payload(side * side // 128)

    found = _read(Fidelity(KEY).on(plane, usable).embed(payload), plane, payload.bits.size)

    assert found is not None
    assert found.label == payload.label
    np.testing.assert_array_equal(found.bits, payload.bits)


@pytest.mark.parametrize("value", [0, 17, 4095])
def test_constant_air_is_lifted_or_lowered_and_never_clipped(value: int) -> None:
    plane = Plane(np.full((256, 256), value, dtype=np.int32), 0, 4095)
    payload = _payload(1500)

    stego = Fidelity(KEY).on(plane, _half(plane.shape)).embed(payload)

    assert stego.min() >= 0
    assert stego.max() <= 4095
    found = _read(stego, plane, 1500)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)


def test_no_pixel_outside_usable_blocks_changes() -> None:
    plane, usable = _noisy(256), _half((256, 256))

    stego = Fidelity(KEY).on(plane, usable).embed(_payload(1900))

    assert (stego != plane.pixels).any()
    np.testing.assert_array_equal(stego[~usable], plane.pixels[~usable])


def test_rows_and_columns_beyond_the_last_whole_block_stay_as_they_are() -> None:
    pixels = np.random.default_rng(3).integers(0, 4096, (131, 142), dtype=np.int32)
    plane = Plane(pixels, 0, 4095)

    stego = Fidelity(KEY).on(plane, np.ones(plane.shape, dtype=bool)).embed(_payload(600))

    np.testing.assert_array_equal(stego[128:], pixels[128:])
    np.testing.assert_array_equal(stego[:, 140:], pixels[:, 140:])


def test_no_pixel_becomes_padding() -> None:
    pixels = np.random.default_rng(4).integers(-5, 2, (256, 256), dtype=np.int32)
    plane = Plane(pixels, -32768, 32767, padding=((-6, -6), (2, 3)))

    stego = Fidelity(KEY).on(plane, np.ones(plane.shape, dtype=bool)).embed(_payload(2000))

    assert stego.min() >= -5
    assert stego.max() <= 1


def test_another_key_reads_nothing() -> None:
    plane = _noisy(256)
    stego = Fidelity(KEY).on(plane, _half(plane.shape)).embed(_payload(1900))

    assert _read(stego, plane, 1900, key=bytes(32)) is None


def test_an_unmarked_plane_reads_as_nothing() -> None:
    plane = _noisy(256)

    assert _read(plane.pixels, plane, 1900) is None


def test_the_same_payload_makes_the_same_stego_plane() -> None:
    plane, usable = _noisy(128), _half((128, 128))

    one, two = (Fidelity(KEY).on(plane, usable).embed(_payload(200)) for _ in range(2))

    np.testing.assert_array_equal(one, two)


def test_room_is_kept_as_promised() -> None:
    plane, usable = _noisy(256), _half((256, 256))
    room = Fidelity(KEY).on(plane, usable).capacity
    payload = _payload(room)

    found = _read(Fidelity(KEY).on(plane, usable).embed(payload), plane, room)

    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)


def test_more_than_the_room_does_not_fit() -> None:
    plane, usable = _noisy(256), _half((256, 256))
    canvas = Fidelity(KEY).on(plane, usable)

    with pytest.raises(DoesNotFitError, match="bits"):
        canvas.embed(_payload(canvas.capacity + 1))


@pytest.mark.parametrize("shape", [(3, 400), (32, 32), (4, 4)])
def test_a_plane_of_too_few_blocks_has_no_room(shape: tuple[int, int]) -> None:
    plane = Plane(np.zeros(shape, dtype=np.int32), 0, 255)
    usable = np.ones(shape, dtype=bool)

    assert Fidelity(KEY).on(plane, usable).capacity == 0
    assert _read(plane.pixels, plane, 10) is None


def test_few_usable_blocks_carry_their_bits_by_two_changes_a_block() -> None:
    plane = Plane(np.zeros((64, 64), dtype=np.int32), 0, 4095)
    usable = np.ones((64, 64), dtype=bool)
    payload = _payload(Fidelity(KEY).on(plane, usable).capacity)

    stego = Fidelity(KEY).on(plane, usable).embed(payload)

    changes = np.abs(stego - plane.pixels).reshape(16, 4, 16, 4).sum(axis=(1, 3))
    assert changes.max() == 2
    found = _read(stego, plane, payload.bits.size)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)


@pytest.mark.parametrize(("bits", "least"), [(2768, 123.0), (8126, 119.0)])
def test_half_a_plane_of_512_carries_its_bits_near_the_bound(bits: int, least: float) -> None:
    plane = _noisy(512)

    quality = compare(plane, Fidelity(KEY).on(plane, _half(plane.shape)).embed(_payload(bits)))

    assert quality.psnr_65535 is not None
    assert quality.psnr_65535 >= least
    assert quality.largest_change == 1


def test_blocks_that_no_change_may_touch_do_not_count_as_room() -> None:
    pixels = np.random.default_rng(3).integers(100, 200, (256, 256)).astype(np.int32)
    pixels[:, :200] = 50
    plane, usable = Plane(pixels, 0, 4095, ((0, 49), (51, 51))), np.ones((256, 256), dtype=np.bool_)
    payload = _payload(2000)

    found = _read(Fidelity(KEY).on(plane, usable).embed(payload), plane, payload.bits.size)

    assert found is not None
    assert np.array_equal(found.bits, payload.bits)
    air = np.ones(plane.shape, dtype=np.bool_)
    assert Fidelity(KEY).on(plane, air).capacity < Fidelity(KEY).on(_noisy(256), air).capacity


@pytest.mark.parametrize("coding", [1, 3, 19, 31])
def test_a_size_of_groups_that_no_sender_writes_reads_as_nothing(coding: int) -> None:
    plane, codec = _noisy(128), Fidelity(KEY)
    seen, body = Seen(plane, codec.layout(plane.shape)), np.arange(900)

    assert codec.read_body(seen, body, coding, 500) is None
    assert codec.read_body(seen, body, 4, 500) is not None
    assert codec.read_body(seen, body, 18, 18 * 901) is None
    assert codec.read_body(seen, body, 0, 4097) is None


def test_planes_of_many_sizes_do_not_pile_up_in_memory() -> None:
    profile = Fidelity(KEY)

    for side in range(64, 640, 16):
        profile.extract(Plane(np.zeros((side, side), dtype=np.int32), 0, 255), None, lambda _: 100)

    tracemalloc.start()
    for side in range(640, 1024, 16):
        profile.extract(Plane(np.zeros((side, side), dtype=np.int32), 0, 255), None, lambda _: 100)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5 * (1024 // 4) ** 2 * 8 * (4 + 8)
