"""``stegomed audit verify``: a sentence, an exit code, and the hash to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from StegoMedLib.audit import Audit

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed

pytestmark = pytest.mark.key_file


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    writer = Audit.open(path)
    for number in range(3):
        writer.note({"action": "deidentify", "files": number})
    return path


def test_an_unbroken_file_gives_the_hash_of_its_last_line(stegomed: Stegomed, audit: Path) -> None:
    done = stegomed("audit", "verify", audit)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == 64
    assert "is as it was written: 4 lines, from 2" in done.stderr
    again = stegomed("audit", "verify", audit, "--last", done.stdout.strip())
    assert again.returncode == 0
    assert "none added since" in again.stderr


def test_lines_that_were_added_are_counted(stegomed: Stegomed, audit: Path) -> None:
    kept = stegomed("audit", "verify", audit).stdout.strip()
    Audit.open(audit).note({})
    done = stegomed("audit", "verify", audit, "--last", kept)
    assert (done.returncode, "1 line of them added since" in done.stderr) == (0, True)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"files":1', b'"files":9', "Line 3 of"),
        (b'"number":4', b'"number":5', "Line 4 of"),
        (b'"}\n', b'"}', "Line 1 of"),
    ],
)
def test_an_edited_file_is_for_a_person(stegomed: Stegomed, audit: Path, old: bytes, new: bytes, sentence: str) -> None:
    audit.write_bytes(audit.read_bytes().replace(old, new))
    done = stegomed("audit", "verify", audit)
    assert (done.returncode, done.stdout) == (6, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shortened_file_is_for_a_person_when_the_last_hash_was_kept(stegomed: Stegomed, audit: Path) -> None:
    kept = stegomed("audit", "verify", audit).stdout.strip()
    audit.write_bytes(b"".join(audit.read_bytes().splitlines(keepends=True)[:-1]))
    assert stegomed("audit", "verify", audit).returncode == 0
    done = stegomed("audit", "verify", audit, "--last", kept)
    assert (done.returncode, done.stdout) == (6, "")
    assert "lines were removed" in done.stderr


def test_what_is_no_audit_file_is_refused(stegomed: Stegomed, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing\n", encoding="utf-8")
    for name in ("notes.txt", "missing.jsonl", "."):
        done = stegomed("audit", "verify", tmp_path / name)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.strip().endswith(".")
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("hash_", ["", "abc", "x" * 64])
def test_what_is_no_hash_is_wrong_usage(stegomed: Stegomed, audit: Path, hash_: str) -> None:
    assert stegomed("audit", "verify", audit, "--last", hash_).returncode == 2
