"""A sequence that is a whole data set in memory: it comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import io
import zlib
from struct import pack
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom import Dataset
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from StegoMedLib.dicom.element_headers import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, element_header, item_header
from StegoMedLib.dicom.embedded import item_in_memory, item_of
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom.uid import UID

TAG = Tag("ModifiedAttributesSequence")
RAW = (False, True)
"""Explicit VR, little endian."""


def header_of(name: str) -> Dataset:
    dataset = pydicom.dcmread(str(get_testdata_file(name)), stop_before_pixels=True)
    return Dataset({tag: dataset.get_item(tag) for tag in dataset.keys()})  # noqa: SIM118 iterating would decode them


def small() -> Dataset:
    item = Dataset()
    item.PatientName = "Doe^Jane"
    item.OtherPatientIDsSequence = [Dataset()]
    item.OtherPatientIDsSequence[0].PatientID = "P-7"
    return item


def written(item: Dataset, syntax: UID) -> bytes:
    """The data set as pydicom writes it."""
    whole, stream = Dataset(), DicomBytesIO()
    whole.ModifiedAttributesSequence = [item]
    stream.is_little_endian, stream.is_implicit_VR = syntax != ExplicitVRBigEndian, syntax == ImplicitVRLittleEndian
    write_dataset(stream, whole)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "rtplan.dcm"])
def test_a_header_comes_back(name: str) -> None:
    assert item_of(item_in_memory(TAG, header_of(name)), TAG, ExplicitVRLittleEndian) == header_of(name)


def test_values_keep_their_bytes_however_malformed() -> None:
    odd = {Tag("SliceThickness"): b"five mm ", Tag("PatientName"): b"\xe9t\xe9 \0\0", Tag("StudyDate"): b"yesterday "}
    vrs = {Tag("SliceThickness"): "DS", Tag("PatientName"): "PN", Tag("StudyDate"): "DA"}
    item = Dataset({tag: RawDataElement(tag, vrs[tag], len(value), value, 0, *RAW) for tag, value in odd.items()})
    found = item_of(item_in_memory(TAG, item), TAG, ExplicitVRLittleEndian)
    assert {tag: found.get_item(tag).value for tag in odd} == odd


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_every_native_transfer_syntax_is_read(syntax: UID) -> None:
    assert item_of(written(small(), syntax), TAG, syntax) == small()


def test_a_deflated_one_is_read() -> None:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflater.compress(written(small(), ExplicitVRLittleEndian)) + deflater.flush()
    assert item_of(packed, TAG, DeflatedExplicitVRLittleEndian) == small()


def test_lengths_may_be_undefined() -> None:
    name = element_header(Tag("PatientName"), "PN", 8) + b"Doe^Jane"
    item = item_header(ITEM, UNDEFINED) + name + item_header(ITEM_END, 0)
    content = element_header(TAG, "SQ", UNDEFINED) + item + item_header(SEQUENCE_END, 0)
    assert item_of(content, TAG, ExplicitVRLittleEndian).PatientName == "Doe^Jane"


def test_text_without_its_own_character_set_is_in_that_of_the_data_set_around() -> None:
    value = "Гречко".encode()
    name = element_header(Tag("PatientName"), "PN", len(value)) + value
    content = element_header(TAG, "SQ", len(name) + 8) + item_header(ITEM, len(name)) + name
    assert item_of(content, TAG, ExplicitVRLittleEndian, "ISO_IR 192").PatientName == "Гречко"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_every_cut_and_every_surplus_is_noticed(syntax: UID) -> None:
    content = written(small(), syntax)
    wrong = [content[:length] for length in range(len(content))]
    wrong += [content + surplus for surplus in (b"\0", bytes(8), content, content[:20])]
    for each in wrong:
        with pytest.raises(UnusableInputError):
            item_of(each, TAG, syntax)


def test_another_sequence_no_item_and_two_items_are_refused() -> None:
    item = item_header(ITEM, 0)
    for content in (
        element_header(Tag("OriginalAttributesSequence"), "SQ", 8) + item,
        element_header(TAG, "OB", 8) + item,
        element_header(TAG, "SQ", 0),
        element_header(TAG, "SQ", 16) + item * 2,
    ):
        with pytest.raises(UnusableInputError):
            item_of(content, TAG, ExplicitVRLittleEndian)


def test_an_inner_value_that_is_cut_off_is_noticed() -> None:
    lying = element_header(Tag("PatientID"), "LO", 90) + b"P-7 "
    inner = item_header(ITEM, len(lying)) + lying
    element = element_header(Tag("OtherPatientIDsSequence"), "SQ", len(inner)) + inner
    content = element_header(TAG, "SQ", len(element) + 8) + item_header(ITEM, len(element)) + element
    with pytest.raises(UnusableInputError):
        item_of(content, TAG, ExplicitVRLittleEndian)


def test_bombs_are_refused_before_they_are_parsed() -> None:
    nested = b""
    for _ in range(200):
        whole = item_header(ITEM, len(nested)) + nested
        nested = element_header(Tag("OtherPatientIDsSequence"), "SQ", len(whole)) + whole
    deep = element_header(TAG, "SQ", len(nested) + 8) + item_header(ITEM, len(nested)) + nested
    wide = element_header(TAG, "SQ", 8 * 200_000) + item_header(ITEM, 0) * 200_000
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = io.BytesIO()
    for _ in range(520):
        packed.write(deflater.compress(bytes(1 << 20)))
    packed.write(deflater.flush())
    for content, syntax in (
        (deep, ExplicitVRLittleEndian),
        (wide, ExplicitVRLittleEndian),
        (packed.getvalue(), DeflatedExplicitVRLittleEndian),
        (element_header(TAG, "SQ", 0x7FFF_FFF0) + pack("<HHL", 0xFFFE, 0xE000, 0x7FFF_FF00), ExplicitVRLittleEndian),
    ):
        with pytest.raises(UnusableInputError):
            item_of(content, TAG, syntax)
