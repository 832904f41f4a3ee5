"""Stored values inside pixel containers: bits beside the field are neither read as value nor lost."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.dicom.field import StoredField


def cells(*values: int, kind: str = "u2") -> np.ndarray:
    return np.array([values], dtype=kind)


def test_legal_range_follows_bits_and_sign() -> None:
    assert (StoredField(16, 12, 11).low, StoredField(16, 12, 11).high) == (0, 4095)
    assert (StoredField(16, 12, 11, signed=True).low, StoredField(16, 12, 11, signed=True).high) == (-2048, 2047)
    assert (StoredField(8, 8, 7).low, StoredField(8, 8, 7).high) == (0, 255)


def test_sign_extended_and_bare_negative_values_read_alike() -> None:
    field = StoredField(16, 12, 11, signed=True)
    assert field.unpack(cells(0xFFFF, 0x0FFF, 0xF800, 0x0800, 0x07FF)).tolist() == [[-1, -1, -2048, -2048, 2047]]


def test_value_below_a_shifted_high_bit() -> None:
    field = StoredField(16, 12, 15)
    assert field.unpack(cells(0xABCD)).tolist() == [[0xABC]]
    assert field.pack(cells(0xABCD), np.array([[0x123]], dtype=np.int32)).tolist() == [[0x123D]]


def test_overlay_bits_are_kept_and_not_read() -> None:
    field = StoredField(16, 12, 11, overlaid=True)
    source = cells(0x1ABC, 0x0ABC, 0x8000)
    assert field.unpack(source).tolist() == [[0xABC, 0xABC, 0]]
    assert field.pack(source, np.array([[1, 2, 3]], dtype=np.int32)).tolist() == [[0x1001, 0x0002, 0x8003]]


def test_number_beyond_the_declared_bits_is_seen_and_kept() -> None:
    field = StoredField(16, 12, 11)
    source = cells(63536, 100)
    assert field.unpack(source).tolist() == [[63536, 100]]
    assert field.pack(source, np.array([[63536, 101]], dtype=np.int32)).tolist() == [[63536, 101]]
    with pytest.raises(ValueError, match="outside the legal range"):
        field.pack(source, np.array([[0, 100]], dtype=np.int32))


def test_change_of_sign_extends_where_the_frame_does() -> None:
    field = StoredField(16, 12, 11, signed=True)
    assert field.pack(cells(0xFFFF, 1), np.array([[1, -1]], dtype=np.int32)).tolist() == [[1, 0xFFFF]]


def test_change_of_sign_stays_in_the_field_where_the_frame_does_not_extend() -> None:
    field = StoredField(16, 12, 11, signed=True)
    assert field.pack(cells(0x0FFF, 1), np.array([[1, -1]], dtype=np.int32)).tolist() == [[1, 0x0FFF]]


@pytest.mark.parametrize(("value", "signed"), [(4096, False), (-1, False), (2048, True), (-2049, True)])
def test_value_that_leaves_the_legal_range_is_refused(value: int, signed: bool) -> None:  # noqa: FBT001
    with pytest.raises(ValueError, match="outside the legal range"):
        StoredField(16, 12, 11, signed).pack(cells(5), np.array([[value]], dtype=np.int32))


def test_frame_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        StoredField(16, 12, 11).pack(cells(5, 6), np.zeros((2, 1), dtype=np.int32))


def test_eight_bits() -> None:
    field = StoredField(8, 8, 7, signed=True)
    assert field.unpack(cells(255, 127, 128, kind="u1")).tolist() == [[-1, 127, -128]]
    packed = field.pack(cells(255, 127, kind="u1"), np.array([[-2, 127]], dtype=np.int32))
    assert packed.dtype == np.uint8
    assert packed.tolist() == [[254, 127]]
