"""The primitives of the envelope against published answers: Wycheproof and the RFCs."""

import json
from pathlib import Path
from typing import Any

import base45
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from StegoMedLib.envelope.aead import NONCE_BYTES, open_bytes, seal_bytes

_VECTORS = Path(__file__).parent / "vectors"


def _tests(name: str) -> list[dict[str, Any]]:
    content = json.loads((_VECTORS / name).read_text())
    tests = [test for group in content["testGroups"] for test in group["tests"]]
    assert len(tests) == content["numberOfTests"]
    return tests


def _bytes(test: dict[str, Any], *fields: str) -> list[bytes]:
    return [bytes.fromhex(test[field]) for field in fields]


def test_aead_seals_as_wycheproof_says() -> None:
    valid = [test for test in _tests("chacha20_poly1305.json") if test["result"] == "valid"]
    assert len(valid) > 135
    for test in valid:
        key, nonce, aad, message, ciphertext, tag = _bytes(test, "key", "iv", "aad", "msg", "ct", "tag")
        assert seal_bytes(key, nonce, message, aad) == ciphertext + tag, test["tcId"]
        assert open_bytes(key, nonce, ciphertext + tag, aad) == message, test["tcId"]


def test_aead_refuses_what_wycheproof_calls_invalid() -> None:
    modified = [test for test in _tests("chacha20_poly1305.json") if "ModifiedTag" in test["flags"]]
    assert len(modified) == 60
    for test in modified:
        key, nonce, aad, ciphertext, tag = _bytes(test, "key", "iv", "aad", "ct", "tag")
        assert open_bytes(key, nonce, ciphertext + tag, aad) is None, test["tcId"]


def test_aead_takes_no_other_nonce_size() -> None:
    odd = [test for test in _tests("chacha20_poly1305.json") if "InvalidNonceSize" in test["flags"]]
    assert len(odd) == 9
    for test in odd:
        key, nonce, aad, message = _bytes(test, "key", "iv", "aad", "msg")
        assert len(nonce) != NONCE_BYTES
        with pytest.raises(ValueError, match=r"[Nn]once"):
            seal_bytes(key, nonce, message, aad)


@pytest.mark.parametrize("length", range(16))
def test_aead_opens_nothing_shorter_than_a_tag(length: int) -> None:
    assert open_bytes(bytes(32), bytes(12), bytes(length), b"") is None


def test_hkdf_answers_as_wycheproof_says() -> None:
    for test in _tests("hkdf_sha256.json"):
        ikm, salt, info, okm = _bytes(test, "ikm", "salt", "info", "okm")
        assert HKDF(SHA256(), test["size"], salt, info).derive(ikm) == okm, test["tcId"]


def test_argon2id_answers_as_rfc_9106_says() -> None:
    # Section 5.3.
    argon2 = Argon2id(
        salt=b"\x02" * 16, length=32, iterations=3, lanes=4, memory_cost=32, ad=b"\x04" * 12, secret=b"\x03" * 8
    )
    answer = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert argon2.derive(b"\x01" * 32).hex() == answer


@pytest.mark.parametrize(
    ("plain", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")],
)
def test_base45_answers_as_rfc_9285_says(plain: bytes, text: str) -> None:
    # Sections 4.3 and 4.4.
    assert base45.b45encode(plain).decode() == text
    assert base45.b45decode(text) == plain
