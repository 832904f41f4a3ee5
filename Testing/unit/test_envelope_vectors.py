"""The primitives of the envelope against published answers: Wycheproof and the RFCs."""

import hmac
import json
import lzma
from pathlib import Path
from typing import Any

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from StegoMedLib.envelope import Identity, Recipient
from StegoMedLib.envelope.aead import NONCE_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.pem import identity_from_pem, recipient_from_pem
from StegoMedLib.errors import UnusableKeyError

_VECTORS = Path(__file__).parent / "vectors"


def _tests(name: str) -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = json.loads(lzma.decompress((_VECTORS / f"{name}.json.xz").read_bytes()))
    return tests


def _bytes(test: dict[str, Any], *fields: str) -> list[bytes]:
    return [bytes.fromhex(test[field]) for field in fields]


def test_aead_seals_as_wycheproof_says() -> None:
    valid = [test for test in _tests("chacha20_poly1305") if test["result"] == "valid"]
    assert len(valid) == 256
    for test in valid:
        key, nonce, aad, message, ciphertext, tag = _bytes(test, "key", "iv", "aad", "msg", "ct", "tag")
        assert seal_bytes(key, nonce, message, aad) == ciphertext + tag, test["tcId"]
        assert open_bytes(key, nonce, ciphertext + tag, aad) == message, test["tcId"]


def test_aead_refuses_what_wycheproof_calls_invalid() -> None:
    modified = [test for test in _tests("chacha20_poly1305") if "ModifiedTag" in test["flags"]]
    assert len(modified) == 60
    for test in modified:
        key, nonce, aad, ciphertext, tag = _bytes(test, "key", "iv", "aad", "ct", "tag")
        assert open_bytes(key, nonce, ciphertext + tag, aad) is None, test["tcId"]


def test_aead_takes_no_other_nonce_size() -> None:
    odd = [test for test in _tests("chacha20_poly1305") if "InvalidNonceSize" in test["flags"]]
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
    refused = 0
    for test in _tests("hkdf_sha256"):
        ikm, salt, info, okm = _bytes(test, "ikm", "salt", "info", "okm")
        if test["result"] == "valid":
            assert HKDF(SHA256(), test["size"], salt, info).derive(ikm) == okm, test["tcId"]
            pseudorandom = hmac.new(salt or bytes(32), ikm, "sha256").digest()
            assert HKDFExpand(SHA256(), test["size"], info).derive(pseudorandom) == okm, test["tcId"]
        else:
            refused += 1
            with pytest.raises(ValueError, match="larger than 8160"):
                HKDF(SHA256(), test["size"], salt, info).derive(ikm)
    assert refused == 3


def _key_file(test: dict[str, Any], half: str) -> bytes:
    return str(test[half]).encode()


def test_keys_in_pem_agree_as_wycheproof_says() -> None:
    agreed = 0
    for test in _tests("x25519_pem"):
        (shared,) = _bytes(test, "shared")
        private = X25519PrivateKey.from_private_bytes(identity_from_pem(_key_file(test, "private")).x25519)
        if any(shared):
            public = X25519PublicKey.from_public_bytes(recipient_from_pem(_key_file(test, "public")).x25519)
            assert private.exchange(public) == shared, test["tcId"]
            agreed += 1
        else:  # RFC 9180, section 7.1.4: nothing may be sealed for such a key
            with pytest.raises(UnusableKeyError):
                recipient_from_pem(_key_file(test, "public"))
    assert agreed > 480


def test_mlkem_answers_as_wycheproof_says() -> None:
    tests = _tests("mlkem_768")
    assert len(tests) == 32
    for test in tests:
        seed, ciphertext, shared = _bytes(test, "seed", "c", "K")
        if test["result"] == "valid":
            assert MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(ciphertext) == shared, test["tcId"]
        else:
            with pytest.raises(ValueError, match=r"ciphertext|seed"):
                MLKEM768PrivateKey.from_seed_bytes(seed).decapsulate(ciphertext)


def test_keys_that_are_no_module_lattice_keys_are_refused() -> None:
    # FIPS 203, section 7.2: the modulus check.
    x25519 = Identity.made().recipient.x25519
    tests = _tests("mlkem_768_encaps")
    assert len(tests) == 12
    for test in tests:
        with pytest.raises(UnusableKeyError):
            Recipient(x25519, *_bytes(test, "ek"))


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
