"""Encrypted Attributes: any attributes come back, and no item, however made, does more than to be refused."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from StegoMedLib.dicom.embedded import item_in_memory
from StegoMedLib.errors import NothingDecryptedError
from StegoMedLib.identity.encrypted import decrypted, encrypted
from Testing.certificates import certificate, rsa_key
from Testing.envelopes import AES256, made_envelope, padded

MODIFIED = 0x04000550
SYNTAXES = [
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    "",
    "1.2.840.10008.1.2.4.70",
    "\0 nonsense \\",
]


def item(envelope: Any, syntax: Any = ExplicitVRLittleEndian) -> Dataset:
    """An item as it may come out of a file, which pydicom has not looked at."""
    values = {"EncryptedContentTransferSyntaxUID": ("UI", syntax), "EncryptedContent": ("OB", envelope)}
    found = Dataset()
    for keyword, (vr, value) in values.items():
        tag = Tag(keyword)
        found[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)  # noqa: FBT003
    return found


def opens(one: Dataset) -> Dataset | None:
    try:
        return decrypted([one], rsa_key(0))
    except NothingDecryptedError:
        return None


VALUES = st.dictionaries(
    st.sampled_from(["PatientName", "PatientID", "StudyDate", "PatientComments", "SliceThickness", "PixelSpacing"]),
    st.binary(max_size=40).map(lambda value: value + b" " * (len(value) % 2)),
    max_size=6,
)


@given(VALUES)
def test_any_value_comes_back_byte_for_byte(values: dict[str, bytes]) -> None:
    content = Dataset()
    for keyword, value in values.items():
        content[Tag(keyword)] = RawDataElement(Tag(keyword), "LT", len(value), value, 0, False, True)  # noqa: FBT003
    found = decrypted([encrypted(content, [certificate(rsa_key(0))])], rsa_key(0))
    assert {tag: found.get_item(tag).value or b"" for tag in found.keys()} == {  # noqa: SIM118 iterating would decode
        Tag(keyword): value for keyword, value in values.items()
    }


@given(st.binary(max_size=400), st.sampled_from(SYNTAXES))
def test_any_bytes_are_refused_as_an_envelope(envelope: bytes, syntax: str) -> None:
    assert opens(item(envelope, syntax.encode())) is None


@given(st.data())
def test_any_change_of_an_envelope_is_refused_or_gives_attributes(data: st.DataObject) -> None:
    content = Dataset()
    content.PatientID = "P-7"
    envelope = bytearray(encrypted(content, [certificate(rsa_key(0))]).EncryptedContent)
    at = data.draw(st.integers(0, len(envelope) - 1))
    envelope[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    found = opens(item(bytes(envelope), ExplicitVRLittleEndian.encode()))
    assert found is None or isinstance(found, Dataset)


@given(st.binary(max_size=300), st.sampled_from(SYNTAXES))
def test_any_content_is_refused_or_gives_attributes(content: bytes, syntax: str) -> None:
    assert opens(item(made_envelope(padded(content), AES256), syntax.encode())) is None


@given(st.data(), st.sampled_from(SYNTAXES))
def test_any_change_of_the_content_is_refused_or_gives_attributes(data: st.DataObject, syntax: str) -> None:
    inside, outside = Dataset(), Dataset()
    inside.PatientID = "P-7"
    outside.OtherPatientIDsSequence = [inside, inside]
    content = bytearray(item_in_memory(MODIFIED, outside))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    found = opens(item(made_envelope(padded(bytes(content))), syntax.encode()))
    assert found is None or isinstance(found, Dataset)


@given(st.one_of(st.none(), st.text(max_size=9), st.integers(), st.binary(max_size=9)))
def test_values_of_any_type_are_refused(value: object) -> None:
    one = Dataset()
    one.add_new("EncryptedContentTransferSyntaxUID", "UI", ExplicitVRLittleEndian)
    one.add_new("EncryptedContent", "OB", os.urandom(8))
    one["EncryptedContent"]._value = value
    assert opens(one) is None
