"""From passphrases to keys."""

import pytest

from StegoMedLib.envelope.derivation import EnvelopeKeys, envelope_keys, public_locator
from StegoMedLib.envelope.passphrase_key import DEFAULT_COST, LOCATOR_COST, KeyCost, Passphrase
from StegoMedLib.envelope.slots import Slot, SlotType
from StegoMedLib.envelope.wrapping import unwrap_secret
from StegoMedLib.errors import UnusableInputError

_CHEAP = KeyCost(log2_memory_kib=3, passes=1, lanes=1)
_KEY = Passphrase(b"secret", _CHEAP)
_SALT = bytes(range(16))


def made(key: Passphrase, salt: bytes = _SALT) -> EnvelopeKeys:
    """What a key makes of a cheap slot."""
    secret = key.opening(Slot(SlotType.PASSPHRASE, bytes((3, 1, 1)) + salt))
    assert secret is not None
    return envelope_keys(secret)


def test_default_cost_is_the_second_recommended_option_whole() -> None:
    # RFC 9106, section 4: t = 3, p = 4, 2^16 KiB.
    assert KeyCost(log2_memory_kib=16, passes=3, lanes=4) == DEFAULT_COST == LOCATOR_COST
    assert 2**DEFAULT_COST.log2_memory_kib == 64 * 1024


def test_positions_do_not_depend_on_the_cost_of_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Passphrase(b"secret").locators()
    monkeypatch.setattr("StegoMedLib.envelope.passphrase_key.DEFAULT_COST", KeyCost(17, 4, 4))
    assert Passphrase(b"secret").locators() == Passphrase(b"secret", _CHEAP).locators() == before


@pytest.mark.parametrize("cost", [DEFAULT_COST, KeyCost(18, 10, 4), KeyCost(3, 1, 1), KeyCost(5, 1, 4)])
def test_costs_within_the_caps_are_acceptable(cost: KeyCost) -> None:
    assert cost.acceptable


@pytest.mark.parametrize(
    "cost",
    [
        KeyCost(19, 3, 1),
        KeyCost(255, 3, 1),
        KeyCost(2, 1, 1),
        KeyCost(16, 11, 1),
        KeyCost(16, 0, 1),
        KeyCost(16, 3, 5),
        KeyCost(16, 3, 0),
        KeyCost(4, 1, 4),
    ],
)
def test_costs_beyond_the_caps_are_not(cost: KeyCost) -> None:
    assert not cost.acceptable


def test_locator_key_never_changes() -> None:
    # Computed with argon2-cffi 25.1 and HMAC: a change would make all marked images unreadable.
    own, public = Passphrase.typed("Grüße").locators()
    assert own.hex() == "e67993237bc3a64a8c4cdad6dfae7357c63f67d72f4d8be0263d37ba482bf4ae"
    assert public == public_locator()


def test_keys_of_an_envelope_never_change() -> None:
    # Computed with argon2-cffi 25.1 and HMAC.
    keys = made(Passphrase.typed("Grüße"))
    assert keys.sealing.hex() == "35a1a3e2697c613d9df5a10bd208b5f0ef9518b64e06f1d921651bb1c6ba3437"
    assert keys.commitment.hex() == "46f2b44fb575711238f987ac6882bb33"
    assert keys.binding.hex() == "efa348020aac23103b4326cf600b959dac49531e0e0a1d1a726b9be4998ac39a"


def test_every_purpose_has_its_own_key() -> None:
    keys = made(_KEY)
    other_salt = made(_KEY, _SALT[::-1])
    other_passphrase = made(Passphrase(b"Secret"))
    everything = {keys.binding, keys.sealing, other_salt.sealing, other_passphrase.sealing, _KEY.locators()[0]}
    assert len(everything) == 5
    assert keys.commitment not in keys.sealing + keys.binding
    assert len({keys.commitment, other_salt.commitment, other_passphrase.commitment}) == 3


def test_a_slot_leads_the_key_back_to_its_secret() -> None:
    (slot,), secret = _KEY.sealing()
    assert slot.body[:3] == bytes((3, 1, 1))
    assert _KEY.opening(slot) == secret
    assert _KEY.sealing()[0] != (slot,)


def test_what_it_wraps_with_is_not_what_it_seals_with() -> None:
    wrapped = _KEY.wrapping(bytes(32))
    assert _KEY.opening(wrapped) == bytes(32)
    direct = _KEY.opening(Slot(SlotType.PASSPHRASE, wrapped.body[:19]))
    assert direct is not None
    assert unwrap_secret(wrapped, direct) is None
    assert Passphrase(b"Secret", _CHEAP).opening(wrapped) is None
    assert _KEY.opening(Slot(wrapped.type, wrapped.body[:3] + bytes(16) + wrapped.body[19:])) is None


def test_keys_do_not_show_themselves() -> None:
    assert "secret" not in f"{_KEY} {_KEY!r} {Passphrase.typed('secret')!r}"
    keys = made(_KEY)
    assert repr(keys.sealing) not in repr(keys)
    assert "sealing" not in repr(keys)


def test_openssl_without_argon2_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

    def unsupported(**_: object) -> None:
        raise UnsupportedAlgorithm("no argon2")

    monkeypatch.setattr("StegoMedLib.envelope.passphrase_key.Argon2id", unsupported)
    for derive in (_KEY.locators, _KEY.sealing, lambda: _KEY.wrapping(bytes(32))):
        with pytest.raises(UnusableInputError, match=r"OpenSSL 3\.2"):
            derive()
