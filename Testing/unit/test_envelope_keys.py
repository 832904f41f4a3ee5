"""Key files, recipients and rings of keys."""

from __future__ import annotations

import pytest

from StegoMedLib.envelope import Identity, KeyCost, KeyFile, Passphrase, Recipient, SingleKey, joined
from StegoMedLib.envelope.derivation import public_locator
from StegoMedLib.envelope.slots import MOST_SLOTS, Slot, SlotType
from StegoMedLib.errors import UnusableKeyError, UsageError

PASSPHRASE, FILE = Passphrase(b"correct horse", KeyCost(3, 1, 1)), KeyFile(bytes(range(32)))
IDENTITY, HYBRID = Identity(bytes(range(32))), Identity(bytes(range(32)), bytes(range(64)))


def test_the_public_locator_never_changes() -> None:
    # Computed with HMAC, as are the others here: a change would make all marked images unreadable.
    assert public_locator().hex() == "6a935f500339e1a29f0f3961f6e7c858ada31dab72d67bfab1f09442f330a268"


def test_what_comes_from_a_key_file_never_changes() -> None:
    own, public = FILE.locators()
    secret = FILE.opening(Slot(SlotType.KEY_FILE, bytes(range(16))))
    assert own.hex() == "da6ba7b8ab13bf8670835cffb153be4f10b6a23e128b95b6c4fad355764e3b32"
    assert public == public_locator()
    assert secret is not None
    assert secret.hex() == "c35dec44b8cfd0b6ab2895568d50c723710f85b6f7bafbebeada0d2fb9e376e8"


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_file_of_another_length_is_none(length: int) -> None:
    with pytest.raises(UnusableKeyError, match=f"32 bytes, and this one has {length}"):
        KeyFile(bytes(length))


def test_made_keys_differ() -> None:
    assert len({KeyFile.made(), KeyFile.made()}) == 2
    assert len({Identity.made(), Identity.made(), Identity.made(hybrid=True)}) == 3


def test_keys_show_nothing_of_themselves() -> None:
    for key in (FILE, IDENTITY, HYBRID, PASSPHRASE, joined([FILE, HYBRID])):
        said = f"{key} {key!r}"
        assert "\\x01" not in said
        assert "horse" not in said


def test_of_several_keys_each_finds_what_all_embed() -> None:
    """The first locator is for embedding, and every key must know it."""
    keys: list[SingleKey] = [PASSPHRASE, FILE, IDENTITY, HYBRID]
    some: list[SingleKey] = [FILE, IDENTITY.recipient]
    for ring in (keys, keys[:2], keys[2:], some):
        assert all(joined(ring).locators()[0] in key.locators() for key in ring)
    for key in keys:
        assert key.locators()[0] in joined(keys).locators()
    assert IDENTITY.locators() == IDENTITY.recipient.locators() == (public_locator(),)


def test_positions_of_one_secret_alone_are_known_to_nobody_else() -> None:
    for key in (PASSPHRASE, FILE):
        assert joined([key]).locators()[0] != public_locator()


def test_equal_keys_count_once() -> None:
    assert joined([FILE, KeyFile(bytes(range(32)))]) is FILE
    assert joined([IDENTITY.recipient] * 20).slot_bytes == 81


def test_there_is_one_passphrase_one_key_file_and_sixteen_keys_in_all() -> None:
    with pytest.raises(UsageError, match="no key"):
        joined([])
    with pytest.raises(UsageError, match="one passphrase"):
        joined([PASSPHRASE, Passphrase(b"battery staple")])
    with pytest.raises(UsageError, match="one key file"):
        joined([FILE, KeyFile(bytes(32)), PASSPHRASE])
    many = [Identity.made().recipient for _ in range(MOST_SLOTS + 1)]
    joined(many[1:])
    with pytest.raises(UsageError, match="at most 16 keys"):
        joined(many)


@pytest.mark.parametrize(
    ("x25519", "mlkem768"),
    [
        pytest.param(bytes(32), b"", id="low order"),
        pytest.param(b"\x01" + bytes(31), b"", id="low order one"),
        pytest.param(bytes(31), b"", id="too short"),
        pytest.param(IDENTITY.recipient.x25519, b"x", id="no ML-KEM key"),
        pytest.param(IDENTITY.recipient.x25519, b"\xff" * 1184, id="coefficients too large"),
        pytest.param(bytes(32), HYBRID.recipient.mlkem768, id="low order beside ML-KEM"),
    ],
)
def test_nothing_is_sealed_for_what_is_no_public_key(x25519: bytes, mlkem768: bytes) -> None:
    with pytest.raises(UnusableKeyError) as caught:
        Recipient(x25519, mlkem768)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(("x25519", "mlkem768"), [(b"", b""), (bytes(33), b""), (bytes(32), bytes(63))])
def test_what_is_no_private_key_is_refused(x25519: bytes, mlkem768: bytes) -> None:
    with pytest.raises(UnusableKeyError):
        Identity(x25519, mlkem768)


def test_a_hybrid_identity_opens_nothing_that_is_sealed_for_its_weaker_half() -> None:
    alone = Identity(HYBRID.x25519)
    assert HYBRID.opening(alone.wrapping(bytes(32))) is None
    assert alone.opening(HYBRID.wrapping(bytes(32))) is None


def test_a_cryptography_without_ml_kem_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

    def unsupported(*_: object) -> None:
        raise UnsupportedAlgorithm("no ML-KEM")

    monkeypatch.setattr("StegoMedLib.envelope.recipients.MLKEM768PrivateKey.from_seed_bytes", unsupported)
    with pytest.raises(UnusableKeyError, match=r"OpenSSL 3\.5"):
        Identity.made(hybrid=True)
    assert Identity.made().recipient
