"""Profile robust: the mathematics of its slots, its even spreading, and what its votes survive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, split_blocks
from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.robust.layout import CODE_BITS, RobustLayout, codebook
from StegoMedLib.codec.robust.slots import FINE, SlotGrid, z_order
from StegoMedLib.codec.robust.votes import limited
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import compare
from StegoMedLib.plane import Plane

KEY = bytes(range(32))
BITS = 400
PAYLOAD = Payload(77, np.random.default_rng(0).random(BITS) < 0.5)


def _cover(side: int = 256, low: int = 0) -> tuple[Plane, np.ndarray]:
    """Air at the low end of the legal range around a bright, textured body; and the blocks clear of it."""
    rows, columns = np.mgrid[:side, :side] - side / 2
    body = np.hypot(rows, columns) < side / 3
    texture = np.random.default_rng(1).normal(1000, 200, (side, side))
    pixels = np.where(body, texture, low).round().astype(np.int32)
    near = np.hypot(rows, columns) < side / 3 + 6
    usable = ~near.reshape(side // 4, 4, side // 4, 4).any(axis=(1, 3))
    return Plane(pixels, low, 4095), usable


def _stego(strength: float = DEFAULT_STRENGTH, side: int = 256, low: int = 0) -> tuple[Plane, Plane, np.ndarray]:
    plane, usable = _cover(side, low)
    return (
        plane,
        replace(plane, pixels=Robust(KEY, strength).on(plane, pixels_of(usable, plane.shape)).embed(PAYLOAD)),
        usable,
    )


def _errors(found: Payload | None) -> int:
    assert found is not None
    assert found.label == PAYLOAD.label
    return int((found.bits != PAYLOAD.bits).sum())


def _read(plane: Plane, usable: np.ndarray | None = None, key: bytes = KEY) -> Payload | None:
    air = None if usable is None else pixels_of(usable, plane.shape)
    return Robust(key).extract(plane, air, lambda _: BITS)


def test_slots_are_projections_on_orthonormal_images() -> None:
    grid, where = SlotGrid((32, 48)), np.arange(8 * 12)
    rng = np.random.default_rng(2)
    slots = rng.normal(size=grid.count).astype(np.float32)

    blocks = grid.compose_some(grid.some(slots, where), where)

    np.testing.assert_allclose(grid.project(blocks), slots, atol=1e-5)


def test_composing_is_the_adjoint_of_projecting() -> None:
    grid, where = SlotGrid((68, 52)), np.array([0, 5, 17, 40, 100, 200])
    rng = np.random.default_rng(3)
    blocks = rng.normal(size=(where.size, 16)).astype(np.float32)
    slots = rng.normal(size=where.size * FINE + grid.count - grid.parts[0].stop).astype(np.float32)

    there = np.vdot(grid.project_some(blocks, where), slots)

    assert there == pytest.approx(np.vdot(blocks, grid.compose_some(slots, where)), rel=1e-4)


def test_some_slots_are_those_of_the_whole_plane() -> None:
    grid = SlotGrid((64, 64))
    blocks = split_blocks(np.random.default_rng(4).normal(size=(64, 64))).astype(np.float32)
    where = np.arange(256)

    np.testing.assert_allclose(grid.project_some(blocks, where), grid.project(blocks), atol=1e-5)


def test_no_slot_sees_an_offset_and_all_grow_with_the_scale() -> None:
    grid = SlotGrid((64, 64))
    blocks = split_blocks(np.random.default_rng(5).normal(size=(64, 64))).astype(np.float32)

    np.testing.assert_allclose(grid.project(blocks * 1.1 + 300), 1.1 * grid.project(blocks), atol=1e-3)


def test_the_curve_visits_every_cell_once_and_keeps_neighbours_together() -> None:
    order = z_order(16, 16)

    assert sorted(order) == list(range(256))
    quarter = np.unravel_index(order[:64], (16, 16))
    assert max(quarter[0].max(), quarter[1].max()) == 7


def test_every_bit_has_as_many_slots_as_any_other_wherever_the_room_is() -> None:
    layout = RobustLayout(KEY, (512, 512))
    owners = layout.owners(1568)
    quarter = np.zeros((128, 128), dtype=bool)
    quarter[:64, :64] = True

    votes = np.bincount(owners[: 128 * 128 * FINE][np.repeat(quarter.ravel(), FINE)], minlength=1568)[:1568]

    assert votes.max() - votes.min() <= 2
    assert np.bincount(owners).min() >= 1


def test_layouts_of_two_keys_have_nothing_in_common() -> None:
    one, other = (RobustLayout(key, (256, 256)) for key in (KEY, bytes(32)))

    assert abs(float(np.mean(one.signs * other.signs))) < 0.02
    assert float(np.mean(one.owners(BITS) == other.owners(BITS))) < 0.05


def test_codewords_are_far_from_each_other() -> None:
    book = codebook(KEY)

    products = np.abs(book @ book.T)[~np.eye(len(book), dtype=bool)]

    assert products.max() <= 0.65 * CODE_BITS


def test_a_vote_grows_stays_and_falls_to_nothing() -> None:
    votes = limited(np.array([-10, -5, -1, 0, 1, 2, 3, 4, 5, 6, 100], dtype=np.float32))

    np.testing.assert_allclose(votes, [0, -1, -1, 0, 1, 2, 2, 2, 1, 0, 0])


@pytest.mark.parametrize("strength", [DEFAULT_STRENGTH, HIGH_STRENGTH, 46.5])
def test_the_strength_is_the_least_psnr(strength: float) -> None:
    plane, stego, _ = _stego(strength)

    quality = compare(plane, stego.pixels)

    assert quality.psnr_range is not None
    assert strength <= quality.psnr_range < strength + 0.1


@pytest.mark.parametrize("low", [0, -2000])
def test_what_was_hidden_is_read_with_a_mask_and_without(low: int) -> None:
    _, stego, usable = _stego(low=low)

    assert _errors(_read(stego)) == 0
    assert _errors(_read(stego, usable)) == 0
    assert stego.pixels.min() >= low


def test_only_usable_blocks_change() -> None:
    plane, stego, usable = _stego()

    changed = (stego.pixels != plane.pixels).reshape(64, 4, 64, 4).any(axis=(1, 3))

    assert changed.any()
    assert not (changed & ~usable).any()


def test_no_pixel_becomes_padding_or_crosses_it() -> None:
    plane, usable = _cover(low=-1000)
    plane = replace(plane, low=-32768, padding=((-2000, -2000), (-1010, -1005)))

    stego = Robust(KEY).on(plane, pixels_of(usable, plane.shape)).embed(PAYLOAD)

    assert stego.min() == -1004
    assert _errors(_read(replace(plane, pixels=stego))) == 0


def test_another_key_and_an_unmarked_plane_give_nothing() -> None:
    plane, stego, _ = _stego()

    assert _read(stego, key=bytes(32)) is None
    assert _read(plane) is None


def test_votes_tell_how_clearly_bits_are_read() -> None:
    _, stego, _ = _stego()
    noise = np.random.default_rng(6).normal(0, 60, stego.shape)
    noisy = replace(stego, pixels=(stego.pixels + noise).round().astype(np.int32))

    clear, dim = _read(stego), _read(noisy)

    assert clear is not None
    assert dim is not None
    assert clear.votes is not None
    assert dim.votes is not None
    np.testing.assert_array_equal(dim.votes > 0, dim.bits)
    spread = [np.std(np.abs(votes)) / np.mean(np.abs(votes)) for votes in (clear.votes, dim.votes)]
    assert spread[0] < spread[1]


def test_a_mask_helps_under_strong_noise() -> None:
    _, stego, usable = _stego()
    noise = np.random.default_rng(7).normal(0, 130, stego.shape)
    noisy = replace(stego, pixels=(stego.pixels + noise).round().astype(np.int32))

    assert _errors(_read(noisy, usable)) < _errors(_read(noisy))


def test_a_wrong_mask_does_little_harm() -> None:
    _, stego, usable = _stego()

    assert _errors(_read(stego, ~usable)) == 0
    assert _errors(_read(stego, np.zeros_like(usable))) == 0


def test_votes_of_many_planes_add_up() -> None:
    _, stego, _ = _stego()
    rng, robust = np.random.default_rng(8), Robust(KEY)
    noisy = [
        replace(stego, pixels=np.clip(stego.pixels + rng.normal(0, 130, stego.shape), 0, 4095).round().astype(np.int32))
        for _ in range(20)
    ]
    votes = [robust.votes(plane) for plane in noisy]
    assert votes[0] is not None

    total = votes[0]
    for each in votes[1:]:
        assert each is not None
        total += each
    together = robust.decide(total, None, lambda _: BITS)

    alone = [found for plane in noisy if (found := _read(plane)) is not None]
    assert _errors(together) == 0
    assert all(_errors(found) > 20 for found in alone if found.label == PAYLOAD.label)


def test_room_is_kept_as_promised() -> None:
    plane, usable = _cover()
    robust = Robust(KEY)
    room = robust.on(plane, pixels_of(usable, plane.shape)).capacity
    payload = Payload(77, np.random.default_rng(9).random(room) < 0.5)

    stego = robust.on(plane, pixels_of(usable, plane.shape)).embed(payload)

    found = robust.extract(replace(plane, pixels=stego), None, lambda _: room)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)
    with pytest.raises(DoesNotFitError, match="strength"):
        robust.on(plane, pixels_of(usable, plane.shape)).embed(Payload(77, np.zeros(3 * room, dtype=bool)))


@pytest.mark.parametrize("side", [4, 32, 60])
def test_a_plane_of_too_few_blocks_has_no_room(side: int) -> None:
    plane = Plane(np.arange(side * side, dtype=np.int32).reshape(side, side), 0, 4095)

    assert Robust(KEY).on(plane, np.ones(plane.shape, dtype=bool)).capacity == 0
    assert _read(plane) is None


def test_a_constant_plane_has_no_range_to_hide_in() -> None:
    plane = Plane(np.full((256, 256), 7, dtype=np.int32), 0, 4095)

    assert Robust(KEY).on(plane, np.ones(plane.shape, dtype=bool)).capacity == 0
    assert _read(plane) is None


def test_a_strength_too_low_for_whole_numbers_does_not_fit() -> None:
    plane, usable = _cover()

    with pytest.raises(DoesNotFitError, match="higher strength"):
        Robust(KEY, 90.0).on(plane, pixels_of(usable, plane.shape)).embed(PAYLOAD)


def test_padding_far_off_does_not_make_the_mark_louder_without_end() -> None:
    plane, usable = _cover(low=-1000)
    pixels = plane.pixels.copy()
    pixels[:4], usable = -32768, usable & (np.arange(64)[:, None] > 1)
    padded = Plane(pixels, -32768, 32767, padding=((-32768, -32768),))
    change = Robust(KEY).on(padded, pixels_of(usable, padded.shape)).embed(PAYLOAD) - pixels

    seen = pixels[4:].max() - pixels[4:].min()
    assert np.sqrt(np.mean(np.square(change, dtype=float))) <= 1.01 * 3 * seen / 10 ** (DEFAULT_STRENGTH / 20)
    assert not change[:4].any()
