"""Keys that come from files: which options name them, what is refused, and what is never said."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.cli.keys import (
    PASSPHRASE_VARIABLE,
    add_key,
    check_key_source,
    files_of_keys,
    key_is_given,
    key_to_open,
    key_to_seal,
)
from StegoMedLib.envelope import Identity, KeyFile, Passphrase, joined
from StegoMedLib.envelope.pem import identity_from_pem, identity_to_pem, recipient_to_pem
from StegoMedLib.errors import CancelledError, UnusableInputError, UsageError

GOOD = "correct horse battery staple"
PHRASE, KEY = Passphrase(GOOD.encode()), KeyFile(bytes(range(32)))
IDENTITY, HYBRID = Identity(bytes(range(32))), Identity(bytes(range(32)), bytes(range(64)))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of each kind of key, where nobody can be asked."""
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", None)
    for name, content in {
        "phrase": GOOD.encode(),
        "key": KEY.key,
        "a.pem": identity_to_pem(IDENTITY),
        "h.pem": identity_to_pem(HYBRID),
        "a.pub": recipient_to_pem(IDENTITY.recipient),
        "h.pub": recipient_to_pem(HYBRID.recipient),
    }.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(*arguments: str, sealing: bool, prefix: str = "") -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_key(parser, sealing=sealing)
    if prefix:
        add_key(parser, sealing=sealing, prefix=prefix)
    return parser.parse_args(arguments)


def sealing(*arguments: str) -> Any:
    return key_to_seal(asked(*arguments, sealing=True))


def opening(*arguments: str) -> Any:
    return key_to_open(asked(*arguments, sealing=False))


@pytest.mark.usefixtures("files")
def test_one_key_of_each_kind() -> None:
    assert sealing("--key-file", "key") == opening("--key-file", "key") == KEY
    assert sealing("--recipient", "a.pub") == IDENTITY.recipient
    assert sealing("--recipient", "h.pub") == HYBRID.recipient
    assert opening("--identity", "a.pem") == IDENTITY
    assert opening("--identity", "h.pem") == HYBRID


@pytest.mark.usefixtures("files")
def test_keys_of_all_kinds_together() -> None:
    named = ("--passphrase-file", "phrase", "--key-file", "key")
    all_to_seal = sealing(*named, "--recipient", "a.pub", "--recipient", "h.pub", "--recipient", "a.pub")
    assert all_to_seal == joined([PHRASE, KEY, IDENTITY.recipient, HYBRID.recipient])
    assert opening(*named, "--identity", "h.pem", "--identity", "a.pem") == joined([PHRASE, KEY, HYBRID, IDENTITY])


@pytest.mark.usefixtures("files")
def test_the_variable_stands_for_a_passphrase_only_where_no_other_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, GOOD)
    assert sealing() == opening() == PHRASE
    assert sealing("--recipient", "a.pub") == IDENTITY.recipient
    assert opening("--key-file", "key") == KEY


@pytest.mark.usefixtures("files")
def test_a_second_key_has_options_and_a_variable_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = asked("--key-file", "key", "--new-recipient", "a.pub", sealing=True, prefix="new-")
    assert key_to_seal(arguments) == KEY
    assert key_to_seal(arguments, "new-") == IDENTITY.recipient
    assert list(files_of_keys(arguments)) == [Path("key"), Path("a.pub")]

    monkeypatch.setenv(PASSPHRASE_VARIABLE, GOOD)
    monkeypatch.setenv("STEGOMED_NEW_PASSPHRASE", GOOD + " too")
    arguments = asked(sealing=True, prefix="new-")
    assert key_to_seal(arguments) == PHRASE
    assert key_to_seal(arguments, "new-") == Passphrase(f"{GOOD} too".encode())

    monkeypatch.setenv("STEGOMED_NEW_PASSPHRASE", "hospital2026")
    with pytest.raises(UsageError, match="--new-weak-passphrase"):
        key_to_seal(arguments, "new-")
    assert key_to_seal(asked("--new-weak-passphrase", sealing=True, prefix="new-"), "new-")


