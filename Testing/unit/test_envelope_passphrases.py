"""One rule for passphrases, against the published vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.envelope import Passphrase
from StegoMedLib.envelope.passphrases import prepare_passphrase
from StegoMedLib.errors import UsageError

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "passphrases.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("vector", VECTORS["prepared"], ids=lambda vector: vector["name"])
def test_passphrases_are_prepared_as_published(vector: dict[str, Any]) -> None:
    prepared = prepare_passphrase(vector["given"])
    assert prepared.hex() == vector["prepared"]
    assert prepare_passphrase(vector["given"].encode()) == prepare_passphrase(prepared) == prepared
    assert Passphrase.typed(vector["given"]).locators()[0].hex() == vector["locator"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_what_nobody_can_type_is_refused_as_published(vector: dict[str, Any]) -> None:
    for given in (vector["given"], vector["given"].encode()):
        with pytest.raises(UsageError, match=vector["why"]) as caught:
            prepare_passphrase(given)
        assert caught.value.__context__ is None
        assert "pass" not in str(caught.value).replace("passphrase", "")


@pytest.mark.parametrize(
    "passphrase", ["", "x" * 1025, "\u00fc" * 513, "secret \ud800", b"secret \xff", "\ufeffsecret".encode("utf-16")]
)
def test_a_refusal_does_not_repeat_the_passphrase(passphrase: str | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        prepare_passphrase(passphrase)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_utf_16_gets_its_remedy() -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        with pytest.raises(UsageError, match=r"save it.* as UTF-8"):
            prepare_passphrase("pass word".encode(encoding))


@pytest.mark.parametrize("length", [1, 1024])
def test_the_limits_themselves_are_passphrases(length: int) -> None:
    assert len(prepare_passphrase("x" * length)) == length


def test_the_limit_is_that_of_the_prepared_form() -> None:
    longer = "\ufdfa" * 100  # one character that form KC writes out as eighteen
    with pytest.raises(UsageError, match="1 to 1024 bytes"):
        prepare_passphrase(longer)
