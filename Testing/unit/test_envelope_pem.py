"""Keys of recipients as other programs write and read them, and HPKE as another implementation has it."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from StegoMedLib.envelope import Identity
from StegoMedLib.envelope.pem import (
    identity_from_pem,
    identity_to_pem,
    is_encrypted,
    recipient_from_pem,
    recipient_to_pem,
)
from StegoMedLib.envelope.slots import Slot, SlotType
from StegoMedLib.errors import UnusableKeyError
from StegoMedLib.labels import label

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY, HYBRID = Identity(bytes(range(32))), Identity(bytes(range(32)), bytes(range(64)))
PRIVATE, PUBLIC = identity_to_pem(IDENTITY), recipient_to_pem(IDENTITY.recipient)
EC = generate_private_key(SECP256R1())
EC_PRIVATE = EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
EC_PUBLIC = EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
EC_TRADITIONAL = EC.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def encrypted(password: bytes, identity: Identity = IDENTITY) -> bytes:
    blocks = halves(identity_to_pem(identity)) if identity.mlkem768 else [identity_to_pem(identity)]
    secrecy = BestAvailableEncryption(password)
    keys = [load_pem_private_key(each, None) for each in blocks]
    return b"".join(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secrecy) for key in keys)


def halves(pem: bytes) -> list[bytes]:
    """The blocks of a file of two keys."""
    first, second, rest = pem.partition(b"-----BEGIN")[2].partition(b"-----BEGIN")
    assert second
    return [b"-----BEGIN" + first, b"-----BEGIN" + rest]


@pytest.mark.parametrize("identity", [IDENTITY, HYBRID], ids=["X25519", "hybrid"])
def test_what_is_written_is_read(identity: Identity) -> None:
    assert identity_from_pem(identity_to_pem(identity)) == identity
    assert recipient_from_pem(recipient_to_pem(identity.recipient)) == identity.recipient
    assert not is_encrypted(identity_to_pem(identity))


def test_each_key_stands_in_a_block_of_its_own_that_others_read() -> None:
    private, public = halves(identity_to_pem(HYBRID)), halves(recipient_to_pem(HYBRID.recipient))
    x25519, mlkem768 = (load_pem_private_key(each, None) for each in private)
    assert isinstance(x25519, X25519PrivateKey)
    assert isinstance(mlkem768, MLKEM768PrivateKey)
    assert [load_pem_public_key(each) for each in public] == [x25519.public_key(), mlkem768.public_key()]


def test_order_remarks_and_line_ends_do_not_matter() -> None:
    for pem, read, expected in (
        (identity_to_pem(HYBRID), identity_from_pem, HYBRID),
        (recipient_to_pem(HYBRID.recipient), recipient_from_pem, HYBRID.recipient),
    ):
        first, second = halves(pem)
        for changed in (second + first, b"Jane Doe\n" + first + b"\nquantum\n" + second, pem.replace(b"\n", b"\r\n")):
            assert read(changed) == expected


def test_an_identity_may_stand_beside_its_public_key() -> None:
    assert identity_from_pem(PUBLIC + PRIVATE) == IDENTITY


def test_encrypted_keys_open_with_their_password() -> None:
    for identity in (IDENTITY, HYBRID):
        pem = encrypted(b"hunter2", identity)
        assert is_encrypted(pem)
        assert identity_from_pem(pem, b"hunter2") == identity
        for password in (None, b"", b"hunter3"):
            with pytest.raises(UnusableKeyError, match="encrypted"):
                identity_from_pem(pem, password)


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\x00" * 1000, id="no text"),
        pytest.param(PUBLIC, id="public"),
        pytest.param(PRIVATE + PRIVATE, id="two of a kind"),
        pytest.param(PRIVATE[:-20], id="cut off"),
        pytest.param(PRIVATE.replace(b"MC4C", b"MC4D"), id="damaged"),
        pytest.param(halves(identity_to_pem(HYBRID))[1], id="ML-KEM alone"),
        pytest.param(EC_PRIVATE, id="another curve"),
        pytest.param(EC_TRADITIONAL, id="another format"),
        pytest.param(PRIVATE + EC_PRIVATE, id="another curve beside it"),
        pytest.param(b"x" * 70_000 + PRIVATE, id="far behind"),
    ],
)
def test_what_is_no_identity_is_refused_and_not_repeated(pem: bytes) -> None:
    with pytest.raises(UnusableKeyError) as caught:
        identity_from_pem(pem)
    assert caught.value.__cause__ is None
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(PUBLIC + PUBLIC, id="two of a kind"),
        pytest.param(PUBLIC.replace(b"MCow", b"MCox"), id="damaged"),
        pytest.param(halves(recipient_to_pem(HYBRID.recipient))[1], id="ML-KEM alone"),
        pytest.param(EC_PUBLIC, id="another curve"),
        pytest.param(recipient_to_pem(HYBRID.recipient) + EC_PUBLIC, id="another curve beside it"),
    ],
)
def test_what_is_no_recipient_is_refused(pem: bytes) -> None:
    with pytest.raises(UnusableKeyError, match="must hold one X25519 key"):
        recipient_from_pem(pem)


@pytest.mark.parametrize("pem", [PRIVATE, encrypted(b"x"), PUBLIC + PRIVATE])
def test_a_private_key_where_a_public_one_belongs_is_warned_of(pem: bytes) -> None:
    with pytest.raises(UnusableKeyError, match="keep private keys to yourself"):
        recipient_from_pem(pem)


openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL's program is not installed")


def run(*arguments: object, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True).stdout


@openssl
def test_openssl_reads_our_keys() -> None:
    for identity in (IDENTITY, HYBRID):  # of two keys it takes the first, which it knows
        assert run("pkey", "-pubout", given=identity_to_pem(identity)) == PUBLIC
        assert run("pkey", "-pubin", "-outform", "DER", given=recipient_to_pem(identity.recipient)).endswith(
            identity.recipient.x25519
        )


@openssl
def test_openssls_keys_are_read(tmp_path: Path) -> None:
    private = run("genpkey", "-algorithm", "X25519")
    identity = identity_from_pem(private)
    assert recipient_from_pem(run("pkey", "-pubout", given=private)) == identity.recipient
    (tmp_path / "password").write_text("hunter2\n")
    locked = run("pkey", "-aes256", "-passout", f"file:{tmp_path / 'password'}", given=private)
    assert identity_from_pem(locked, b"hunter2") == identity


def by_hand(private: Identity, body: bytes, info: bytes) -> bytes:
    """HPKE (RFC 9180, sections 4 and 5.1) over X-Wing (draft-connolly-cfrg-xwing-kem), hash by hash."""
    suite = b"HPKE" + bytes.fromhex("647a00010003")
    mlkem, x25519, sealed = body[:1088], body[1088:1120], body[1120:]
    half = X25519PrivateKey.from_private_bytes(private.x25519)
    parts = (
        MLKEM768PrivateKey.from_seed_bytes(private.mlkem768).decapsulate(mlkem),
        half.exchange(X25519PublicKey.from_public_bytes(x25519)),
        x25519,
        half.public_key().public_bytes_raw(),
        bytes.fromhex("5c2e2f2f5e5c"),
    )

    def extract(salt: bytes, name: bytes, key: bytes) -> bytes:
        return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + name + key, "sha256").digest()

    def expand(key: bytes, name: bytes, context: bytes, length: int) -> bytes:
        labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + context
        return hmac.new(key, labelled + b"\x01", "sha256").digest()[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(hashlib.sha3_256(b"".join(parts)).digest(), b"secret", b"")
    key, nonce = expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, b"")


def test_a_hybrid_slot_opens_by_the_published_formulas() -> None:
    secret = bytes(range(32))
    assert by_hand(HYBRID, HYBRID.recipient.wrapping(secret).body, label("recipient")) == secret


def test_another_implementation_of_hpke_seals_and_opens_the_same() -> None:
    pyhpke = pytest.importorskip("pyhpke", reason="pyhpke, the second opinion on HPKE, is not installed")
    suite = pyhpke.CipherSuite.new(
        pyhpke.KEMId.DHKEM_X25519_HKDF_SHA256, pyhpke.KDFId.HKDF_SHA256, pyhpke.AEADId.CHACHA20_POLY1305
    )
    secret, info = bytes(range(32)), label("recipient")
    private, public = (pyhpke.KEMKey.from_pem(pem.decode()) for pem in (PRIVATE, PUBLIC))

    body = IDENTITY.recipient.wrapping(secret).body
    assert suite.create_recipient_context(body[:32], private, info=info).open(body[32:]) == secret

    encapsulated, sender = suite.create_sender_context(public, info=info)
    assert IDENTITY.opening(Slot(SlotType.X25519, encapsulated + sender.seal(secret))) == secret

    other_info, sender = suite.create_sender_context(public, info=info + b"s")
    assert IDENTITY.opening(Slot(SlotType.X25519, other_info + sender.seal(secret))) is None
