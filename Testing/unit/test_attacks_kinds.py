"""Every kind of attack does what it says, at the level that it is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from StegoMedLib.errors import UsageError
from StegoMedLib.lab.attacks import KINDS, attack, attack_and_measure
from StegoMedLib.plane import Plane

LOW, SPAN = -1000, 2000


def rng(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def plane() -> Plane:
    """A signed plane with structure and noise, whose range is exactly 2000 and far from the legal one's ends."""
    smooth = gaussian_filter(rng(0).normal(size=(240, 200)), 8)
    pixels = np.rint(40 * rng(1).normal(size=smooth.shape) + 6000 * smooth).astype(np.int32)
    pixels = np.clip(pixels, LOW + 200, LOW + SPAN - 200)
    pixels[0, :2] = LOW, LOW + SPAN
    return Plane(pixels, -32768, 32767, modality="CT", slope=2.0, intercept=-5.0)


def hit(kind: str, plane: Plane, level: float, seed: int = 3) -> np.ndarray:
    return attack(kind, plane, level, rng(seed)).pixels


def difference(kind: str, plane: Plane, level: float) -> np.ndarray:
    return hit(kind, plane, level) - plane.pixels


@pytest.mark.parametrize(
    ("kind", "level", "sigma"),
    [
        ("gaussian", 1.0, 20.0),
        ("uniform", 1.0, 20.0),
        ("gaussian-stored", 147.0, 147.0),
        ("uniform-stored", 147.0, 147.0),
    ],
)
def test_noise_has_the_standard_deviation_that_was_asked_for(
    plane: Plane, kind: str, level: float, sigma: float
) -> None:
    noise = difference(kind, plane, level)

    assert noise.std() == pytest.approx(sigma, rel=0.02)
    assert abs(noise.mean()) < sigma / 40
    assert (np.abs(noise).max() > 3 * sigma) == kind.startswith("gaussian")


def test_salt_and_pepper_hits_its_share_half_up_half_down(plane: Plane) -> None:
    changed = difference("salt-and-pepper", plane, 4) != 0
    values = hit("salt-and-pepper", plane, 4)[changed]

    assert changed.mean() == pytest.approx(0.04, rel=0.1)
    assert set(np.unique(values)) == {LOW, LOW + SPAN}
    assert np.mean(values == LOW) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("ratio", [5, 10, 20])
@pytest.mark.parametrize("legal", [(-32768, 32767), (-2048, 2047)])
def test_jpeg2000_reaches_the_ratio(plane: Plane, ratio: float, legal: tuple[int, int]) -> None:
    attacked = attack_and_measure("jpeg2000", replace(plane, low=legal[0], high=legal[1]), ratio, rng())

    assert attacked.ratio == pytest.approx(ratio, rel=0.1)
    assert np.any(attacked.plane.pixels != plane.pixels)


def test_jpeg2000_loses_more_at_a_higher_ratio(plane: Plane) -> None:
    losses = [np.square(difference("jpeg2000", plane, ratio)).mean() for ratio in (3, 10, 40)]

    assert losses == sorted(losses)
    assert losses[0] < losses[1] / 2


@pytest.mark.parametrize("near", [0, 1, 3, 20])
def test_jpegls_moves_no_value_further_than_near(plane: Plane, near: int) -> None:
    assert np.abs(difference("jpegls", plane, near)).max() == near


def test_jpeg_of_the_best_quality_costs_little_more_than_eight_bits(plane: Plane) -> None:
    best, worse = (np.abs(difference("jpeg", plane, quality)) for quality in (100, 30))

    assert best.max() <= 4 * SPAN / 255
    assert worse.mean() > 2 * best.mean()


@pytest.mark.parametrize("legal", [(0, 255), (-128, 127), (0, 1)])
def test_compression_takes_planes_of_few_bits(legal: tuple[int, int]) -> None:
    low, high = legal
    plane = Plane(rng().integers(low, high + 1, (48, 40)).astype(np.int32), low, high)

    assert attack_and_measure("jpegls", plane, 0, rng()).ratio is not None
    assert np.array_equal(hit("jpegls", plane, 0), plane.pixels)
    assert hit("jpeg2000", plane, 1).shape == plane.shape


@pytest.mark.parametrize(("kind", "level"), [("scale", 0.9), ("scale", 1.1), ("offset", 5), ("offset", -5)])
def test_scale_and_offset_are_linear_in_the_values(plane: Plane, kind: str, level: float) -> None:
    above = plane.pixels - LOW
    expected = above * level if kind == "scale" else above + SPAN * level / 100

    assert np.abs(hit(kind, plane, level) - LOW - expected).max() <= 0.5 + 1e-9