def test_standard_input_is_not_asked_for_two_passphrases() -> None:
    twice = ("--passphrase-file", "-", "--new-passphrase-file", "-")
    with pytest.raises(UsageError, match="two passphrases"):
        check_key_source(asked(*twice, sealing=True, prefix="new-"))


@pytest.mark.usefixtures("files")
def test_any_named_key_is_one_that_nobody_has_to_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not key_is_given(asked(sealing=True))
    assert key_is_given(asked("--key-file", "key", sealing=True))
    assert key_is_given(asked("--identity", "a.pem", sealing=False))
    monkeypatch.setenv(PASSPHRASE_VARIABLE, GOOD)
    assert key_is_given(asked(sealing=True))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(("--key-file", "nothing"), "no such key file", id="nothing"),
        pytest.param(("--key-file", "."), "is a folder", id="folder"),
        pytest.param(("--key-file", "phrase"), "short cannot be used: a key file has 32 bytes", id="short"),
        pytest.param(("--key-file", "h.pem"), "too long", id="long"),
        pytest.param(("--recipient", "nothing"), "no such public key file", id="no public key"),
        pytest.param(
            ("--recipient", "a.pem"), "a.pem cannot be used: it holds something else", id="private for public"
        ),
        pytest.param(("--recipient", "key"), "must hold one X25519 key", id="key file for public"),
        pytest.param(("--identity", "a.pub"), "must hold one X25519 key", id="public for private"),
        pytest.param(("--identity", "nothing"), "no such private key file", id="no private key"),
    ],
)
def test_what_holds_no_such_key_is_refused(files: Path, arguments: tuple[str, str], why: str) -> None:
    (files / "phrase").write_bytes(b"short cannot be used")
    (files / "phrase").rename(files / "short")
    option, name = arguments
    name = "short" if name == "phrase" else name
    with pytest.raises(UnusableInputError, match=why) as caught:
        (opening if option == "--identity" else sealing)(option, name)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
@pytest.mark.parametrize(("name", "option"), [("key", "--key-file"), ("a.pem", "--identity")])
def test_a_secret_that_others_may_read_is_warned_of(
    name: str, option: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opening(option, name)
    assert capsys.readouterr().err == ""
    for mode in (0o640, 0o604, 0o620):
        (files / name).chmod(mode)
        opening(option, name)
        assert "chmod 600" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
def test_a_public_key_is_for_everybody(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "a.pub").chmod(0o644)
    sealing("--recipient", "a.pub")
    assert capsys.readouterr().err == ""


def _locked(files: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    private = load_pem_private_key((files / "a.pem").read_bytes(), None)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hunter2"))
    (files / "a.pem").write_bytes(pem)


def test_the_password_of_a_private_key_is_asked_for(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _locked(files)
    with pytest.raises(UnusableInputError, match="encrypted, and there is no terminal"):
        opening("--identity", "a.pem")

    answers, stdin = ["hunter2", "hunter3"], io.StringIO()
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("getpass.getpass", lambda _: answers.pop(0))
    assert opening("--identity", "a.pem") == IDENTITY
    with pytest.raises(UnusableInputError, match="not its password") as caught:
        opening("--identity", "a.pem")
    assert "hunter" not in str(caught.value)

    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    with pytest.raises(CancelledError):
        opening("--identity", "a.pem")


@pytest.mark.usefixtures("files")
def test_too_many_recipients_are_refused() -> None:
    names = []
    for number in range(17):
        Path(f"{number}.pub").write_bytes(recipient_to_pem(Identity.made().recipient))
        names += ["--recipient", f"{number}.pub"]
    with pytest.raises(UsageError, match="at most 16 keys"):
        sealing(*names)


@pytest.mark.usefixtures("files")
def test_what_is_said_of_a_key_does_not_hold_it() -> None:
    assert identity_from_pem(Path("a.pem").read_bytes()) == IDENTITY
    assert "x00" not in repr(opening("--identity", "a.pem"))
