"""Bits above HighBit that say nothing are ignored and kept; numbers too large for their field stay numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.dicom import DerivedSeries, read_instance
from StegoMedLib.dicom.field import StoredField, field_without
from StegoMedLib.errors import UnusableFileError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

    import pydicom

TWELVE, SIGNED = StoredField(16, 12, 11), StoredField(16, 12, 11, signed=True)


def image(*, low: int = 0, seed: int = 5) -> np.ndarray:
    """A disc of tissue in noisy air that is clipped here and there."""
    rows, columns = np.ogrid[:64, :64]
    inside = (rows - 32) ** 2 + (columns - 32) ** 2 < 400
    noise = np.random.default_rng(seed).normal(0, 12, (64, 64))
    return np.clip(np.where(inside, 1000, 10) + noise, low, 4095).astype(np.int32)


def garbage(kind: str) -> np.ndarray:
    bits = np.zeros((64, 64), np.uint16)
    if kind == "an overlay without a header":
        bits[20:44, 10:50] = 0x1000
    elif kind == "one bit everywhere":
        bits[:] = 0x8000
    elif kind == "noise":
        bits[:] = np.random.default_rng(1).integers(0, 16, (64, 64)) << 12
    elif kind == "lines":
        bits[::5] = 0x4000
    return bits


KINDS = ("an overlay without a header", "one bit everywhere", "noise", "lines")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", [TWELVE, SIGNED], ids=["unsigned", "signed"])
def test_bits_that_say_nothing_are_ignored(kind: str, field: StoredField) -> None:
    values = image(low=field.low)
    cells = (values & 0xFFF).astype(np.uint16) | garbage(kind)
    found = field_without(cells, field, ())
    assert found.overlaid
    assert np.array_equal(found.unpack(cells), values)


def overflow(values: np.ndarray) -> np.ndarray:
    return np.where(values > 500, values + 3300, values)


def padded(values: np.ndarray, *numbers: int) -> np.ndarray:
    for number, rows in zip(numbers, (slice(0, 8), slice(60, 63)), strict=False):
        values[rows] = number
    return values


@pytest.mark.parametrize(
    "numbers",
    [
        overflow(image()),
        padded(image(), 63536),
        padded(image(), 63536, 64512),
        padded(image(), 0xF000),
        padded(np.zeros((64, 64), np.int32), 0xF000),
        image(),
    ],
    ids=["too few bits", "padding", "two kinds of padding", "padding that looks like air", "padding alone", "lawful"],
)
def test_numbers_too_large_for_their_field_stay_numbers(numbers: np.ndarray) -> None:
    cells = numbers.astype(np.uint16)
    assert field_without(cells, TWELVE, ()) == TWELVE
    assert np.array_equal(TWELVE.unpack(cells), numbers)


def test_declared_padding_stays_padding_whatever_else_lies_in_the_bits() -> None:
    cells = image().astype(np.uint16) | garbage("lines")
    cells[0, 0] = 63536
    assert field_without(cells, TWELVE, [(63536, 63536)]) == TWELVE


def test_all_bits_of_a_field_are_read_as_before() -> None:
    cells = np.full((4, 4), 0xFFFF, np.uint16)
    for field in (StoredField(16, 16, 15), StoredField(16, 12, 15), StoredField(16, 12, 11, overlaid=True)):
        assert field_without(cells, field, ()) is field


@pytest.fixture
def make_strayed(make_image: Any) -> Any:
    def make(cells: np.ndarray) -> Path:
        def edit(dataset: pydicom.FileDataset) -> None:
            dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
            dataset.Rows, dataset.Columns = cells.shape
            dataset.PixelData = cells.astype("<u2").tobytes()

        path: Path = make_image(edit)
        return path

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_planes_show_the_values_and_files_keep_the_bits(make_strayed: Any, tmp_path: Path, kind: str) -> None:
    values, bits = image(), garbage(kind)
    source = read_instance(make_strayed(values | bits))
    plane = source.plane()
    assert np.array_equal(plane.pixels, values)
    assert not plane.padding_mask.any()
    changed = values ^ 1
    write_derived(source, {0: changed}, tmp_path / "out.dcm", DerivedSeries("a test"))
    after = read_instance(tmp_path / "out.dcm")
    assert np.array_equal(after.plane().pixels, changed)
    assert np.array_equal(after.containers(0) & 0xF000, bits)


def test_what_the_receiver_would_read_otherwise_is_not_written(make_strayed: Any, tmp_path: Path) -> None:
    source = read_instance(make_strayed(image() | garbage("lines")))
    changed = source.plane().pixels.copy()
    changed[::5] = 4000
    with pytest.raises(UnusableFileError, match="unused bits of its pixels"):
        write_derived(source, {0: changed}, tmp_path / "out.dcm", DerivedSeries("a test"))
    assert not (tmp_path / "out.dcm").exists()
