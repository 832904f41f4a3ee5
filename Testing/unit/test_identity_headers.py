"""The headers record holds what was changed, common parts once, and is refused in one way when it is anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cbor2
import pytest

from StegoMedLib.dicom import Node
from StegoMedLib.envelope import FileRecord, HeaderRecord, TextRecord, decode_record, encode_record
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.identity.changes import applied, changes
from StegoMedLib.identity.headers import Headers, Original, headers_in

NAME, ID, SEQUENCE = 0x00100010, 0x00100020, 0x00081115
PRIVATE = (0x00091001,)


def original(number: int = 0, **different: Any) -> Original:
    values = {
        (NAME,): Node("PN", b"Doe^Jane"),
        (ID,): Node("LO", f"{number:04}".encode()),
        (0x00120062,): None,
        (SEQUENCE, 3, NAME): Node("PN", b"Roe "),
        PRIVATE: Node("UN", bytes(100)),
        (SEQUENCE,): Node("SQ", items=({NAME: Node("PN", b"Doe ")}, {})),
    }
    given = {"number": number, "pixels": bytes(16), "whole": bytes(range(16)), "style": 3, "changes": values}
    return Original(**{**given, "preamble": b"P" * 128, **different})


def content(**different: Any) -> list[Any]:
    """What a record holds, part by part, to be spoilt."""
    record = Headers(1, (original(0), original(1))).record()
    assert isinstance(record, FileRecord)
    parts: list[Any] = cbor2.loads(record.data)
    for place, value in different.items():
        parts[int(place.removeprefix("at"))] = value
    return parts


def as_record(parts: Any) -> FileRecord:
    return FileRecord("stegomed-headers.cbor", cbor2.dumps(parts))


def test_headers_come_back_as_they_were() -> None:
    headers = Headers(7, tuple(original(number) for number in range(5)), ((0x00091002,),))
    assert headers_in(decode_record(encode_record(headers.record()))) == headers


def test_instances_may_differ_in_everything() -> None:
    other = original(1, style=-1, pixels=b"x" * 16, preamble=b"", changes={(0x00080050,): Node("SH", b"A1")})
    headers = Headers(0, (original(0), other, original(2, changes={})))
    assert headers_in(headers.record()) == headers


def test_a_common_part_is_there_once() -> None:
    sizes = [len(encode_record(Headers(0, tuple(map(original, range(count)))).record())) for count in (1, 11)]
    assert sizes[1] - sizes[0] < 10 * 70
    assert encode_record(Headers(0, tuple(map(original, range(11)))).record()).count(b"Doe^Jane") == 1


def test_long_values_and_long_sequences_fit() -> None:
    many = Node("SQ", items=({},) * 70_000)
    before = {SEQUENCE: many, 0x00104000: Node("UT", b"x" * 70_000)}
    after = {SEQUENCE: Node("SQ", items=({ID: Node("LO", b"1 ")},) * 70_000)}
    made = changes(before, after)
    found = headers_in(Headers(0, (original(changes=made),)).record())
    assert found is not None
    assert applied(after, found.instances[0].changes) == (before, [])


def test_private_attributes_may_be_left_out_and_are_named() -> None:
    headers = Headers(0, (original(0), original(1)))
    assert headers.sizes() == {PRIVATE: 2 * 112}
    less = headers.without([PRIVATE])
    assert less.missing == (PRIVATE,)
    assert all(PRIVATE not in each.changes and each.style == -1 for each in less.instances)
    assert headers.without([]) is headers
    assert headers_in(less.record()) == less


@pytest.mark.parametrize("record", [TextRecord("x"), HeaderRecord({"PatientID": "1"}), FileRecord("other.cbor", b"")])
def test_other_records_are_no_headers(record: Any) -> None:
    assert headers_in(record) is None


@pytest.mark.parametrize(
    "parts",
    [
        *(None, 1, "text", [], {}, [1] * 8, [1] * 9),
        content(at0=2),
        content(at0=True),
        content(at1="series"),
        content(at1=None),
        content(at2=[0]),
        content(at2=[0, 0.5]),
        content(at2={0: 1, 1: 1}),
        content(at2=[]),
        content(at3=bytes(31)),
        content(at3=[0] * 32),
        content(at4="x" * 32),
        content(at5=[1]),
        content(at5=[True, 1]),
        content(at6=[]),
        content(at6=5),
        content(at6={}),
        content(at6={b"": b"", 5: b""}),
        content(at6={b"": b"short"}),
        content(at6={b"": None}),
        content(at6={b"": 0}),
        content(at6={b"": b"", b"\0\0\0": None}),
        content(at6={b"": b"", b"\0\x10\0\x10\0\1": None}),
        content(at6={b"": b"", b"\0\x10\0\x10": b"\x10\0\x20\0LO\2\0ab"}),
        content(at6={b"": b"", b"\0\x10\0\x10": b"\x10\0\x10\0PN\4\0ab"}),
        content(at6={b"": b"", b"\0\x10\0\x10": [None]}),
        content(at6={b"": b"", b"\0\x10\0\x10": [None, "text"]}),
        content(at6={b"": b"", b"\0\x10\0\x10": {}}),
        content(at7=[b"\0"]),
        content(at7=b"abcd"),
        content(at7=None),
        [*content(), 1],
    ],
)
def test_a_damaged_record_is_nothing_readable(parts: Any) -> None:
    with pytest.raises(NothingReadableError) as error:
        headers_in(as_record(parts))
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        cbor2.dumps(content()) + b"\0",
        cbor2.dumps(content())[:-1],
        b"\x9f" + cbor2.dumps(content())[1:] + b"\xff",  # an array without a length
        b"\xc1" + cbor2.dumps(content()),  # tags
        b"\xd9\xd9\xf7" + cbor2.dumps(content()),
        b"\xc5\x82\x1b" + b"\x7f" * 8 + b"\x01",  # bigfloat
        b"\xd8\x1e\x82\x01\x00",  # 1/0
        b"\xd8\x23\x61(",  # regular expression
        b"\x9b" + b"\x7f" * 8,  # 2^63 items
        b"\x81" * 100_000,
        b"\xa1" * 100_000,
    ],
)
def test_cbor_that_no_record_is_made_of_is_nothing_readable(data: bytes) -> None:
    with pytest.raises(NothingReadableError):
        headers_in(FileRecord("stegomed-headers.cbor", data))


def test_nothing_of_a_header_is_shown() -> None:
    headers = Headers(0, (original(),))
    assert "Doe" not in repr(headers) + repr(original()) + repr(headers.record()) + repr(replace(headers, series=1))


def test_a_record_is_laid_out_as_the_format_says() -> None:
    """Written down by hand from docs/format.md."""
    name, patient = b"\x10\0\x10\0PN\4\0Doe ", b"\x10\0\x20\0LO\2\0"
    nested = b"\x10\0\x10\0PN\0\0"
    parts = [
        1,
        7,
        [0, 1],
        b"a" * 16 + b"b" * 16,
        b"c" * 16 + b"d" * 16,
        [2, -1],
        {
            bytes.fromhex("00081115 0002 00100010"): [nested, False],
            bytes.fromhex("00100010"): name,
            bytes.fromhex("00100020"): [patient + b"1 ", patient + b"2 "],
            bytes.fromhex("00120062"): None,
            b"": b"P" * 128,
        },
        [bytes.fromhex("00091001")],
    ]
    common: dict[tuple[int, ...], Node | None] = {(NAME,): Node("PN", b"Doe "), (0x00120062,): None}
    first = common | {(SEQUENCE, 2, NAME): Node("PN", b""), (ID,): Node("LO", b"1 ")}
    second = common | {(ID,): Node("LO", b"2 ")}
    instances = (
        Original(0, b"a" * 16, b"c" * 16, 2, first, b"P" * 128),
        Original(1, b"b" * 16, b"d" * 16, -1, second, b"P" * 128),
    )
    headers = Headers(7, instances, (PRIVATE[:1],))
    assert headers.record() == as_record(parts)
    assert headers_in(as_record(parts)) == headers
