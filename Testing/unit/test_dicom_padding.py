"""Padding is found as declared, as wrongly declared, and where only the values give it away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import DataElement, RawDataElement

from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.padding import padding_ranges
from StegoMedLib.dicom.rescale import Rescale
from StegoMedLib.errors import UnusableInputError

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


@pytest.mark.parametrize("nothing", [("SS", None), ("LO", "none"), ("LO", "")])
def test_a_declaration_without_a_number_is_no_padding(nothing: tuple[str, Any]) -> None:
    assert padding_ranges(ct(5), header(PixelPaddingValue=nothing), SIGNED, Rescale()) == ()


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (("SS", [1, 2]), [1, 2]),
        (("SS", [-2000, -1024]), [-2000, -1024]),
        (("US", [63536, 0]), [-2000, 0]),
        (("LO", "-2000"), [-2000]),
        (("LO", " -2000 "), [-2000]),
        (("LO", ["-2000", "", "-1024"]), [-2000, -1024]),
        (("LO", "63536"), [-2000]),
        (("DS", "-2000.0"), [-2000]),
        (("IS", "-2000"), [-2000]),
        (("FL", -2000.0), [-2000]),
        (("SL", -2000), [-2000]),
        (("UN", b"\x30\xf8\x00\xfc"), [-2000, -1024]),
        (("UN", b"-200"), [-200, 12336, 12845]),
    ],
)
def test_several_values_and_text_are_understood(declared: tuple[str, Any], expected: list[int]) -> None:
    found = padding_ranges(ct(5), header(PixelPaddingValue=declared), SIGNED, Rescale())
    assert found == tuple(sorted((value, value) for value in expected))


def test_several_values_with_a_limit_are_ranges_each() -> None:
    dataset = header(PixelPaddingValue=("SS", [-2000, 3000]), PixelPaddingRangeLimit=("LO", "-1990"))
    assert padding_ranges(ct(5), dataset, SIGNED, Rescale()) == ((-2000, -1990), (-1990, 3000))


@pytest.mark.parametrize("keyword", ["PixelPaddingValue", "PixelPaddingRangeLimit"])
@pytest.mark.parametrize(
    "declared",
    [("LO", "-2000 HU"), ("LO", "0xF830"), ("DS", "0.5"), ("SL", 70000), ("UN", b"abc"), ("LO", ["1", "2x"])],
)
def test_a_declaration_that_nobody_understands_is_refused(keyword: str, declared: tuple[str, Any]) -> None:
    with pytest.raises(UnusableInputError, match=f"its {keyword} is not a number of 16 bits"):
        padding_ranges(ct(5), header("MR", **{keyword: declared}), SIGNED, Rescale())


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


def test_several_values_are_understood_as_they_are_read_from_a_file() -> None:
    dataset = header()
    tag, value = pydicom.tag.Tag("PixelPaddingValue"), b"\x30\xf8\x00\xfc"
    dataset._dict[tag] = RawDataElement(tag, "SS", len(value), value, 0, is_implicit_VR=False, is_little_endian=True)
    assert padding_ranges(ct(5), dataset, SIGNED, Rescale()) == ((-2000, -2000), (-1024, -1024))
