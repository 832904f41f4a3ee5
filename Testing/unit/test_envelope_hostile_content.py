"""Content that somebody with the key sealed, but not with StegoMed."""

import tracemalloc
import zlib

import base45
import cbor2
import pytest

from StegoMedLib.envelope import HeaderRecord, Opener, Passphrase, TextRecord, decode_record, encode_record
from StegoMedLib.envelope.aead import seal_bytes
from StegoMedLib.envelope.derivation import EnvelopeKeys, envelope_keys
from StegoMedLib.envelope.slots import Slot, SlotType, packed_slots
from StegoMedLib.errors import NewerVersionError, NothingReadableError, UsageError

_KEY = Passphrase(b"correct horse")
_SLOT, _NONCE = Slot(SlotType.PASSPHRASE, bytes((3, 1, 1, *bytes(16)))), bytes(12)
_BEGINNING = b"\x01" + packed_slots([_SLOT]) + _NONCE


def _keys() -> EnvelopeKeys:
    secret = _KEY.opening(_SLOT)
    assert secret is not None
    return envelope_keys(secret)


def _seal_raw(content: bytes) -> str:
    keys = _keys()
    header = _BEGINNING + keys.commitment
    blob = header + seal_bytes(keys.sealing, _NONCE, content, header)
    return f"SM1:{base45.b45encode(blob).decode()}"


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"\x01" + deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize("content", [b"\x00" + cbor2.dumps("hello"), _deflated(cbor2.dumps("hello"))])
def test_this_way_of_sealing_is_otherwise_right(content: bytes) -> None:
    assert Opener(_KEY).open(_seal_raw(content)).record == TextRecord("hello")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00", id="no record"),
        pytest.param(b"\x04" + cbor2.dumps("hello"), id="unknown flag"),
        pytest.param(b"\x02\xff" + cbor2.dumps("hello"), id="context cut off"),
        pytest.param(b"\x02\x00" + cbor2.dumps("hello"), id="empty context"),
        pytest.param(b"\x01\xff\xff", id="no deflate data"),
        pytest.param(_deflated(cbor2.dumps("hello")) + b"\x00", id="bytes behind deflate data"),
        pytest.param(_deflated(bytes(2**26)), id="bomb"),
        pytest.param(_deflated(b"\x81" * 2**20), id="deep nesting"),
        pytest.param(b"\x00" + cbor2.dumps(b"hello"), id="bytes"),
        pytest.param(b"\x00" + cbor2.dumps({0: 1}), id="number as value"),
        pytest.param(b"\x00" + cbor2.dumps(["../../x", b""]), id="path as file name"),
        pytest.param(b"\x00\xc0" + cbor2.dumps("2020-01-01T00:00:00Z"), id="date"),
    ],
)
def test_it_is_taken_for_a_newer_version_s(content: bytes) -> None:
    # It is authentic: whoever sealed it had the key, and a wrong passphrase or damage it is not.
    with pytest.raises(NewerVersionError) as caught:
        Opener(_KEY).open(_seal_raw(content))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "items",
    [
        b"\x9a\x00\x0f\xff\xff" + b"\x80" * (2**20 - 1),  # a list of empty lists
        b"\x82\x61a\x9a\x00\x0f\xff\xff" + b"\xa0" * (2**20 - 1),  # a file of empty maps
        b"\xba\x00\x03\xff\xff" + b"\x00\x40" * (2**18 - 1),  # more attributes than there are
        b"\xbb" + b"\xff" * 8,
        b"\x9f" + b"\x80" * 2**20 + b"\xff",
    ],
)
def test_what_is_no_record_takes_no_memory(items: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(NothingReadableError):
        decode_record(items)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 100_000


def test_no_header_has_so_many_attributes() -> None:
    many = {f"Keyword{number}": "" for number in range(10_000)}
    assert decode_record(encode_record(HeaderRecord(many))) == HeaderRecord(many)
    with pytest.raises(UsageError, match="at most 10000 attributes"):
        HeaderRecord({**many, "OneMore": ""})


def test_a_key_that_is_not_committed_to_opens_nothing() -> None:
    keys, header = _keys(), _BEGINNING + bytes(16)
    sealed = seal_bytes(keys.sealing, _NONCE, b"\x00" + cbor2.dumps("hello"), header)
    with pytest.raises(NothingReadableError):
        Opener(_KEY).open("SM1:" + base45.b45encode(header + sealed).decode())
