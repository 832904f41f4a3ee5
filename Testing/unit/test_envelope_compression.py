"""Compression: helps, or stays away, and never grows without bound."""

import random
import tracemalloc
import zlib

import pytest

from StegoMedLib.envelope import HeaderRecord, encode_record
from StegoMedLib.envelope.compression import MAX_RECORD_BYTES, compress, expand

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
    compressed = compress(encoded)
    assert compressed[0] == 1
    assert len(compressed) < min(len(encoded), len(_raw_deflate(encoded))) - 20
    assert expand(compressed) == encoded


def test_noise_is_stored() -> None:
    noise = random.Random(1).randbytes(200)
    assert compress(noise) == b"\x00" + noise
    assert expand(compress(noise)) == noise


def test_the_dictionary_never_changes() -> None:
    # Compressed by the first release; whatever zlib writes today, this must go on being readable.
    old = bytes.fromhex(
        "015bc650e05b5a0cf4776e625e5e9c6b51667622a38bbbe0827e6617c9140e21964437de084998f2a55156096e1d82b3a64b"
        "09653047282d8914acb0c2ee3f8899c5258929253a6861040f3b00"
    )
    assert expand(old) == encode_record(_RECORD)


def test_the_cap_itself_is_read() -> None:
    data = bytes(MAX_RECORD_BYTES)
    assert expand(compress(data)) == data


def test_a_bomb_is_refused_without_inflating_it() -> None:
    bomb = b"\x01" + _raw_deflate(bytes(2**28))
    tracemalloc.start()
    with pytest.raises(ValueError, match="too large"):
        expand(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MAX_RECORD_BYTES


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x02abc", id="unknown flag"),
        pytest.param(b"\x01", id="deflated nothing"),
        pytest.param(b"\x01\xff\xff\xff", id="no deflate data"),
        pytest.param(compress(bytes(100))[:-1], id="cut off"),
        pytest.param(compress(bytes(100)) + b"\x00", id="bytes behind the end"),
        pytest.param(b"\x01" + _raw_deflate(bytes(MAX_RECORD_BYTES + 1)), id="one byte too many"),
        pytest.param(b"\x00" + bytes(MAX_RECORD_BYTES + 1), id="one stored byte too many"),
    ],
)
def test_what_compress_did_not_make_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"deflate|compression"):
        expand(data)
