"""Where room is scarce: five bits a block by one system of equations."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.fidelity.dense import MAXIMUM_DENSE_BITS
from StegoMedLib.codec.fidelity.layout import Layout
from StegoMedLib.codec.fidelity.moves import Cover, apply_changes
from StegoMedLib.codec.fidelity.parities import patterns, scaled_coefficients
from StegoMedLib.codec.fidelity.reach import REACHED
from StegoMedLib.codec.gf2 import solve
from StegoMedLib.codec.profile import Payload
from StegoMedLib.plane import Plane

KEY = bytes(range(32))


def _corner(blocks: int, side: int = 256) -> np.ndarray:
    usable = np.zeros((side // 4) ** 2, dtype=bool)
    usable[:blocks] = True
    return usable.reshape(side // 4, side // 4)


def _air(kind: str, side: int = 256) -> Plane:
    rng = np.random.default_rng(0)
    pixels = {
        "noise": rng.normal(60, 3, (side, side)).round(),
        "clipped": np.zeros((side, side)),
        "rayleigh": np.hypot(*rng.normal(0, 1, (2, side, side))).round(),
        "saturated": np.full((side, side), 4095),
    }[kind]
    return Plane(pixels.astype(np.int32), 0, 4095)


@pytest.mark.parametrize("kind", ["noise", "clipped", "rayleigh", "saturated"])
def test_a_few_blocks_carry_nearly_five_bits_each(kind: str) -> None:
    plane, usable = _air(kind), _corner(350)
    codec = Fidelity(KEY)
    room = codec.on(plane, pixels_of(usable, plane.shape)).capacity
    payload = Payload(9, np.random.default_rng(1).random(room) < 0.5)

    stego = codec.on(plane, pixels_of(usable, plane.shape)).embed(payload)

    # A sixteenth of the blocks is the header's.
    assert room >= 0.9 * 350 * 15 / 16 * REACHED
    found = Fidelity(KEY).extract(Plane(stego, 0, 4095), None, lambda _: room)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)
    wet = np.kron(~usable, np.ones((4, 4), dtype=bool))
    np.testing.assert_array_equal(stego[wet], plane.pixels[wet])
    assert stego.min() >= 0
    assert stego.max() <= 4095
    assert np.abs(stego - plane.pixels).max() == 1


def test_with_many_usable_blocks_the_body_is_made_of_groups() -> None:
    plane = _air("noise", 512)
    usable = _corner(1100, 512)
    payload = Payload(9, np.random.default_rng(1).random(1000) < 0.5)

    stego = Fidelity(KEY).on(plane, pixels_of(usable, plane.shape)).embed(payload)

    # Groups change one pixel for six bits here; a system of equations would change more than one for three.
    assert (stego != plane.pixels).sum() < 250


def test_more_usable_blocks_never_mean_less_capacity() -> None:
    plane, codec = _air("noise"), Fidelity(KEY)

    rooms = [
        codec.on(plane, pixels_of(_corner(blocks), plane.shape)).capacity
        for blocks in (0, 100, 300, 600, 1000, 1100, 2000, 3000, 4096)
    ]

    assert rooms == sorted(rooms)
    assert rooms[4] == MAXIMUM_DENSE_BITS


def test_every_combination_of_the_first_parities_is_within_reach_and_does_what_it_says() -> None:
    plane = _air("noise")
    layout = Layout(KEY, plane.shape)
    usable = np.ones((64, 64), dtype=bool)
    cover = Cover(plane, usable, layout)
    blocks = np.arange(200)
    reach = cover.reach(blocks)

    assert (reach.parities == REACHED).all()
    for wanted in (1, 7, 22, 31):
        changed = apply_changes(cover.blocks, blocks, reach.changes[:, wanted])
        moved = patterns(scaled_coefficients(changed) + layout.dither)
        np.testing.assert_array_equal((moved ^ cover.patterns)[blocks] & 31, np.full(200, wanted))


def test_a_system_of_equations_is_solved() -> None:
    rng = np.random.default_rng(2)
    matrix = rng.random((100, 130)) < 0.5
    target = rng.random(100) < 0.5

    solution = solve(matrix[None], target[None])

    assert solution is not None
    np.testing.assert_array_equal((matrix.astype(int) @ solution[0]) % 2 == 1, target)


def test_equations_that_repeat_each_other_are_solved_and_those_that_contradict_are_not() -> None:
    row = np.random.default_rng(3).random(70) < 0.5
    matrix = np.stack([row, row, ~row])

    agreed = solve(matrix[None], np.array([[True, True, False]]))

    assert agreed is not None
    assert (matrix[0] & agreed[0]).sum() % 2 == 1
    assert (matrix[2] & agreed[0]).sum() % 2 == 0
    assert solve(matrix[None], np.array([[True, False, False]])) is None


def test_many_systems_are_solved_at_once_and_one_that_contradicts_itself_is_told() -> None:
    rng = np.random.default_rng(4)
    matrices, targets = rng.random((20, 32, 64)) < 0.5, rng.random((20, 32)) < 0.5

    solutions = solve(matrices, targets)

    assert solutions is not None
    np.testing.assert_array_equal((matrices.astype(int) @ solutions[:, :, None].astype(int))[:, :, 0] % 2 == 1, targets)
    matrices[7, 3], targets[7, 3] = matrices[7, 2], not targets[7, 2]
    assert solve(matrices, targets) is None
