"""The settings of the service: read from a file, and every mistake in it said at once."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.checking import check
from StegoMedLib.network.config import read_config
from StegoMedLib.network.settings import Node, WebServer

PAGE = Path(__file__).parents[2] / "docs" / "network.md"
LEAST = """
spool = "spool"
[[rules]]
action = "deidentify"
key = "key"
target = "archive"
[targets.archive]
title = "PACS"
host = "127.0.0.1"
port = 104
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(bytes(32))
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "token").write_text("bearer abc\n")
    (tmp_path / "token").chmod(0o600)
    return tmp_path


def _written(folder: Path, text: str) -> Path:
    path = folder / "service.toml"
    path.write_text(text)
    return path


def _problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(UnusableInputError) as caught:
        check(read_config(_written(folder, text)), str)
    return list(caught.value.args)


def test_the_example_of_the_documentation_can_be_used(folder: Path) -> None:
    example, secure = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for name in ("key", "token"):
        example = example.replace(f"/etc/stegomed/{name}", str(folder / name))
    settings = read_config(_written(folder, example))
    check(settings, str)
    assert settings.rule_for("CT1", "MR") is settings.rules[0]
    assert settings.rule_for("CT1", "US") is None
    assert settings.rule_for("CLOUD", "SEG") is settings.rules[1]
    assert isinstance(settings.targets["cloud"], WebServer)
    assert isinstance(settings.targets["archive"], Node)
    assert settings.callers["PACS"].port == 104
    said = _problems(folder, example + secure)
    assert all("which is no file" in each for each in said)


def test_paths_are_those_beside_the_file(folder: Path) -> None:
    settings = read_config(_written(folder, LEAST))
    assert (settings.spool, settings.rules[0].key) == (folder / "spool", folder / "key")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('spool = "spool"', "", "'spool' in service.toml is missing; add it."),
        ('spool = "spool"', 'spool = "spool"\nspol = 1', "'spol' in service.toml is unknown here"),
        ('action = "deidentify"', 'action = "encrypt"', "is none of deidentify, embed, extract, reidentify"),
        ('key = "key"', "", "'key' of [rules 1] in service.toml is missing"),
        ('key = "key"', 'key = "gone"', "which is no file"),
        ('target = "archive"', 'target = "cloud"', "is the name of no [targets.NAME]"),
        ("port = 104", "port = 70000", "is a number from 1 to 65535"),
        ("port = 104", 'port = "104"', "is a whole number"),
        ("port = 104", "port = true", "is a whole number"),
        ('title = "PACS"', 'title = "AN ARCHIVE WITH A LONG NAME"', "is no AE title"),
        ('title = "PACS"', "", "'title' of [targets.archive] in service.toml is missing"),
        ("[targets.archive]", '[targets."a/b"]', "has a name of other than letters"),
        ('action = "deidentify"', 'action = "extract"', "'reports' of [rules 1] in service.toml is missing"),
        ('action = "deidentify"', 'action = "deidentify"\nretain = ["name"]', "and 'name' is none of them"),
        ('action = "deidentify"', 'action = "deidentify"\ncallers = "CT1"', "is a list of texts"),
        ('action = "deidentify"', 'action = "reidentify"\nimages = "archive"', "is the name of no target with a 'url'"),
        ('key = "key"', 'key = "key"\npseudonyms = "key"', "lacks a column"),
        ('key = "key"', 'key = "key"\nencrypted-attributes = ["key"]', "key cannot be used"),
        ('key = "key"', 'key = "key"\nremove = ["NoSuchAttribute"]', "NoSuchAttribute"),
        ("[[rules]]", "[rules]", "is a list of tables"),
        (
            'action = "deidentify"',
            'action = "deidentify"\nretain = ["full-dates", "modified-dates"]',
            "Dates are either kept as they are or moved",
        ),
        ('title = "PACS"', 'title = "PACS"\n[targets.archive.tls]\ncertificate = "key"', "goes with 'key'"),
        ("[[rules]]", '[listen.tls]\ncertificate = "key"\nkey = "key"\n[[rules]]', "cannot be used"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(folder: Path, before: str, after: str, said: str) -> None:
    assert before in LEAST
    problems = _problems(folder, LEAST.replace(before, after, 1))
    assert any(said in each for each in problems), problems
    assert all(each.endswith(".") and each.isprintable() for each in problems)


def test_all_mistakes_are_said_at_once(folder: Path) -> None:
    text = LEAST.replace('key = "key"', "").replace("port = 104", "port = 0")
    assert len(_problems(folder, text)) == 2


@pytest.mark.parametrize("content", [b"spool = ", b"\xff\xfe", b"[a]\n[a]"], ids=["broken", "no text", "twice"])
def test_what_is_no_toml_is_said(folder: Path, content: bytes) -> None:
    (folder / "service.toml").write_bytes(content)
    with pytest.raises(UnusableInputError, match=r"is no TOML file.*\.$"):
        read_config(folder / "service.toml")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_key_that_others_may_read_is_told(folder: Path) -> None:
    (folder / "key").chmod(0o644)
    told: list[str] = []
    check(read_config(_written(folder, LEAST)), told.append)
    assert ["Other users of this computer may read" in each for each in told] == [True]


def test_a_passphrase_that_is_easy_to_guess_is_refused_for_sealing_and_taken_for_opening(folder: Path) -> None:
    (folder / "word").write_text("secret1\n")
    text = LEAST.replace('key = "key"', 'passphrase = "word"')
    assert "could be guessed" in _problems(folder, text)[0]
    check(read_config(_written(folder, text.replace("deidentify", "reidentify"))), str)
