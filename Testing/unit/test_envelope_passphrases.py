"""One rule for passphrases, against the published vectors; what earlier versions sealed still opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.envelope import (
    KeyCost,
    Opener,
    Passphrase,
    Sealer,
    TextRecord,
)
from StegoMedLib.envelope.passphrases import passphrase_forms, prepare_passphrase
from StegoMedLib.errors import NothingReadableError, UsageError

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "passphrases.json").read_text(encoding="utf-8")
)


def as_taken(vector: dict[str, Any]) -> bytes | str:
    """What earlier versions made of a file; everything else they took as it was."""
    given = str(vector["given"])
    if vector["way"] != "file":
        return given
    return given.encode().removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n").removesuffix(b"\r")


@pytest.mark.parametrize("vector", VECTORS["prepared"], ids=lambda vector: vector["name"])
def test_passphrases_are_prepared_as_published(vector: dict[str, Any]) -> None:
    prepared = prepare_passphrase(vector["given"])
    assert prepared.hex() == vector["prepared"]
    assert prepare_passphrase(vector["given"].encode()) == prepare_passphrase(prepared) == prepared
    assert Passphrase.to_seal(vector["given"]).locators()[0].hex() == vector["locator"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_what_nobody_can_type_is_refused_as_published(vector: dict[str, Any]) -> None:
    for given in (vector["given"], vector["given"].encode()):
        with pytest.raises(UsageError, match=vector["why"]) as caught:
            prepare_passphrase(given)
        assert caught.value.__context__ is None
        assert "pass" not in str(caught.value).replace("passphrase", "")


@pytest.mark.parametrize("vector", VECTORS["older"], ids=lambda vector: vector["record"])
def test_what_an_earlier_version_sealed_opens(vector: dict[str, Any]) -> None:
    key = Passphrase.to_open(vector["given"], as_taken(vector))
    assert key.forms[-1].hex() == vector["older"]
    assert key.locators()[-1].hex() == vector["locator"]
    assert Opener(key).open(vector["envelope"]) == TextRecord(vector["record"])


@pytest.mark.parametrize("vector", VECTORS["older"][:2], ids=lambda vector: vector["record"])
def test_the_present_form_comes_first_and_seals(vector: dict[str, Any]) -> None:
    present, older = passphrase_forms(vector["given"])
    assert present == prepare_passphrase(vector["given"]) != older
    with pytest.raises(NothingReadableError):
        Opener(Passphrase((present,))).open(vector["envelope"])
    key = Passphrase((present, older), KeyCost(3, 1, 1))
    sealed = Sealer(key).seal(TextRecord("new"))
    assert Opener(Passphrase.to_seal(vector["given"])).open(sealed) == TextRecord("new")
    assert Opener(key).open(sealed) == TextRecord("new")


@pytest.mark.parametrize("passphrase", ["correct horse battery staple", "Gr\u00fc\u00dfe", "a  b", "\U0001f600"])
def test_nearly_all_passphrases_have_one_form(passphrase: str) -> None:
    assert passphrase_forms(passphrase) == (prepare_passphrase(passphrase),)


@pytest.mark.parametrize(
    "passphrase", ["", "x" * 1025, "\u00fc" * 513, "secret \ud800", b"secret \xff", "\ufeffsecret".encode("utf-16")]
)
def test_what_no_version_took_is_refused_for_opening_too(passphrase: str | bytes) -> None:
    for refuse in (prepare_passphrase, passphrase_forms):
        with pytest.raises(UsageError) as caught:
            refuse(passphrase)
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
    assert passphrase_forms(longer) == (longer.encode(),)