def test_gamma_keeps_the_ends_and_the_order_of_values(plane: Plane) -> None:
    bent = hit("gamma", plane, 2.0)

    assert (bent.min(), bent.max()) == (LOW, LOW + SPAN)
    assert np.abs(bent - LOW - SPAN * ((plane.pixels - LOW) / SPAN) ** 2).max() <= 0.5


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_bits_leave_as_many_grey_levels(plane: Plane, bits: int) -> None:
    assert np.unique(hit("bits", plane, bits)).size <= 2**bits
    assert np.abs(difference("bits", plane, bits)).max() <= SPAN / (2**bits - 1) / 2 + 1


def test_bits_beyond_the_range_change_nothing(plane: Plane) -> None:
    assert np.array_equal(hit("bits", plane, 12), plane.pixels)


def test_median_removes_single_pixels(plane: Plane) -> None:
    pixels = np.full((20, 20), 100, dtype=np.int32)
    pixels[5, 5], pixels[12, 3] = 900, -900

    assert np.all(hit("median", replace(plane, pixels=pixels), 3) == 100)
    assert np.array_equal(hit("median", plane, 1), plane.pixels)


def test_blur_spreads_a_point_with_the_given_deviation(plane: Plane) -> None:
    pixels = np.zeros((41, 41), dtype=np.int32)
    pixels[20, 20] = 30000
    spread = hit("blur", replace(plane, pixels=pixels), 2.0).astype(float)
    rows = np.arange(41) - 20

    assert np.sqrt((spread.sum(axis=1) * rows**2).sum() / spread.sum()) == pytest.approx(2.0, rel=0.02)


def test_crop_takes_one_corner_of_the_given_area(plane: Plane) -> None:
    lost = np.stack([hit("crop", plane, 25, seed) == LOW for seed in range(20)])

    assert lost.mean(axis=(1, 2)) == pytest.approx(np.full(20, 0.25), abs=0.01)
    corners = {tuple(map(bool, each[[1, -1, 1, -1], [1, 1, -1, -1]])) for each in lost}
    assert len(corners) == 4
    assert all(sum(corner) == 1 for corner in corners)


@pytest.mark.parametrize("share", [0, 10, 50])
def test_cutout_takes_the_given_area(plane: Plane, share: float) -> None:
    lost = hit("cutout", plane, share) != plane.pixels

    assert share / 100 - 0.002 <= lost.mean() <= share / 100 + 1 / 64
    assert np.all(hit("cutout", plane, share)[lost] == LOW)


@pytest.mark.parametrize("by", [0, 4, -7, 1000])
def test_shift_moves_all_pixels(plane: Plane, by: int) -> None:
    moved, kept = hit("shift", plane, by), max(0, 200 - abs(by))

    assert np.count_nonzero(moved != LOW) <= kept * 240
    if by == 4:
        assert np.array_equal(moved[4:, 4:], plane.pixels[:-4, :-4])
    if by == -7:
        assert np.array_equal(moved[:-7, :-7], plane.pixels[7:, 7:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_again_and_the_rest_of_the_plane_stays(plane: Plane, kind: str) -> None:
    before = plane.pixels.copy()
    first, again = (attack(kind, plane, KINDS[kind].default, rng(9)) for _ in range(2))

    assert np.array_equal(first.pixels, again.pixels)
    assert first.pixels.dtype == np.int32
    assert replace(first, pixels=plane.pixels) == plane
    assert np.array_equal(plane.pixels, before)


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "salt-and-pepper", "cutout"])
def test_another_seed_gives_something_else(plane: Plane, kind: str) -> None:
    assert np.any(hit(kind, plane, 5, seed=1) != hit(kind, plane, 5, seed=2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_plane_without_contrast_is_taken(kind: str) -> None:
    flat = Plane(np.full((32, 48), 7, dtype=np.int32), 0, 4095)

    assert attack(kind, flat, KINDS[kind].default, rng()).pixels.shape == (32, 48)


def test_values_outside_the_legal_range_are_left_alone(plane: Plane) -> None:
    strayed = replace(plane, low=-900, high=900)
    outside = (plane.pixels < -900) | (plane.pixels > 900)
    hit_pixels = hit("gaussian", strayed, 3)

    assert outside.any()
    assert np.array_equal(hit_pixels[outside], plane.pixels[outside])
    assert np.abs(hit_pixels[~outside]).max() <= 900


@pytest.mark.parametrize(
    ("kind", "level"),
    [("gaussian", -1), ("jpeg", 101), ("jpeg", 85.5), ("jpeg2000", 0.5), ("jpegls", float("nan")), ("cutout", 99)],
)
def test_levels_without_sense_are_refused(plane: Plane, kind: str, level: float) -> None:
    with pytest.raises(UsageError, match="makes no sense for"):
        attack(kind, plane, level, rng())


def test_an_unknown_kind_is_refused(plane: Plane) -> None:
    with pytest.raises(UsageError, match="choose one of gaussian"):
        attack("fire", plane, 1, rng())
