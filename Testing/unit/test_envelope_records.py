"""Records, their one encoding and what they show of themselves."""

import hashlib

import cbor2
import pytest

from StegoMedLib.envelope import (
    FileRecord,
    HeaderRecord,
    Record,
    TextRecord,
    decode_record,
    encode_record,
    record_as_json,
    record_in_words,
)
from StegoMedLib.envelope.attributes import NUMBERED_KEYWORDS
from StegoMedLib.errors import NothingReadableError, UsageError

_HEADER = HeaderRecord({"PatientName": "Doe^Jane", "PatientBirthDate": "19640812", "Modality": "CT"})


def test_numbers_of_keywords_never_change() -> None:
    # SHA-256 over the keywords in the order of their numbers; new ones come after these 21.
    first = " ".join(NUMBERED_KEYWORDS[:21])
    assert (
        hashlib.sha256(first.encode()).hexdigest() == "0f5ff93c398ffba1015d1bc12c992a88116dacfc1281d3a839d30bfc8a202f40"
    )


def test_header_becomes_a_map_of_numbers_and_packed_digits() -> None:
    assert encode_record(_HEADER) == cbor2.dumps({0: "Doe^Jane", 3: b"\x19\x64\x08\x12", "Modality": "CT"})


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("1.2", b"\x1a\x2f"),
        ("2.25.7", b"\x2a\x25\xa7"),
        ("007", b"\x00\x7f"),
        ("", ""),
        ("12a", "12a"),
        ("-1", "-1"),
        ("1 2", "1 2"),
        ("\u0661\u0662", "\u0661\u0662"),
    ],
)
def test_digits_and_dots_are_packed_and_nothing_else(value: str, encoded: bytes | str) -> None:
    record = HeaderRecord({"PatientID": value})
    assert encode_record(record) == cbor2.dumps({1: encoded})
    assert decode_record(encode_record(record)) == record


def test_order_of_attributes_survives() -> None:
    record = HeaderRecord({"StudyDate": "20200102", "PatientName": "A^B", "Rows": "512"})
    decoded = decode_record(encode_record(record))
    assert isinstance(decoded, HeaderRecord)
    assert list(decoded.attributes) == ["StudyDate", "PatientName", "Rows"]


def test_a_record_keeps_its_own_copy() -> None:
    attributes = {"PatientName": "Doe^Jane"}
    record = HeaderRecord(attributes)
    attributes["PatientName"] = "Roe^Richard"
    assert record.attributes == {"PatientName": "Doe^Jane"}


@pytest.mark.parametrize("record", [_HEADER, TextRecord("top secret"), FileRecord("secret.txt", b"top secret")])
def test_records_show_nothing(record: Record) -> None:
    for shown in (repr(record), str(record), f"{record}"):
        assert shown == f"{type(record).__name__}(...)"


def test_json_is_the_command_lines() -> None:
    assert record_as_json(_HEADER) == {"PatientName": "Doe^Jane", "PatientBirthDate": "19640812", "Modality": "CT"}
    assert record_as_json(TextRecord("hello")) == {"text": "hello"}
    assert record_as_json(FileRecord("a.bin", b"abc")) == {
        "name": "a.bin",
        "size": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "/etc/passwd",
        "a\\b",
        "C:x",
        "a\x00b",
        "a\nb",
        "a\x1b[2Jb",
        "x" * 256,
        "\ud800",
        " .",
        "a?",
    ],
)
def test_file_names_that_could_do_harm_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="plain file name"):
        FileRecord(name, b"")
    with pytest.raises(NothingReadableError):
        decode_record(cbor2.dumps([name, b""]) if name != "\ud800" else b"\x82\x63\xed\xa0\x80\x40")


@pytest.mark.parametrize("name", ["report.pdf", "Befund Müller (2).docx", ".hidden", "x" * 255])
def test_usual_file_names_are_taken(name: str) -> None:
    record = FileRecord(name, b"\x00\xff")
    assert decode_record(encode_record(record)) == record


