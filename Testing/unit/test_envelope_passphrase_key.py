"""From passphrases to keys."""

import pytest

from StegoMedLib.envelope.aead import SealingKeys
from StegoMedLib.envelope.key import KEY_TYPES
from StegoMedLib.envelope.passphrase_key import DEFAULT_COST, KeyCost, Passphrase
from StegoMedLib.errors import UnusableInputError

_CHEAP = KeyCost(log2_memory_kib=3, passes=1, lanes=1)
_KEY = Passphrase((b"secret",), _CHEAP)
_SALT = bytes(range(16))


def made(key: Passphrase, salt: bytes = _SALT) -> SealingKeys:
    """What a key makes of a cheap recipe."""
    (keys,) = key.opening(bytes((1, 3, 1, 1)) + salt)
    return keys


def test_default_cost_is_the_designs() -> None:
    assert KeyCost(log2_memory_kib=16, passes=3, lanes=1) == DEFAULT_COST
    assert 2**DEFAULT_COST.log2_memory_kib == 64 * 1024


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
    expected = "c3ebefdbcafec4abc2d142886bb4de1d74db09a43fdb5c73f56122403c5bd844"
    assert [each.hex() for each in Passphrase.to_seal("Grüße").locators()] == [expected]


def test_sealing_keys_never_change() -> None:
    # Computed with argon2-cffi 25.1 and HMAC.
    keys = made(Passphrase.to_seal("Grüße"))
    assert keys.sealing.hex() == "8898cc870df6bea38026f744173abe404b8ba7f8229bdc13d516ca2f405acd4b"
    assert keys.commitment.hex() == "970283c876c2e3ee67721acc5c55c2d9"


def test_every_purpose_has_its_own_key() -> None:
    keys = made(_KEY)
    other_salt = made(_KEY, _SALT[::-1])
    other_passphrase = made(Passphrase((b"Secret",)))
    everything = {bytes(16) + keys.commitment, keys.sealing, other_salt.sealing, other_passphrase.sealing}
    assert len(everything) == 4
    assert keys.commitment not in keys.sealing
    assert len({keys.commitment, other_salt.commitment, other_passphrase.commitment}) == 3


def test_a_recipe_leads_the_key_back_to_what_it_sealed_with() -> None:
    recipe, keys = _KEY.sealing()
    assert recipe[:4] == bytes((1, 3, 1, 1))
    assert _KEY.opening(recipe) == (keys,)
    assert _KEY.sealing()[0] != recipe


def test_a_recipe_of_another_type_of_key_gives_nothing() -> None:
    recipe, _ = _KEY.sealing()
    for version in (0, 2, 255):
        assert _KEY.opening(bytes((version,)) + recipe[1:]) == ()


def test_every_type_of_key_has_its_own_first_byte() -> None:
    assert len({each.VERSION for each in KEY_TYPES}) == len(KEY_TYPES)


def test_keys_do_not_show_themselves() -> None:
    assert "secret" not in f"{_KEY} {_KEY!r} {Passphrase.to_open('secret')!r}"
    keys = made(_KEY)
    assert repr(keys.sealing) not in repr(keys)
    assert "sealing" not in repr(keys)


def test_openssl_without_argon2_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

    def unsupported(**_: object) -> None:
        raise UnsupportedAlgorithm("no argon2")

    monkeypatch.setattr("StegoMedLib.envelope.passphrase_key.Argon2id", unsupported)
    for derive in (_KEY.locators, _KEY.sealing):
        with pytest.raises(UnusableInputError, match=r"OpenSSL 3\.2"):
            derive()
