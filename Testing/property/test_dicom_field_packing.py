"""Packing changes the field of changed pixels and nothing else, for every layout of a pixel cell."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from StegoMedLib.dicom.field import StoredField


@st.composite
def layouts(draw: st.DrawFn) -> StoredField:
    allocated = draw(st.sampled_from([8, 16]))
    stored = draw(st.integers(8, allocated))
    high_bit = draw(st.integers(stored - 1, allocated - 1))
    return StoredField(allocated, stored, high_bit, draw(st.booleans()), draw(st.booleans()))


def any_cells(field: StoredField) -> st.SearchStrategy[np.ndarray]:
    return arrays(field.container, (4, 5))


@given(st.data(), layouts())
def test_packing_what_was_unpacked_changes_nothing(data: st.DataObject, field: StoredField) -> None:
    source = data.draw(any_cells(field))
    assert np.array_equal(field.pack(source, field.unpack(source)), source)


@given(st.data(), layouts())
def test_new_values_are_read_back_and_other_pixels_keep_all_bits(data: st.DataObject, field: StoredField) -> None:
    source = data.draw(any_cells(field))
    old = field.unpack(source)
    wanted = data.draw(arrays(np.int32, (4, 5), elements=st.integers(field.low, field.high)))
    legal = (old >= field.low) & (old <= field.high)
    new = np.where(legal & data.draw(arrays(np.bool_, (4, 5))), wanted, old)
    packed = field.pack(source, new)
    assert np.array_equal(packed[new == old], source[new == old])
    assert np.array_equal(field.unpack(packed), new)


@given(st.data(), layouts())
def test_bits_beside_an_overlaid_field_survive(data: st.DataObject, field: StoredField) -> None:
    field = StoredField(field.bits_allocated, field.bits_stored, field.high_bit, field.signed, overlaid=True)
    source = data.draw(any_cells(field))
    new = data.draw(arrays(np.int32, (4, 5), elements=st.integers(field.low, field.high)))
    beside = ~(((1 << field.bits_stored) - 1) << (field.high_bit + 1 - field.bits_stored))
    beside &= (1 << field.bits_allocated) - 1
    assert np.array_equal(field.pack(source, new) & beside, source & beside)


@given(st.data(), st.integers(9, 16))
def test_sign_extended_frame_reads_as_plain_numbers_after_packing(data: st.DataObject, stored: int) -> None:
    field = StoredField(16, stored, stored - 1, signed=True)
    values = arrays(np.int16, (4, 5), elements=st.integers(field.low, field.high))
    old, new = data.draw(values), data.draw(values)
    packed = field.pack(old.view(np.uint16), new.astype(np.int32))
    assert np.array_equal(packed.view(np.int16), new)
