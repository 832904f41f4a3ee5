"""The classical baseline."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.metrics.agreement import iou
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.regions.tissue import contrast, shows_body
from StegoMedLib.training.phantoms import random_body

FINDER = make_finder("threshold")
ROWS, COLUMNS = np.mgrid[:512, :512]


def noise(level: float, shape: tuple[int, int] = (256, 256)) -> Plane:
    first, second = np.random.default_rng(4).normal(0.0, level, (2, *shape))
    return Plane(np.rint(np.hypot(first, second)).astype(np.int32), 0, 4095, (), "MR")


def test_a_chest_on_a_couch_is_found_without_the_couch() -> None:
    body = np.hypot((ROWS - 220) / 130, (COLUMNS - 256) / 190) < 1
    units = np.where(body, 40.0, -1000.0)
    for side in (-85, 85):
        units[np.hypot((ROWS - 210) / 85, (COLUMNS - 256 - side) / 60) < 1] = -850.0
    units[(ROWS > 356) & (ROWS < 361) & (np.abs(COLUMNS - 256) < 200)] = -200.0
    units[(ROWS > 390) & (ROWS < 395) & (np.abs(COLUMNS - 256) < 200)] = -200.0
    units += np.random.default_rng(1).normal(0.0, 30.0, units.shape)
    plane = Plane(np.rint(units + 1024).astype(np.int32), -32768, 32767, (), "CT", 1.0, -1024.0)
    assert iou(FINDER.find(plane), body) > 0.98


@pytest.mark.parametrize("seed", range(5))
def test_mr_bodies_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, mask = random_body(rng, 256)
    first, second = rng.normal(0.0, 8.0, (2, 256, 256))
    values = np.hypot(800 * np.maximum(image, 0.25 * mask) + first, second)
    found = FINDER.find(Plane(np.rint(values).astype(np.int32), 0, 4095, (), "MR"))
    assert iou(found, mask > 0.5) > 0.85


@pytest.mark.parametrize("level", [0.8, 3.0, 40.0])
@pytest.mark.parametrize("shape", [(64, 64), (256, 256), (384, 274)])
def test_noise_shows_no_body(level: float, shape: tuple[int, int]) -> None:
    plane = noise(level, shape)
    assert not shows_body(plane, contrast(plane))
    assert not FINDER.find(plane).any()


def test_noisy_air_of_ct_shows_no_body() -> None:
    units = np.random.default_rng(0).normal(-1000.0, 80.0, (256, 256))
    plane = Plane(np.rint(units + 1024).astype(np.int32), -32768, 32767, (), "CT", 1.0, -1024.0)
    assert not FINDER.find(plane).any()


@pytest.mark.parametrize("value", [0, 7, 4095])
def test_a_constant_plane_shows_no_body(value: int) -> None:
    plane = Plane(np.full((40, 50), value, dtype=np.int32), 0, 4095, (), "MR")
    assert not FINDER.find(plane).any()


def test_a_plane_that_is_all_padding_shows_no_body() -> None:
    plane = Plane(np.full((40, 50), -2000, dtype=np.int32), -32768, 32767, ((-2000, -2000),), "CT")
    assert not FINDER.find(plane).any()


def test_the_threshold_never_exceeds_a_share_of_bright_tissue() -> None:
    rng = np.random.default_rng(1)
    bright = np.where(ROWS < 250, 1000.0, 90.0) + rng.normal(0.0, 5.0, (512, 512))
    seen = contrast(Plane(np.rint(bright).astype(np.int32), 0, 4095, (), "MR"))
    assert seen.threshold <= 0.0801 * seen.bright
