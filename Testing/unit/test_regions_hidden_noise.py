"""What embedding leaves in the air of signed planes moves neither grey levels nor masks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from StegoMedLib.metrics.agreement import ncc
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.regions.morphology import grow
from StegoMedLib.regions.prepare import air_level, unit_range
from StegoMedLib.regions.tissue import contrast


def signed_plane() -> Plane:
    """Make an MR plane whose air is 0 although its values may be negative."""
    rows, columns = np.mgrid[-100:100, -120:120]
    body = np.hypot(rows / 70, columns / 80) < 1
    pixels = np.where(body, 100 + 20 * np.sin(rows / 9), 0)
    return Plane(pixels.astype(np.int32), -32768, 32767, (), "MR")


def marked(plane: Plane, strength: int) -> Plane:
    """Add noise of any sign far from the body, each 4 x 4 block's mean kept, as the robust profile does."""
    air = ~grow(plane.pixels > 0, 8)
    blocks = np.random.default_rng(8).choice([-strength, strength], (50, 4, 60, 2))
    noise = np.concatenate([blocks, -blocks], axis=3).reshape(200, 240)
    return replace(plane, pixels=(plane.pixels + noise * air).astype(np.int32))


@pytest.mark.parametrize("strength", [1, 5, 12])
def test_grey_levels_stay_where_they_were(strength: int) -> None:
    cover = signed_plane()
    stego = marked(cover, strength)
    one, two = contrast(cover), contrast(stego)
    assert two.bright == one.bright
    assert np.array_equal(one.dense, two.dense)
    body = cover.pixels > 0
    assert np.abs(unit_range(stego) - unit_range(cover))[body].max() < 0.01


@pytest.mark.parametrize("name", ["threshold", "maskrcnn"])
def test_masks_stay_where_they_were(name: str) -> None:
    if name == "maskrcnn":
        pytest.importorskip("onnxruntime")
    finder, cover = make_finder(name), signed_plane()
    before = finder.find(cover)
    assert before.any()
    assert min(ncc(before, finder.find(marked(cover, strength))) for strength in (1, 5, 12)) >= 0.999


def test_planes_that_lie_below_zero_as_a_whole_keep_their_darkest_value_as_air() -> None:
    values = np.linspace(-1000, 900, 5000, dtype=np.float32)
    assert air_level(values) == -1000
    assert air_level(values - 3000) == -4000
    assert air_level(np.full(9, -7, dtype=np.float32)) == -7
    assert air_level(values + 1000) == 0
    few = np.concatenate([np.zeros(5000, dtype=np.float32), np.full(5000, 300, dtype=np.float32), values[:1] / 200])
    assert air_level(few) == 0
