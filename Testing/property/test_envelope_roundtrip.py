"""Any record seals and opens; anything else never does."""

from typing import Any

import base45
from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.envelope import (
    FileRecord,
    HeaderRecord,
    KeyCost,
    Opener,
    Passphrase,
    Record,
    Sealer,
    TextRecord,
    decode_record,
    encode_record,
    envelope_length,
    largest_record_bytes,
)
from StegoMedLib.envelope.attributes import NUMBERED_KEYWORDS
from StegoMedLib.envelope.content import pack_content, unpack_content
from StegoMedLib.errors import NewerVersionError, NothingReadableError

_KEY = Passphrase(b"correct horse", KeyCost(log2_memory_kib=3, passes=1, lanes=1))
_SEALER = Sealer(_KEY)
_OPENER = Opener(_KEY)
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_texts = st.text(st.characters(exclude_categories=["Cs"]))
_keywords = st.sampled_from(NUMBERED_KEYWORDS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_values = _texts | st.text("0123456789.") | st.text("0123456789.abf-")
_names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60)
_records: st.SearchStrategy[Record] = st.one_of(
    st.builds(HeaderRecord, st.dictionaries(_keywords, _values, max_size=12)),
    st.builds(TextRecord, _texts),
    st.builds(FileRecord, _names, st.binary(max_size=400)),
)


def _opens(text: str) -> bool:
    try:
        _OPENER.open(text)
    except (NothingReadableError, NewerVersionError):
        return False
    return True


@given(_records)
def test_any_record_survives_encoding(record: Record) -> None:
    assert decode_record(encode_record(record)) == record


@given(_records)
def test_any_record_survives_sealing(record: Record) -> None:
    text = _SEALER.seal(record)
    assert set(text) <= set(_ALPHANUMERIC)
    assert len(text) == envelope_length(record)
    assert _OPENER.open(text).record == record


@given(_records, st.data())
def test_no_flipped_bits_are_accepted(record: Record, data: st.DataObject) -> None:
    blob = bytearray(base45.b45decode(_SEALER.seal(record).removeprefix("SM1:")))
    # The cost of the key derivation has tests of its own; at most 256 MiB are not to be taken here again and again.
    places = st.integers(6 * 8, len(blob) * 8 - 1)
    for place in data.draw(st.sets(places, min_size=1, max_size=8)):
        blob[place // 8] ^= 1 << place % 8
    assert not _opens("SM1:" + base45.b45encode(bytes(blob)).decode())


@given(_records, st.data())
def test_no_changed_character_is_accepted(record: Record, data: st.DataObject) -> None:
    text = _SEALER.seal(record)
    place = data.draw(st.integers(0, len(text) - 1).filter(lambda place: not 4 <= place < 13))
    character = data.draw(st.sampled_from(_ALPHANUMERIC).filter(lambda character: character != text[place]))
    assert not _opens(text[:place] + character + text[place + 1 :])


@given(st.text() | st.text(_ALPHANUMERIC).map("SM1:".__add__))
def test_no_text_is_an_envelope_by_chance(text: str) -> None:
    assert not _opens(text)


@given(st.binary())
def test_bytes_decode_to_their_only_record_or_not_at_all(data: bytes) -> None:
    try:
        record = decode_record(data)
    except NothingReadableError:
        return
    assert encode_record(record) == data


@given(st.binary() | st.text("0123456789. ", max_size=300).map(str.encode))
def test_content_is_unpacked_and_adds_one_byte_at_most(data: bytes) -> None:
    content = pack_content(data)
    assert len(content) <= len(data) + 1
    assert unpack_content(content) == (data, b"")


@given(st.binary(max_size=300), st.binary(max_size=255))
def test_any_content_is_unpacked(data: bytes, context: bytes) -> None:
    assert unpack_content(pack_content(data, context)) == (data, context)


@given(st.binary())
def test_bytes_are_unpacked_to_their_only_content_or_not_at_all(content: bytes) -> None:
    try:
        data, context = unpack_content(content)
    except ValueError:
        return
    if not content[0] & 1:
        assert content.endswith(data)
        assert len(content) == 1 + len(data) + (len(context) and 1 + len(context))


@given(st.integers(0, 5000))
def test_largest_record_grows_with_the_text(text_chars: int) -> None:
    steps = largest_record_bytes(text_chars + 3) - largest_record_bytes(text_chars)
    assert steps == 2 or (text_chars < 108 and 0 <= steps <= 2)


@given(_records, st.sampled_from([repr, str, "{}".format]))
def test_no_record_shows_its_content(record: Record, show: Any) -> None:
    assert show(record) == f"{type(record).__name__}(...)"
