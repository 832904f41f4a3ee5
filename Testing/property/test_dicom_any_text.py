"""Whatever bytes a header holds: a record gives them back, or the text that they stand for."""

from __future__ import annotations

import pydicom
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from StegoMedLib.dicom import header_record
from StegoMedLib.dicom.charsets import character_set
from StegoMedLib.envelope import HeaderRecord, decode_record, encode_record, record_in_words

_DECLARED = st.sampled_from(
    [
        *(b"", b"ISO_IR 6", b"ISO_IR 100", b"ISO_IR 13", b"ISO_IR 192", b"GB18030", b"GBK", b"ISO_IR 999", b"\xff"),
        *(b"\\ISO 2022 IR 87", b"\\ISO 2022 IR 149", b"\\ISO 2022 IR 58", b"ISO 2022 IR 100\\ISO 2022 IR 144"),
        b"ISO 2022 IR 13\\ISO 2022 IR 87\\ISO 2022 IR 159",
    ]
)
_PIECES = st.sampled_from([b"\x1b$B", b"\x1b(B", b"\x1b(J", b"\x1b)I", b"\x1b$)C", b"\x1b-L", b"^", b"=", b"\\", b";3"])
_VALUES = st.lists(st.one_of(_PIECES, st.binary(max_size=4)), max_size=8).map(b"".join)


def header(declared: bytes, value: bytes) -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    for keyword, vr, content in (("SpecificCharacterSet", "CS", declared), ("PatientName", "PN", value)):
        tag, padded = Tag(keyword), content + b" " * (len(content) % 2)
        dataset._dict[tag] = RawDataElement(tag, vr, len(padded), padded, 0, True, True)  # noqa: FBT003
    return dataset


@given(_DECLARED, _VALUES)
def test_records_give_the_very_bytes_back_where_they_are_no_text(declared: bytes, value: bytes) -> None:
    record = HeaderRecord(header_record(header(declared, value), ["PatientName"]))
    opened = decode_record(encode_record(record))
    assert opened == record
    found = record.attributes.get("PatientName", "")
    if isinstance(found, bytes):
        assert (found + b" " * (len(found) % 2)).rstrip(b"\0 ") == value.rstrip(b"\0 ")
        assert all(" " <= letter <= "~" for letter in record_in_words(record)["PatientName"])
    else:
        assert "\ufffd" not in found or "\ufffd".encode("gb18030") in value or "\ufffd".encode() in value


@given(_DECLARED, st.text(max_size=12))
def test_what_a_set_encodes_it_decodes_to_the_same(declared: bytes, text: str) -> None:
    charset = character_set(declared)
    value = charset.encode(text, name=True)
    assert value is None or charset.decode(value, name=True) == text


@given(_DECLARED, _VALUES, _VALUES)
def test_no_two_values_become_one(declared: bytes, first: bytes, second: bytes) -> None:
    records = [header_record(header(declared, value), ["PatientName"]).get("PatientName") for value in (first, second)]
    if records[0] == records[1] and isinstance(records[0], bytes):
        assert first.rstrip(b"\0 ") == second.rstrip(b"\0 ")
