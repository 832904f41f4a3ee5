"""What the network sees must not follow padding, nor what embedding does to air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.plane import Plane
from StegoMedLib.regions.prepare import SIDE, channels, hounsfield, prepare, resize, unit_range
from StegoMedLib.training.phantoms import random_body

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ct(units: NDArray[np.float64], padding: int | None = None) -> Plane:
    stored = np.rint(units + 1024).astype(np.int32)
    ranges = () if padding is None else ((padding, padding),)
    return Plane(stored, -32768, 32767, ranges, "CT", 1.0, -1024.0)


def mr(seed: int, side: int = 200) -> Plane:
    rng = np.random.default_rng(seed)
    image, _ = random_body(rng, side)
    noise = rng.normal(0.0, 6.0, (2, side, side))
    return Plane(np.rint(np.hypot(900 * image + noise[0], noise[1])).astype(np.int32), 0, 4095, (), "MR")


def test_ct_has_a_fixed_window() -> None:
    plane = ct(np.array([[-1024.0, -1000.0, -200.0, 600.0, 2000.0]]))
    assert unit_range(plane)[0] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0], abs=1e-6)


def test_padding_of_any_value_is_dark_and_moves_nothing() -> None:
    units = np.random.default_rng(1).normal(40.0, 30.0, (60, 60))
    units[:20] = -990.0
    padded = units.copy()
    padded[:, :8] = -3024.0
    seen, expected = unit_range(ct(padded, padding=-2000)), unit_range(ct(units))
    assert not seen[:, :8].any()
    assert np.array_equal(seen[:, 8:], expected[:, 8:])


def test_mr_padding_does_not_move_the_percentiles() -> None:
    plain = mr(1)
    pixels = np.pad(plain.pixels, ((0, 0), (0, 150)), constant_values=-32768)
    padded = Plane(pixels, -32768, 32767, ((-32768, -32768),), "MR")
    assert np.array_equal(unit_range(padded)[:, :200], unit_range(plain))


@pytest.mark.parametrize("seed", range(4))
def test_one_step_in_air_moves_the_tissue_by_less_than_one_step(seed: int) -> None:
    plane = mr(seed)
    air = plane.pixels < 40
    changed = plane.pixels + np.where(air, np.random.default_rng(seed).integers(-1, 2, air.shape), 0)
    before = unit_range(plane)
    after = unit_range(Plane(np.maximum(changed, 0).astype(np.int32), 0, 4095, (), "MR"))
    step = 1.0 / np.percentile(plane.pixels, 99.0)
    assert np.abs(after - before)[~air].max() <= step


def test_monochrome1_is_turned_round_unless_the_slope_did() -> None:
    plane = mr(3)
    turned = Plane(4095 - plane.pixels, 0, 4095, (), "MR", inverted=True)
    assert np.allclose(unit_range(turned), unit_range(plane), atol=1e-4)
    by_slope = Plane(4095 - plane.pixels, 0, 4095, (), "MR", slope=-1.0, intercept=4095.0, inverted=True)
    assert np.allclose(unit_range(by_slope), unit_range(plane), atol=1e-4)


def test_ct_that_shows_no_air_is_not_trusted_to_be_in_hounsfield_units() -> None:
    screenshot = Plane(np.random.default_rng(0).integers(0, 4000, (40, 40), dtype=np.int32), 0, 4095, (), "CT")
    assert hounsfield(screenshot) is None
    assert hounsfield(ct(np.full((4, 4), -900.0))) is not None


@pytest.mark.parametrize("light", range(7))
@pytest.mark.parametrize("size", [1, 999, 1001, 1002, 3000])
def test_counted_air_is_what_the_percentile_says(size: int, light: int) -> None:
    units = np.full(size, 40.0)
    units[: min(light, size)] = (-1000.0, -300.0, -301.0, -300.5, -800.0, -340.0, -300.0)[: min(light, size)]
    trusted = np.percentile(units.astype(np.float32), 0.1) <= -300.0
    assert (hounsfield(ct(units[None])) is not None) == trusted


def test_a_plane_that_is_all_padding_is_dark() -> None:
    plane = Plane(np.full((10, 12), 7, dtype=np.int32), 0, 255, ((7, 7),), "MR")
    assert not unit_range(plane).any()


@pytest.mark.parametrize(("source", "target"), [(512, 256), (300, 256), (48, 256), (256, 256), (1024, 37)])
def test_resampling_keeps_constants_and_ramps(source: int, target: int) -> None:
    ramp = np.linspace(0.0, 1.0, source, dtype=np.float32)[:, None] * np.ones((1, 5), dtype=np.float32)
    small = resize(ramp, target, 5)
    assert small.shape == (target, 5)
    assert np.allclose(resize(np.ones((source, 3), dtype=np.float32), target, 3), 1.0, atol=1e-5)
    assert (np.diff(small[:, 0]) >= -1e-6).all()
    assert small.mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("shape", "content"), [((512, 512), (256, 256)), ((384, 274), (256, 183)), ((48, 64), (192, 256))]
)
def test_the_plane_lies_in_the_upper_left_corner(shape: tuple[int, int], content: tuple[int, int]) -> None:
    pixels = np.full(shape, 100, dtype=np.int32)
    pixels[0, 0] = 0
    prepared = prepare(Plane(pixels, 0, 255, (), "MR"))
    assert prepared.image.shape == (3, SIDE, SIDE)
    assert prepared.image.dtype == np.float32
    assert prepared.content == content
    assert not prepared.image[:, content[0] :].any()
    assert not prepared.image[:, :, content[1] :].any()


def test_channels_stay_between_0_and_1() -> None:
    shown = channels(np.linspace(0.0, 1.0, 64, dtype=np.float32).reshape(8, 8))
    assert shown.min() == 0.0
    assert shown.max() == 1.0
    assert (shown[1] >= shown[0]).all()
    assert (shown[2] >= shown[0]).all()


def test_what_is_not_shown_is_black() -> None:
    pixels = np.full((64, 64), 100, dtype=np.int32)
    pixels[:32] = 200
    shown = np.zeros((64, 64), dtype=np.bool_)
    shown[:16] = True
    image = prepare(Plane(pixels, 0, 255, (), "MR"), shown=shown).image
    assert image[:, :48].any()
    assert not image[:, 80:].any()
