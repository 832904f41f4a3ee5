"""Content of envelopes: compressed where that helps, with a context beside it, and never without bound."""

import random
import tracemalloc
import zlib

import pytest

from StegoMedLib.envelope import HeaderRecord, encode_record
from StegoMedLib.envelope.compression import MAX_RECORD_BYTES, deflated, inflated
from StegoMedLib.envelope.content import pack_content, unpack_content
from StegoMedLib.errors import UsageError

_RECORD = HeaderRecord(
    {
        "PatientName": "Mustermann^Erika",
        "PatientID": "4711.08",
        "PatientBirthDate": "19640812",
        "PatientSex": "F",
        "StudyInstanceUID": "1.2.840.113619.2.55.3.604688119.971.1268035822.459",
        "InstitutionName": "Universitätsklinikum Musterstadt, Department of Radiology",
    }
)


def _raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


def test_a_header_record_gets_shorter_than_plain_deflate_makes_it() -> None:
    encoded = encode_record(_RECORD)
    content = pack_content(encoded)
    assert content[0] == 1
    assert len(content) < min(len(encoded), len(_raw_deflate(encoded))) - 20
    assert unpack_content(content) == (encoded, b"")


def test_noise_is_stored() -> None:
    noise = random.Random(1).randbytes(200)
    assert pack_content(noise) == b"\x00" + noise
    assert unpack_content(pack_content(noise)) == (noise, b"")


def test_the_dictionary_never_changes() -> None:
    # Compressed by the first release; whatever zlib writes today, this must go on being readable.
    old = bytes.fromhex(
        "5bc650e05b5a0cf4776e625e5e9c6b51667622a38bbbe0827e6617c9140e21964437de084998f2a55156096e1d82b3a64b"
        "09653047282d8914acb0c2ee3f8899c5258929253a6861040f3b00"
    )
    assert inflated(old) == encode_record(_RECORD)


@pytest.mark.parametrize("context", [b"x", bytes(255)])
@pytest.mark.parametrize("data", [b"", bytes(200), bytes(range(200))], ids=["nothing", "deflated", "stored"])
def test_a_context_goes_beside_the_data(data: bytes, context: bytes) -> None:
    content = pack_content(data, context)
    assert content[0] & 2
    assert content[1 : 2 + len(context)] == bytes((len(context),)) + context
    assert len(content) == len(pack_content(data)) + 1 + len(context)
    assert unpack_content(content) == (data, context)


def test_a_longer_context_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 255 bytes"):
        pack_content(b"", bytes(256))


def test_the_cap_itself_is_read() -> None:
    data = bytes(MAX_RECORD_BYTES)
    assert unpack_content(pack_content(data)) == (data, b"")
    assert inflated(deflated(data)) == data


def test_a_bomb_is_refused_without_inflating_it() -> None:
    bomb = b"\x01" + _raw_deflate(bytes(2**28))
    tracemalloc.start()
    with pytest.raises(ValueError, match="too large"):
        unpack_content(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MAX_RECORD_BYTES


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "flags", id="nothing"),
        pytest.param(b"\x04abc", "flags", id="unknown flag"),
        pytest.param(b"\x81abc", "flags", id="unknown flag beside a known one"),
        pytest.param(b"\x02", "context", id="no length of a context"),
        pytest.param(b"\x02\x00abc", "context", id="empty context"),
        pytest.param(b"\x02\x04abc", "context", id="context cut off"),
        pytest.param(b"\x01", "deflate", id="deflated nothing"),
        pytest.param(b"\x01\xff\xff\xff", "deflate", id="no deflate data"),
        pytest.param(pack_content(bytes(100))[:-1], "deflate", id="cut off"),
        pytest.param(pack_content(bytes(100)) + b"\x00", "deflate", id="bytes behind the end"),
        pytest.param(pack_content(bytes(100), b"x") + b"\x00", "deflate", id="bytes behind, with a context"),
        pytest.param(b"\x01" + _raw_deflate(bytes(MAX_RECORD_BYTES + 1)), "too large", id="one byte too many"),
        pytest.param(b"\x00" + bytes(MAX_RECORD_BYTES + 1), "too large", id="one stored byte too many"),
    ],
)
def test_what_was_not_packed_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unpack_content(data)
