"""The measures: four PSNR conventions, changed pixels, agreement of masks and symbols."""

from __future__ import annotations

import math

import numpy as np
import pytest

from StegoMedLib.metrics import bit_error_rate, compare, dice, iou, ncc, ncc_of_symbols
from StegoMedLib.plane import Plane


def _plane() -> Plane:
    pixels = np.zeros((100, 100), dtype=np.int32)
    pixels[0, 0] = 1000
    return Plane(pixels, 0, 4095, padding=((0, 0),))


def test_one_changed_pixel_gives_the_psnr_of_each_convention() -> None:
    stego = _plane().pixels.copy()
    stego[5, 5] = 2

    quality = compare(_plane(), stego)

    mse = 4 / 10000
    assert quality.psnr_range == pytest.approx(10 * math.log10(1000**2 / mse))
    assert quality.psnr_stored == pytest.approx(10 * math.log10(4095**2 / mse))
    assert quality.psnr_65535 == pytest.approx(10 * math.log10(65535**2 / mse))
    assert quality.psnr_paper == pytest.approx(10 * math.log10(255**2 / (mse / 1000**2)))


def test_changes_are_counted_where_they_are() -> None:
    stego = _plane().pixels.copy()
    stego[5, 5:8] = 1
    stego[0, 0] = 999
    significant = np.zeros((100, 100), dtype=bool)
    significant[:, 5] = True

    quality = compare(_plane(), stego, significant)

    assert (quality.changed_pixels, quality.changed_padding, quality.changed_significant) == (4, 3, 1)
    assert quality.largest_change == 1


def test_an_unchanged_plane_has_no_psnr_and_full_similarity() -> None:
    quality = compare(_plane(), _plane().pixels)

    assert quality.psnr_65535 is None
    assert quality.ssim == pytest.approx(1.0)
    assert quality.changed_significant is None


@pytest.mark.parametrize("shape", [(5, 50), (50, 50)])
def test_similarity_is_left_out_where_it_has_no_meaning(shape: tuple[int, int]) -> None:
    pixels = np.zeros(shape, dtype=np.int32)

    assert compare(Plane(pixels, 0, 255), pixels).ssim is None


def test_masks_agree_by_their_areas() -> None:
    one, two = np.zeros((2, 4), dtype=bool), np.zeros((2, 4), dtype=bool)
    one[0], two[0, 2:], two[1, :2] = True, True, True

    assert iou(one, two) == pytest.approx(2 / 6)
    assert dice(one, two) == pytest.approx(4 / 8)
    assert iou(one & False, two & False) == 1.0


def test_correlation_is_one_for_equal_minus_one_for_opposite_and_defined_for_constant_arrays() -> None:
    modules = np.random.default_rng(0).random((21, 21)) < 0.5

    assert ncc(modules, modules) == pytest.approx(1.0)
    assert ncc(modules, ~modules) == pytest.approx(-1.0)
    assert ncc(modules & False, modules) == 0.0
    assert ncc_of_symbols(modules, modules[:, :20]) == 0.0


def test_the_bit_error_rate_is_the_share_of_wrong_bits() -> None:
    assert bit_error_rate(np.array([True, False, True, True]), np.array([True, True, True, True])) == 0.25
