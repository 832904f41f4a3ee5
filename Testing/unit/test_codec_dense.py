"""Where room is scarce: five bits a block by one system of equations."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.blocks import set_blocks
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.moves import Cover, changed_blocks
from StegoMedLib.codec.cells.reach import REACHED
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.fidelity.dense import MAXIMUM_DENSE_BITS
from StegoMedLib.codec.gf2 import solve
from StegoMedLib.plane import Plane
from Testing.airs import KEY, corner, payload_of, plane_of


@pytest.mark.parametrize("kind", ["noise", "clipped", "rayleigh", "saturated"])
def test_a_few_blocks_carry_nearly_five_bits_each(kind: str) -> None:
    plane, air = plane_of(kind), corner(448)
    canvas = Fidelity(KEY).on(plane, air)
    payload = payload_of(canvas.capacity)

    stego = canvas.embed(payload)

    # Chain and tag take up to 120 blocks.
    assert canvas.capacity >= 0.95 * (448 - 120) * REACHED
    found = Fidelity(KEY).extract(Plane(stego, 0, 4095), None, lambda _: payload.bits.size)
    assert found is not None
    np.testing.assert_array_equal(found.bits, payload.bits)
    np.testing.assert_array_equal(stego[~air], plane.pixels[~air])
    assert stego.min() >= 0
    assert stego.max() <= 4095
    assert np.abs(stego - plane.pixels).max() == 1


def test_with_many_usable_blocks_the_body_is_made_of_groups() -> None:
    plane = plane_of("noise", 512)

    stego = Fidelity(KEY).on(plane, corner(1280, 512)).embed(payload_of(1000))

    # Groups change one pixel for six bits here; a system of equations would change more than one for three. Chain and
    # tag change 110.
    assert (stego != plane.pixels).sum() < 110 + 250


def test_more_usable_blocks_never_mean_less_capacity() -> None:
    plane, codec = plane_of("noise"), Fidelity(KEY)

    rooms = [codec.on(plane, corner(blocks)).capacity for blocks in (0, 128, 320, 640, 1088, 1152, 2048, 3072, 4096)]

    assert rooms == sorted(rooms)
    assert rooms[0] == 0
    assert 0 < rooms[2] < rooms[3] <= MAXIMUM_DENSE_BITS < rooms[5]


def test_every_combination_of_the_first_parities_is_within_reach_and_does_what_it_says() -> None:
    plane = plane_of("noise")
    layout = CellLayout(KEY, plane.shape)
    every = np.ones((64, 64), dtype=bool)
    cover = Cover(plane, every, layout)
    blocks = np.arange(200)
    reach = cover.reach(blocks)

    assert (reach.parities == REACHED).all()
    for wanted in (1, 7, 22, 31):
        changed = plane.pixels.copy()
        set_blocks(changed, blocks, changed_blocks(cover.blocks, (blocks, reach.changes[:, wanted])))
        moved = Cover(Plane(changed, 0, 4095), every, layout).patterns
        np.testing.assert_array_equal((moved ^ cover.patterns)[blocks] & 31, np.full(200, wanted))


@pytest.mark.parametrize(("equations", "unknowns"), [(1, 1), (63, 90), (64, 88), (100, 130), (300, 324), (130, 100)])
def test_a_system_of_equations_is_solved(equations: int, unknowns: int) -> None:
    rng = np.random.default_rng(equations)
    matrix = rng.random((equations, unknowns)) < 0.5
    target = (matrix.astype(int) @ rng.integers(0, 2, unknowns)) % 2 == 1

    solution = solve(matrix, target)

    assert solution is not None
    np.testing.assert_array_equal((matrix.astype(int) @ solution) % 2 == 1, target)


@pytest.mark.parametrize("before", [0, 62, 63, 64, 200])
def test_equations_that_repeat_each_other_are_solved_and_those_that_contradict_are_not(before: int) -> None:
    rng = np.random.default_rng(before)
    row = rng.random(before + 70) < 0.5
    others = rng.random((before, before + 70)) < 0.5
    matrix = np.stack([*others, row, row, ~row])
    target = np.append(rng.random(before) < 0.5, [True, True, False])

    agreed = solve(matrix, target)

    assert agreed is not None
    np.testing.assert_array_equal((matrix.astype(int) @ agreed) % 2 == 1, target)
    target[-2] = False
    assert solve(matrix, target) is None
