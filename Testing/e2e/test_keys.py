"""Key files and recipients through the command line: made, embedded with, extracted with, and never overwritten."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib.envelope import Identity, KeyFile
from StegoMedLib.envelope.pem import identity_from_pem, identity_to_pem, recipient_from_pem, recipient_to_pem
from StegoMedLib.files import PRIVATE, write_whole

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"STEGOMED_PASSPHRASE": "correct horse battery staple"}
FINDER = ("--finder", "threshold")
NOTE = ("--record", "text", "--from", "note.txt")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with a key file, and keys of three recipients, one of them hybrid."""
    (tmp_path / "note.txt").write_text("found", encoding="utf-8")
    (tmp_path / "phrase").write_text(GOOD["STEGOMED_PASSPHRASE"], encoding="utf-8")
    write_whole(tmp_path / "key.bin", KeyFile.made().key, mode=PRIVATE)
    for name in ("anna", "hanna", "stranger"):
        identity = Identity.made(hybrid=name == "hanna")
        write_whole(tmp_path / f"{name}.pem", identity_to_pem(identity), mode=PRIVATE)
        write_whole(tmp_path / f"{name}.pub", recipient_to_pem(identity.recipient))
    return tmp_path


def read(result: subprocess.CompletedProcess[str]) -> bool:
    assert "Traceback" not in result.stderr
    return result.returncode == 0 and "found" in result.stderr


def embedded(stegomed: Any, source: Path, *options: object) -> None:
    done = stegomed("embed", source, "out", *FINDER, *NOTE, *options)
    assert done.returncode == 0, done.stderr


def test_keys_are_made_for_their_owner_and_never_replaced(stegomed: Any, tmp_path: Path) -> None:
    keys = tmp_path
    for wanted in (
        ("key.bin",),
        ("anna.pem", "--recipient", "anna.pub"),
        ("hanna.pem", "--recipient", "hanna.pub", "--hybrid"),
    ):
        made = stegomed("keygen", *wanted)
        assert made.returncode == 0, made.stderr
        assert made.stdout == ""
        assert "safe place" in made.stderr
    assert (keys / "key.bin").stat().st_size == 32
    for name in ("anna", "hanna"):
        identity = identity_from_pem((keys / f"{name}.pem").read_bytes())
        assert recipient_from_pem((keys / f"{name}.pub").read_bytes()) == identity.recipient
        assert bool(identity.mlkem768) == (name == "hanna")
    if os.name == "posix":
        modes = {name: (keys / name).stat().st_mode & 0o77 for name in ("key.bin", "anna.pem", "hanna.pem")}
        assert set(modes.values()) == {0}
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    (keys / "link").symlink_to("nowhere")
    for arguments in (
        ("key.bin",),
        ("link",),
        ("key.bin", "--recipient", "new.pub"),
        ("new.pem", "--recipient", "anna.pub"),
    ):
        result = stegomed("keygen", *arguments)
        assert result.returncode == 3
        assert "no key is ever replaced" in result.stderr
    for refused, why in ((("new", "--hybrid"), "--recipient"), (("new", "--recipient", "./new"), "separate files")):
        result = stegomed("keygen", *refused)
        assert result.returncode == 2
        assert why in result.stderr
    (keys / "link").unlink()
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


@pytest.mark.usefixtures("keys")
def test_a_key_file_embeds_and_extracts(phantom_folder: Path, stegomed: Any) -> None:
    embedded(stegomed, phantom_folder, "--key-file", "key.bin")

    assert read(stegomed("extract", "out", "--key-file", "key.bin"))
    for other in (("--identity", "anna.pem"), ("--passphrase-file", "phrase")):
        assert stegomed("extract", "out", *other).returncode == 4


@pytest.mark.usefixtures("keys")
def test_everybody_a_record_is_sealed_for_extracts_it_alone(phantom_folder: Path, stegomed: Any) -> None:
    everybody = ("--passphrase-file", "phrase", "--key-file", "key.bin", "--recipient", "anna.pub")
    embedded(stegomed, phantom_folder, *everybody, "--recipient", "hanna.pub", "--profile", "capacity")

    assert read(stegomed("extract", "out", env=GOOD))
    assert read(stegomed("extract", "out", "--key-file", "key.bin"))
    for identity in ("anna.pem", "hanna.pem"):
        assert read(stegomed("extract", "out", "--identity", identity))
    assert read(stegomed("extract", "out", "--identity", "stranger.pem", "--identity", "anna.pem"))
    assert stegomed("extract", "out", "--identity", "stranger.pem").returncode == 4
    assert stegomed("extract", "out", "--identity", "anna.pub").returncode == 3


@pytest.mark.usefixtures("keys")
def test_recipients_that_take_too_much_are_told_in_bytes(phantom_folder: Path, stegomed: Any) -> None:
    result = stegomed("embed", phantom_folder, "out", *FINDER, *NOTE, "--recipient", "hanna.pub")
    assert result.returncode == 5
    assert "beside 1169 bytes of keys, and" in result.stderr
    assert "bytes too long" in result.stderr


@pytest.mark.usefixtures("keys")
def test_a_record_for_recipients_is_spread(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    options = ("--profile", "capacity", "--mode", "spread", "--recipient", "hanna.pub", "--recipient", "anna.pub")
    embedded(stegomed, phantom_folder, *options)
    (tmp_path / "out" / min(path.name for path in (tmp_path / "out").iterdir())).unlink()
    assert read(stegomed("extract", "out", "--identity", "anna.pem"))


@pytest.mark.usefixtures("keys")
def test_no_report_is_written_over_a_key(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "--recipient", "anna.pub")
    before = (tmp_path / "anna.pem").read_bytes()
    result = stegomed("extract", "out", "--identity", "anna.pem", "--json", "anna.pem")
    assert result.returncode == 3
    assert (tmp_path / "anna.pem").read_bytes() == before


@pytest.mark.usefixtures("keys")
def test_reports_hold_nothing_of_keys(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "--key-file", "key.bin", "--json", "report.json")
    report = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert json.loads(report)
    assert (tmp_path / "key.bin").read_bytes().hex() not in report


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL's program is not installed")
def test_keys_that_openssl_made(phantom_folder: Path, stegomed: Any, keys: Path) -> None:
    for arguments in (
        ("genpkey", "-algorithm", "X25519", "-out", "o.pem"),
        ("pkey", "-in", "o.pem", "-pubout", "-out", "o.pub"),
    ):
        subprocess.run(["openssl", *arguments], cwd=keys, check=True, capture_output=True)
    embedded(stegomed, phantom_folder, "--recipient", "o.pub")
    assert read(stegomed("extract", "out", "--identity", "o.pem"))
