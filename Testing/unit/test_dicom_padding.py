"""Padding is found as declared, as wrongly declared, and where only the values give it away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import DataElement

from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.padding import padding_ranges
from StegoMedLib.dicom.rescale import Rescale

SIGNED, UNSIGNED, TWELVE = StoredField(16, 16, 15, signed=True), StoredField(16, 16, 15), StoredField(16, 12, 11)
HU = Rescale(1.0, -1024.0, hounsfield=True)


def header(modality: str = "MR", **padding: tuple[str, Any]) -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    dataset.Modality = modality
    for keyword, (vr, value) in padding.items():
        dataset[keyword] = DataElement(pydicom.tag.Tag(keyword), vr, value)
    return dataset


def ct(outside: int, count: int = 400, inside: int = 1000) -> np.ndarray:
    pixels = np.full(10_000, inside, dtype=np.int32)
    pixels[:count] = outside
    return pixels.reshape(100, 100)


@pytest.mark.parametrize(
    ("vr", "value", "field", "expected"),
    [
        ("SS", -2000, SIGNED, -2000),
        ("US", 63536, SIGNED, -2000),
        ("SS", -2000, UNSIGNED, 63536),
        ("US", 0, UNSIGNED, 0),
        ("UN", b"\x30\xf8", SIGNED, -2000),
    ],
)
def test_declared_value_takes_the_sign_of_the_pixels(vr: str, value: Any, field: StoredField, expected: int) -> None:
    dataset = header(PixelPaddingValue=(vr, value))
    assert padding_ranges(ct(5), dataset, field, Rescale()) == ((expected, expected),)


@pytest.mark.parametrize(("value", "limit"), [(-2000, -1990), (-1990, -2000)])
def test_range_limit_counts_in_either_order(value: int, limit: int) -> None:
    dataset = header(PixelPaddingValue=("SS", value), PixelPaddingRangeLimit=("SS", limit))
    assert padding_ranges(ct(5), dataset, SIGNED, Rescale()) == ((-2000, -1990),)


@pytest.mark.parametrize("nonsense", [("SS", None), ("LO", "none"), ("SS", [1, 2])])
def test_malformed_declaration_is_no_padding(nonsense: tuple[str, Any]) -> None:
    assert padding_ranges(ct(5), header(PixelPaddingValue=nonsense), SIGNED, Rescale()) == ()


@pytest.mark.parametrize("outside", [-2000, -1024, -476, -1])
def test_constant_below_air_at_the_minimum_of_ct_is_padding(outside: int) -> None:
    assert padding_ranges(ct(outside), header("CT"), SIGNED, HU) == ((outside, outside),)


@pytest.mark.parametrize("outside", [0, 24])
def test_clipped_air_is_no_padding(outside: int) -> None:
    assert padding_ranges(ct(outside), header("CT"), SIGNED, HU) == ()


def test_noise_below_air_is_no_padding() -> None:
    noise = np.random.default_rng(1).normal(24, 40, (100, 100)).astype(np.int32)
    assert noise.min() < 0
    assert padding_ranges(noise, header("CT"), SIGNED, HU) == ()


def test_low_constant_of_mr_is_no_padding() -> None:
    assert padding_ranges(ct(-2000), header("MR"), SIGNED, HU) == ()


def test_low_constant_of_a_map_in_other_units_is_no_padding() -> None:
    assert padding_ranges(ct(-2000), header("CT"), SIGNED, Rescale(1.0, -1024.0, hounsfield=False)) == ()


def test_padding_is_the_greatest_stored_value_where_the_slope_is_negative() -> None:
    plane = ct(4095)
    assert padding_ranges(plane, header("CT"), TWELVE, Rescale(-1.0, 2047.0, hounsfield=True)) == ((4095, 4095),)


def test_declared_and_undeclared_padding_add_up() -> None:
    dataset = header("CT", PixelPaddingValue=("US", 63536))
    assert padding_ranges(ct(-1024), dataset, SIGNED, HU) == ((-2000, -2000), (-1024, -1024))


def test_values_beyond_the_declared_bits_are_never_to_be_written() -> None:
    assert padding_ranges(ct(63536), header(), TWELVE, Rescale()) == ((4096, 63536),)
