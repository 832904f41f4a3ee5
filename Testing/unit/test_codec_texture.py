"""Changes go where a plane is busy, as long as there is enough of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, split_blocks
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.moves import Cover
from StegoMedLib.codec.cells.texture import TIERS, tiers
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.profile import Payload
from StegoMedLib.plane import Plane

SIDE = 256
KEY = bytes(range(32))
EVERYWHERE = np.ones((SIDE // 4, SIDE // 4), dtype=np.bool_)


def half_flat(share: float = 0.5) -> Plane:
    """Noise in the first columns, one value in the others."""
    pixels = np.full((SIDE, SIDE), 500, dtype=np.int32)
    noisy = int(SIDE * share)
    pixels[:, :noisy] += np.random.default_rng(1).integers(-20, 21, (SIDE, noisy), dtype=np.int32)
    return Plane(pixels, 0, 4095)


def payload(length: int) -> Payload:
    return Payload(3, np.random.default_rng(length).random(length) < 0.5)


def changed(plane: Plane, length: int) -> np.ndarray:
    """Where the message lies but for its tag, whose blocks may be anywhere."""
    stego = Fidelity(KEY).on(plane, pixels_of(EVERYWHERE, plane.shape)).embed(payload(length))
    read = Fidelity(KEY).extract(replace(plane, pixels=stego), None, {3: length}.get)
    assert read is not None
    assert read.open is not None
    assert np.array_equal(read.bits, payload(length).bits)
    return np.asarray((stego != plane.pixels) & ~read.open)


def test_the_calm_of_a_block_is_the_sum_of_the_tiers_of_its_pixels() -> None:
    plane = half_flat(0.3)
    cover = Cover(plane, EVERYWHERE, CellLayout(KEY, plane.shape))

    assert cover.calm.tolist() == [sum(block) for block in tiers(plane.pixels).tolist()]


def test_a_record_keeps_to_the_noise() -> None:
    where = changed(half_flat(), 600)

    assert where[:, : SIDE // 2].any()
    assert not where[:, SIDE // 2 + 1 :].any()  # one column of one value has noise beside it


def test_what_the_noise_cannot_carry_goes_elsewhere() -> None:
    where = changed(half_flat(0.05), 600)

    assert where[:, SIDE // 2 + 1 :].any()


def test_keeping_to_the_noise_costs_few_changes() -> None:
    assert changed(half_flat(), 600).sum() <= 1.3 * changed(half_flat(1.0), 600).sum()


@pytest.mark.parametrize(("step", "tier"), [(0, 2), (1, 1), (TIERS[0] - 1, 1), (TIERS[0], 0)])
def test_one_pixel_makes_its_neighbours_busy(step: int, tier: int) -> None:
    pixels = np.zeros((12, 12), dtype=np.int32)
    pixels[5, 5] = step
    around = np.zeros((12, 12), dtype=np.int32)
    around[4:7, 4:7] = 1

    found = tiers(pixels)

    assert found.shape == (9, 16)
    assert set(found[split_blocks(around) == 1]) == {tier}
    assert set(found[split_blocks(around) == 0]) == {len(TIERS)}


def test_edges_have_fewer_neighbours() -> None:
    pixels = np.zeros((8, 8), dtype=np.int32)
    pixels[0, 7] = TIERS[0]

    busy = tiers(pixels) == 0

    assert busy.sum() == 4
