"""Profile saidi2024: the paper's rule, its distortion, and what honest storage does to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.saidi2024 import Saidi2024
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.plane import Plane


def _plane(seed: int = 0) -> Plane:
    pixels = np.random.default_rng(seed).normal(1000, 120, (256, 256)).round().astype(np.int32)
    return Plane(np.clip(pixels, 100, 3900), 0, 4095)


def _payload(bits: int) -> Payload:
    return Payload(0, np.random.default_rng(1).random(bits) < 0.5)


@pytest.mark.parametrize("beta", [10.0, 100.0, 1000.0])
def test_the_error_of_the_unrounded_plane_is_that_of_the_analysis(beta: float) -> None:
    plane, payload = _plane(), _payload(4000)
    low, span = plane.pixels.min(), plane.pixels.max() - plane.pixels.min()
    cover = (plane.pixels - low) / span

    stego = Saidi2024(beta=beta).on(plane, np.ones(plane.shape, dtype=bool)).unrounded(payload)

    mse = np.mean((stego - cover) ** 2)
    expected = (4 / beta) ** 2 / 3 * payload.bits.size / plane.pixels.size
    # A wide cell is not filled evenly by small coefficients; then the analysis is an estimate.
    assert 10 * math.log10(mse / expected) == pytest.approx(0, abs=0.3 if beta >= 100 else 3)


def test_wide_cells_survive_storage_as_integers() -> None:
    plane, payload, usable = _plane(), _payload(2000), np.ones((64, 64), dtype=bool)
    codec = Saidi2024(beta=10)

    stego = Plane(codec.on(plane, pixels_of(usable, plane.shape)).embed(payload), 0, 4095)
    found = codec.extract(stego, pixels_of(usable, stego.shape), lambda _: None)

    assert found is not None
    assert np.mean(found.bits[:2000] != payload.bits) < 0.01


def test_the_printed_strength_loses_bits_when_stored_as_integers() -> None:
    plane, payload, usable = _plane(), _payload(2000), np.ones((64, 64), dtype=bool)
    codec = Saidi2024()

    air = pixels_of(usable, plane.shape)
    found = codec.extract(Plane(codec.on(plane, air).embed(payload), 0, 4095), air, lambda _: None)

    assert found is not None
    assert np.mean(found.bits[:2000] != payload.bits) > 0.1


def test_one_block_more_in_the_receiver_s_mask_shifts_all_bits_after_it() -> None:
    plane, payload = _plane(), _payload(2000)
    usable = np.ones((64, 64), dtype=bool)
    usable[0, 0] = False
    codec = Saidi2024(beta=10)
    stego = Plane(codec.on(plane, pixels_of(usable, plane.shape)).embed(payload), 0, 4095)

    found = codec.extract(stego, np.ones((256, 256), dtype=bool), lambda _: None)

    assert found is not None
    assert np.mean(found.bits[:2000] != payload.bits) > 0.4


def test_only_usable_blocks_change() -> None:
    plane = _plane()
    usable = np.random.default_rng(2).random((64, 64)) < 0.5

    stego = Saidi2024().on(plane, pixels_of(usable, plane.shape)).embed(_payload(1500))

    wet = np.kron(~usable, np.ones((4, 4), dtype=bool))
    np.testing.assert_array_equal(stego[wet], plane.pixels[wet])


def test_a_symbol_larger_than_the_region_does_not_fit() -> None:
    with pytest.raises(DoesNotFitError, match="usable blocks"):
        Saidi2024().on(_plane(), np.zeros((256, 256), dtype=bool)).embed(_payload(10))


def test_a_constant_plane_has_no_scale_and_no_room() -> None:
    plane = Plane(np.zeros((64, 64), dtype=np.int32), 0, 255)

    assert Saidi2024().on(plane, np.ones(plane.shape, dtype=bool)).capacity == 0
    assert Saidi2024().extract(plane, np.ones((64, 64), dtype=bool), lambda _: None) is None