@pytest.mark.parametrize("attributes", [{"": "x"}, {"PatientName": "\udc80"}, {"\ud800": "x"}, {"PatientName": 5}])
def test_attributes_that_are_not_text_are_refused(attributes: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        HeaderRecord(attributes)


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        TextRecord("\ud800")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(cbor2.dumps(7), id="a number"),
        pytest.param(cbor2.dumps(None), id="null"),
        pytest.param(cbor2.dumps(b"bytes"), id="bytes"),
        pytest.param(cbor2.dumps("text") + b"\x00", id="bytes behind the end"),
        pytest.param(cbor2.dumps("text")[:-1], id="cut off"),
        pytest.param(b"\x78\x04text", id="longer head than needed"),
        pytest.param(b"\x7f\x64text\xff", id="indefinite text"),
        pytest.param(b"\xbf\x00\x61A\xff", id="indefinite map"),
        pytest.param(b"\xa2\x00\x61A\x00\x61B", id="double key"),
        pytest.param(b"\xc0\x64text", id="tag"),
        pytest.param(b"\xd8\x23\x64(.*)", id="regular expression"),
        pytest.param(b"\xd8\x24\x61a", id="mail message"),
        pytest.param(b"\xc5\x82\x1a\x7f\xff\xff\xff\x01", id="large float"),
        pytest.param(b"\xd8\x1c\x81\xd8\x1d\x00", id="list that holds itself"),
        pytest.param(b"\x62\xc3\x28", id="not UTF-8"),
        pytest.param(b"\x63\xed\xa0\x80", id="surrogate"),
        pytest.param(b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff", id="text of 2**64 bytes"),
        pytest.param(b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", id="array of 2**63 items"),
        pytest.param(b"\xbb\x00\x00\x00\xff\xff\xff\xff\xff", id="map of 2**40 items"),
        pytest.param(b"\x81" * 100_000, id="deep arrays"),
        pytest.param(b"\xa1\x00" * 100_000, id="deep maps"),
        pytest.param(b"\xc1" * 100_000, id="deep tags"),
        pytest.param(cbor2.dumps({0: 5}), id="value is a number"),
        pytest.param(cbor2.dumps({0: ["x"]}), id="value is a list"),
        pytest.param(cbor2.dumps({21: "x"}), id="number without keyword"),
        pytest.param(cbor2.dumps({-1: "x"}), id="negative number"),
        pytest.param(cbor2.dumps({True: "x"}), id="true as keyword"),
        pytest.param(cbor2.dumps({0.0: "x"}), id="float as keyword"),
        pytest.param(cbor2.dumps({b"x": "x"}), id="bytes as keyword"),
        pytest.param(b"\xa1\x80\x61x", id="list as keyword"),
        pytest.param(cbor2.dumps({"": "x"}), id="empty keyword"),
        pytest.param(cbor2.dumps({"PatientName": "x"}), id="keyword that has a number"),
        pytest.param(cbor2.dumps({0: "x", "PatientName": "y"}), id="keyword twice"),
        pytest.param(cbor2.dumps({1: "123"}), id="digits that are not packed"),
        pytest.param(cbor2.dumps({1: b""}), id="packed nothing"),
        pytest.param(cbor2.dumps({1: b"\x1b"}), id="packed character 11"),
        pytest.param(cbor2.dumps({1: b"\xf1"}), id="filler in front"),
        pytest.param(cbor2.dumps({1: b"\xff"}), id="only filler"),
        pytest.param(cbor2.dumps(["name"]), id="file without content"),
        pytest.param(cbor2.dumps(["name", b"", b""]), id="file with two contents"),
        pytest.param(cbor2.dumps(["name", "text"]), id="file of text"),
        pytest.param(cbor2.dumps([b"name", b""]), id="name of bytes"),
    ],
)
def test_what_is_no_records_encoding_gives_the_one_error(data: bytes) -> None:
    with pytest.raises(NothingReadableError) as caught:
        decode_record(data)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_bytes_that_are_no_text_come_back_and_say_what_they_are() -> None:
    record = HeaderRecord({"PatientName": b"M\xfcl\\ler", "PatientID": b"\x12\x34", "StudyID": "1"})
    assert decode_record(encode_record(record)) == record
    assert record_as_json(record) == {
        "PatientName": {"bytes": "4dfc6c5c6c6572", "escaped": "M\\xfcl\\x5cler"},
        "PatientID": {"bytes": "1234", "escaped": "\\x124"},
        "StudyID": "1",
    }
    assert record_in_words(record) == {
        "PatientName": "M\\xfcl\\x5cler (bytes that its character set does not decode)",
        "PatientID": "\\x124 (bytes that its character set does not decode)",
        "StudyID": "1",
    }


def test_bytes_take_one_byte_more_than_they_are() -> None:
    text, data = (HeaderRecord({"PatientName": value}) for value in ("Doe^Jane", b"Doe^J\xe4ne"))
    assert len(encode_record(data)) == len(encode_record(text)) + 1


def test_other_records_in_words_are_their_json() -> None:
    assert record_in_words(TextRecord("hello")) == {"text": "hello"}
