"""Profile robust: the mathematics of its slots, its even spreading, and what its votes survive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, split_blocks
from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.robust.layout import CODE_BITS, OWN_BITS, RobustLayout, codebook
from StegoMedLib.codec.robust.slots import FINE, SlotGrid, z_order
from StegoMedLib.codec.robust.votes import limited
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import compare
from StegoMedLib.plane import Plane

KEY = bytes(range(32))
BITS = 400
PAYLOAD = Payload(77, np.random.default_rng(0).random(BITS) < 0.5, own=bytes(range(100, 112)), nonce=4711)


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


def test_every_bit_has_about_as_many_slots_as_any_other_wherever_the_room_is() -> None:
    layout = RobustLayout(KEY, (512, 512))
    owners = layout.carriers(5, 1568).owners
    quarter = np.zeros((128, 128), dtype=bool)
    quarter[:64, :64] = True

    inside = np.bincount(owners[: 128 * 128 * FINE][np.repeat(quarter.ravel(), FINE)], minlength=1568)[:1568]
    everywhere = np.bincount(owners)[:1568]

    assert everywhere.max() - everywhere.min() <= 1
    assert inside.max() - inside.min() <= 4


def test_all_slots_have_one_use_and_each_use_has_its_share() -> None:
    layout = RobustLayout(KEY, (512, 512))

    canonical = np.concatenate([layout.label, layout.own, layout.body])
    slots = np.concatenate([layout.acquisition, layout.places(7)])

    np.testing.assert_array_equal(np.sort(canonical), np.arange(canonical.size))
    np.testing.assert_array_equal(np.sort(slots), np.arange(layout.grid.count))
    assert layout.body.size > 0.88 * layout.grid.count
    assert layout.nonces == 16 * layout.acquisition.size == 97200


@pytest.mark.parametrize("shape", [(128, 128), (256, 256), (133, 517)])
def test_own_bits_have_enough_slots_in_small_planes(shape: tuple[int, int]) -> None:
    layout = RobustLayout(KEY, shape)

    assert layout.own.size >= 12 * OWN_BITS
    assert set(layout.label_bits) == set(range(CODE_BITS))


def test_layouts_of_two_keys_have_nothing_in_common() -> None:
    one, other = (RobustLayout(key, (256, 256)) for key in (KEY, bytes(32)))

    assert abs(float(np.mean(one.signs(3) * other.signs(3)))) < 0.02
    assert float(np.mean(one.dealt(BITS) == other.dealt(BITS))) < 0.1
    assert float(np.mean(one.acquisition == other.acquisition)) < 0.02


def test_marks_of_two_nonces_have_nothing_in_common() -> None:
    layout = RobustLayout(KEY, (256, 256))
    one, other = (layout.carriers(nonce, BITS) for nonce in (3, 4))

    assert abs(float(np.mean(one.signs * other.signs))) < 0.02
    assert float(np.mean(one.owners == other.owners)) < 0.15
    np.testing.assert_array_equal(np.sort(layout.places(3)), np.sort(layout.places(4)))


def test_every_nonce_has_a_pattern_of_its_own() -> None:
    layout = RobustLayout(KEY, (128, 128))
    patterns = np.array([layout.pattern(nonce) for nonce in range(layout.nonces)])

    alike = patterns @ patterns[0] / patterns.shape[1]

    assert alike[0] == 1
    assert np.delete(alike, [0, layout.nonces // 2]).max() < 0.4
    assert alike[layout.nonces // 2] == -1  # the negative of the same pattern: as unlike as can be


def test_codewords_are_far_from_each_other() -> None:
    book = codebook(KEY)

    products = np.abs(book @ book.T)[~np.eye(len(book), dtype=bool)]

    assert products.max() <= 0.7 * CODE_BITS


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
    rng, blind, masked = np.random.default_rng(7), [], []
    for _ in range(12):
        noisy = replace(stego, pixels=(stego.pixels + rng.normal(0, 55, stego.shape)).round().astype(np.int32))
        if Robust(KEY).votes(noisy) is not None:
            blind.append(_errors(_read(noisy)))
            masked.append(_errors(_read(noisy, usable)))

    assert len(blind) >= 9
    assert sum(masked) < sum(blind)


def test_a_wrong_mask_does_little_harm() -> None:
    _, stego, usable = _stego()

    assert _errors(_read(stego, ~usable)) == 0
    assert _errors(_read(stego, np.zeros_like(usable))) == 0


def _own_errors(votes: np.ndarray | None, own: bytes) -> int:
    assert votes is not None
    return int(np.count_nonzero((votes > 0) != np.unpackbits(np.frombuffer(own, dtype=np.uint8))))


def test_a_slice_says_what_is_its_own() -> None:
    _, stego, usable = _stego()

    for found in (_read(stego), _read(stego, usable)):
        assert found is not None
        assert (found.own, found.nonce) == (PAYLOAD.own, PAYLOAD.nonce)
        assert _own_errors(found.own_votes, PAYLOAD.own) == 0


@pytest.mark.parametrize("edge", ["first", "last"])
def test_any_nonce_will_do(edge: str) -> None:
    plane, usable = _cover()
    robust = Robust(KEY)
    nonce = 0 if edge == "first" else robust.nonces(plane.shape) - 1
    canvas = robust.on(plane, pixels_of(usable, plane.shape))

    found = _read(replace(plane, pixels=canvas.embed(replace(PAYLOAD, nonce=nonce))))

    assert found is not None
    assert found.nonce == nonce
    with pytest.raises(ValueError, match=str(robust.nonces(plane.shape))):
        canvas.embed(replace(PAYLOAD, nonce=robust.nonces(plane.shape)))


def test_votes_of_many_planes_add_up_whatever_their_nonces() -> None:
    plane, usable = _cover()
    rng, robust = np.random.default_rng(8), Robust(KEY)
    canvas, bits = robust.on(plane, pixels_of(usable, plane.shape)), rng.random(1200) < 0.5
    votes, own_errors, alone = [], [], []
    for _ in range(16):
        sent = Payload(77, bits, own=rng.bytes(12), nonce=int(rng.integers(robust.nonces(plane.shape))))
        pixels = canvas.embed(sent) + rng.normal(0, 60, plane.shape)
        found = robust.votes(replace(plane, pixels=np.clip(pixels, 0, 4095).round().astype(np.int32)))
        if found is not None:
            votes.append(found)
            own_errors.append(_own_errors(found.own_votes, sent.own))
            one = robust.decide(found, None, lambda _: bits.size)
            alone += [] if one is None else [int((one.bits != bits).sum())]
    total = votes[0]
    for each in votes[1:]:
        total += each
    together = robust.decide(total, None, lambda _: bits.size)

    assert len(votes) >= 10
    assert min(alone) > 80
    assert together is not None
    assert int((together.bits != bits).sum()) <= 6
    assert (together.own, together.own_votes, total.nonce, total.own_votes) == (b"", None, None, None)
    assert np.mean(own_errors) < 0.15 * OWN_BITS


def test_room_is_kept_as_promised() -> None:
    plane, usable = _cover()
    robust = Robust(KEY)
    room = robust.on(plane, pixels_of(usable, plane.shape)).capacity
    payload = replace(PAYLOAD, bits=np.random.default_rng(9).random(room) < 0.5)

    stego = robust.on(plane, pixels_of(usable, plane.shape)).embed(payload)

    found = robust.extract(replace(plane, pixels=stego), None, lambda _: room)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)
    with pytest.raises(DoesNotFitError, match="strength"):
        robust.on(plane, pixels_of(usable, plane.shape)).embed(Payload(77, np.zeros(3 * room, dtype=bool)))


@pytest.mark.parametrize("side", [4, 32, 124])
def test_a_plane_of_too_few_blocks_has_no_room(side: int) -> None:
    plane = Plane(np.arange(side * side, dtype=np.int32).reshape(side, side), 0, 4095)

    assert Robust(KEY).on(plane, np.ones(plane.shape, dtype=bool)).capacity == 0
    assert Robust(KEY).nonces(plane.shape) == 0
    assert Robust(KEY).votes(plane) is None
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
