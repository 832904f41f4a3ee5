"""The guard stands behind every finder: it must hold even when the finder is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import BLOCK, usable_blocks
from StegoMedLib.plane import Plane
from StegoMedLib.regions import guard
from StegoMedLib.regions.morphology import grow
from StegoMedLib.training.phantoms import random_body

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOTHING = np.zeros((256, 256), dtype=np.bool_)
ROWS, COLUMNS = np.mgrid[:256, :256]


def ct(units: NDArray[np.float64], padding: tuple[tuple[int, int], ...] = ()) -> Plane:
    return Plane(np.rint(units + 1024).astype(np.int32), -32768, 32767, padding, "CT", 1.0, -1024.0)


def ellipse(centre: tuple[int, int], axes: tuple[int, int]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.hypot((ROWS - centre[0]) / axes[0], (COLUMNS - centre[1]) / axes[1]) < 1
    return inside


def chest(centre: tuple[int, int] = (128, 128)) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give a chest with lungs in noisy air, in Hounsfield units, and its outline."""
    body = ellipse(centre, (70, 90))
    units = np.where(body, 40.0, -1000.0)
    for side in (-40, 40):
        units[ellipse((centre[0], centre[1] + side), (45, 28))] = -850.0
    return units + np.random.default_rng(5).normal(0.0, 30.0, units.shape), body


def touched(plane: Plane, guarded: NDArray[np.bool_], body: NDArray[np.bool_]) -> int:
    """Count the usable blocks that touch a body."""
    rows, columns = (extent // BLOCK for extent in plane.shape)
    blocks = body[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).any(axis=(1, 3))
    return int((usable_blocks(~guarded) & blocks).sum())


def test_a_chest_and_its_lungs_are_guarded_without_any_finder() -> None:
    units, body = chest()
    guarded = guard(ct(units), NOTHING)
    assert guarded[body].all()
    assert touched(ct(units), guarded, body) == 0
    assert usable_blocks(~guarded).mean() > 0.4


@pytest.mark.parametrize("centre", [(20, 128), (128, 20), (236, 128), (128, 236)])
def test_lungs_cut_by_the_border_are_guarded(centre: tuple[int, int]) -> None:
    units, body = chest(centre)
    assert touched(ct(units), guard(ct(units), NOTHING), body) == 0


def test_the_significant_region_gets_a_margin() -> None:
    air = ct(np.full((256, 256), -1000.0))
    mask = ellipse((128, 128), (40, 40))
    guarded = guard(air, mask)
    assert guarded[grow(mask, 2)].all()
    assert not guarded[~grow(mask, 8)].any()


def test_padding_is_guarded() -> None:
    units, _ = chest()
    units[np.hypot(ROWS - 128, COLUMNS - 128) > 126] = -3024.0
    plane = ct(units, padding=((-2000, -2000),))
    assert plane.padding_mask.any()
    assert guard(plane, NOTHING)[plane.padding_mask].all()


def test_air_at_its_constant_minimum_is_usable() -> None:
    units, body = chest()
    clipped = ct(np.where(grow(body, 2), units, -1024.0))
    assert usable_blocks(~guard(clipped, body)).mean() > 0.4


@pytest.mark.parametrize("seed", range(6))
def test_mr_tissue_is_guarded_without_any_finder(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, mask = random_body(rng, 256)
    first, second = rng.normal(0.0, 8.0, (2, 256, 256))
    values = np.hypot(700 * np.maximum(image, 0.25 * mask) + first, second)
    plane = Plane(np.rint(values).astype(np.int32), 0, 4095, (), "MR")
    guarded = guard(plane, NOTHING)
    assert touched(plane, guarded, mask > 0.5) == 0


def test_monochrome1_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    image, mask = random_body(rng, 256)
    stored = np.rint(900 * image + rng.uniform(0, 9, image.shape)).astype(np.int32)
    plain = Plane(stored, 0, 4095, (), "MR")
    turned = Plane(4095 - stored, 0, 4095, (), "MR", inverted=True)
    assert np.array_equal(guard(plain, mask > 0.5), guard(turned, mask > 0.5))


def test_an_image_full_of_tissue_has_no_usable_block() -> None:
    rng = np.random.default_rng(3)
    values = 300 + 60 * rng.standard_normal((256, 256))
    values[100:150, 80:120] += 400
    plane = Plane(np.rint(values).astype(np.int32), 0, 4095, (), "MR")
    assert not usable_blocks(~guard(plane, NOTHING)).any()


def test_incomplete_blocks_are_left_out() -> None:
    assert usable_blocks(~np.zeros((30, 41), dtype=np.bool_)).shape == (7, 10)
    one = np.zeros((30, 41), dtype=np.bool_)
    one[5, 9] = True
    expected = np.ones((7, 10), dtype=np.bool_)
    expected[1, 2] = False
    assert np.array_equal(usable_blocks(~one), expected)


def test_the_corner_between_body_and_couch_is_usable() -> None:
    units, body = chest()
    units[210:218, 20:236] = 300.0
    guarded = guard(ct(units), body)
    corner = np.zeros_like(body)
    corner[180:204, 24:40] = True
    assert not guarded[corner].any()
    assert guarded[210:218, 20:236].all()


def test_a_bay_that_body_missed_by_the_finder_closes_is_guarded() -> None:
    units, body = chest((20, 128))
    missing = body & (COLUMNS < 128 - 60)
    assert touched(ct(units), guard(ct(units), body & ~missing), body) == 0
