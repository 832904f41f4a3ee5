"""The outline of a network's mask moves to the edge of the tissue, and no farther than the band around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.metrics import iou, ncc
from StegoMedLib.plane import Plane
from StegoMedLib.regions.morphology import grow, shrink
from StegoMedLib.regions.snap import snap
from StegoMedLib.regions.tissue import contrast, surroundings

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS, COLUMNS = np.mgrid[:512, :512]


def ellipse(centre: tuple[int, int], axes: tuple[int, int]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.hypot((ROWS - centre[0]) / axes[0], (COLUMNS - centre[1]) / axes[1]) < 1
    return inside


BODY = ellipse((256, 256), (140, 180))


def ct(units: NDArray[np.float64]) -> Plane:
    return Plane(np.rint(units + 1024).astype(np.int32), 0, 4095, (), "CT", 1.0, -1024.0)


def chest() -> NDArray[np.float64]:
    units = np.where(BODY, 40.0, -1000.0)
    for side in (-80, 80):
        units[ellipse((256, 256 + side), (90, 56))] = -850.0
    return units + np.random.default_rng(5).normal(0.0, 20.0, units.shape)


def head() -> tuple[Plane, NDArray[np.bool_]]:
    """Give an MR of a head, with a skull as dark as air between brain and scalp, and its outline."""
    outline = ellipse((256, 256), (180, 150))
    values = np.where(outline, 400.0, 0.0)
    values[ellipse((256, 256), (168, 138))] = 0.0
    values[ellipse((256, 256), (148, 118))] = 600.0
    noisy = np.hypot(values + np.random.default_rng(6).normal(0.0, 5.0, values.shape), 5.0)
    return Plane(np.rint(noisy).astype(np.int32), 0, 4095, (), "MR"), outline


@pytest.mark.parametrize("error", [-9, -4, 4, 9])
def test_an_outline_some_pixels_off_comes_to_the_edge(error: int) -> None:
    plane = ct(chest())
    coarse = grow(BODY, error) if error > 0 else shrink(BODY, -error)
    snapped = snap(plane, contrast(plane), coarse)
    assert iou(snapped, BODY) > max(0.98, iou(coarse, BODY))


def test_a_couch_against_the_back_stays_outside() -> None:
    units = chest()
    units[400:405, 100:412] = 200.0
    plane = ct(units)
    snapped = snap(plane, contrast(plane), shrink(BODY, 5))
    assert iou(snapped, BODY) > 0.985
    assert not snapped[400:405, 100:200].any()


def test_tissue_far_from_the_outline_is_not_taken_in() -> None:
    units = chest()
    arm = ellipse((256, 480), (40, 20))
    units[arm] = 40.0
    plane = ct(units)
    assert not (snap(plane, contrast(plane), BODY) & arm).any()


def test_deep_inside_the_network_decides() -> None:
    units = np.where(BODY, 40.0, -1000.0)
    units[ellipse((256, 256), (60, 60))] = -1000.0
    units[256:, 246:266] = -1000.0  # open to the outside
    plane = ct(units)
    assert snap(plane, contrast(plane), BODY)[shrink(BODY, 17)].all()


def test_a_scalp_beyond_a_dark_skull_is_found() -> None:
    plane, outline = head()
    assert iou(snap(plane, contrast(plane), ellipse((256, 256), (150, 120))), outline) > 0.97


def test_noise_hidden_in_the_air_hardly_moves_the_outline() -> None:
    plane, outline = head()
    noise = np.rint(np.random.default_rng(7).normal(0.0, 6.0, plane.shape)).astype(np.int32)
    noise[grow(outline, 4)] = 0
    marked = Plane(np.clip(plane.pixels + noise, 0, 4095).astype(np.int32), 0, 4095, (), "MR")
    coarse = shrink(outline, 6)
    assert ncc(snap(plane, contrast(plane), coarse), snap(marked, contrast(marked), coarse)) > 0.999


def test_no_body_stays_no_body() -> None:
    plane = ct(chest())
    assert not snap(plane, contrast(plane), np.zeros_like(BODY)).any()


def test_a_finder_sees_the_body_and_little_air() -> None:
    plane = ct(chest())
    around = surroundings(plane, contrast(plane))
    assert around[grow(BODY, 4)].all()
    assert not around[~grow(BODY, 12)].any()
