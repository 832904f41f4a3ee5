"""An audit file shows what was done, and that nobody changed a line of it since."""

from __future__ import annotations

import errno
import getpass
import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.audit import Audit, verify
from StegoMedLib.audit_chain import first_line
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def filled(path: Path, notes: int = 4) -> list[bytes]:
    audit = Audit.open(path)
    for number in range(notes):
        audit.note({"action": "deidentify", "files": number})
    return path.read_bytes().splitlines(keepends=True)


def test_a_line_says_when_who_with_what_and_what_was_done(path: Path) -> None:
    Audit.open(path).note({"action": "deidentify", "counts": {"in": 3}, "verdicts": ["intact", None]})
    head, line = (json.loads(each) for each in path.read_bytes().splitlines())
    assert head["stegomed_audit"] == 1
    assert {"time", "who", "version"} <= line.keys()
    assert (line["action"], line["counts"], line["verdicts"]) == ("deidentify", {"in": 3}, ["intact", None])


def test_an_unbroken_file_is_verified(path: Path) -> None:
    last = Audit.open(path).note({})
    found = verify(path)
    assert (found.count, found.first_bad, found.last) == (2, None, last)


def test_a_file_is_its_owner_s_alone(path: Path) -> None:
    filled(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_gone_on_with(path: Path) -> None:
    filled(path, 2)
    filled(path, 3)
    assert verify(path).count == 6


def test_two_files_begin_differently(tmp_path: Path) -> None:
    assert filled(tmp_path / "one", 0) != filled(tmp_path / "other", 0)


def test_an_empty_file_becomes_an_audit_file(path: Path) -> None:
    path.touch()
    filled(path)
    assert verify(path).count == 5


@pytest.mark.parametrize("line", range(1, 6))
def test_an_edited_line_is_named(path: Path, line: int) -> None:
    lines = filled(path)
    lines[line - 1] = lines[line - 1].replace(b"0.1.0", b"0.1.1")
    path.write_bytes(b"".join(lines))
    found = verify(path)
    assert (found.first_bad, found.count) == (line, line - 1)
    assert "changed" in found.reason


@pytest.mark.parametrize("line", range(2, 5))
def test_a_removed_line_is_noticed_at_the_next(path: Path, line: int) -> None:
    lines = filled(path)
    path.write_bytes(b"".join(lines[: line - 1] + lines[line:]))
    found = verify(path)
    assert found.first_bad == line
    assert "does not follow" in found.reason


def test_swapped_doubled_and_foreign_lines_are_noticed(path: Path, tmp_path: Path) -> None:
    one, two, three, four, five = filled(path)
    foreign = filled(tmp_path / "other")
    for lines, bad in (
        ([one, three, two, four, five], 2),
        ([one, two, two, three], 3),
        ([one, two, foreign[2], four], 3),
        ([foreign[0], two, three], 2),
        ([one, two, three, four, five, first_line({})], 6),
    ):
        path.write_bytes(b"".join(lines))
        assert verify(path).first_bad == bad


def test_a_line_that_is_cut_off_is_noticed(path: Path) -> None:
    whole = b"".join(filled(path))
    path.write_bytes(whole[:-1])
    assert (verify(path).first_bad, verify(path).reason) == (5, "is cut off")


def test_other_ends_of_lines_are_noticed(path: Path) -> None:
    whole = b"".join(filled(path))
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert verify(path).first_bad == 1


def test_cutting_off_the_last_lines_shows_with_a_hash_kept_elsewhere_only(path: Path) -> None:
    lines = filled(path)
    kept = verify(path).last
    path.write_bytes(b"".join(lines[:-1]))
    assert verify(path).first_bad is None
    assert verify(path, kept).kept_at == 0


def test_a_kept_hash_is_found_again_when_lines_were_added(path: Path) -> None:
    filled(path)
    kept = verify(path).last.upper()
    filled(path, 2)
    assert (verify(path, kept).kept_at, verify(path).count) == (5, 7)


@pytest.mark.parametrize("content", [b"", b"\n", b"patients,1\n", b"{}\n", b'{"stegomed": "0.1.0"}\n', b"\0" * 99])
def test_what_is_no_audit_file_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UnusableInputError, match=r"not an audit file of StegoMed; name .*\.$"):
        verify(path)
    if content:
        with pytest.raises(UnusableInputError, match=r"not an audit file of StegoMed; name .*\.$"):
            Audit.open(path)
    else:
        Audit.open(path)
    assert path.read_bytes().startswith(content)


def test_a_newer_version_is_told(path: Path) -> None:
    path.write_bytes(first_line({}).replace(b'audit":1', b'audit":2'))
    with pytest.raises(UnusableInputError, match="newer version of StegoMed; update"):
        verify(path)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_what_is_no_file_is_refused(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    for act in (Audit.open, verify):
        with pytest.raises(UnusableInputError, match=r"a folder, a pipe or a device.*\.$"):
            act(path)


def test_a_broken_file_is_not_gone_on_with(path: Path) -> None:
    lines = filled(path)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    before = path.read_bytes()
    with pytest.raises(
        UnusableInputError, match=r"Line 2 of the audit file .* does not follow .*; .* name a new one\.$"
    ):
        Audit.open(path)
    assert path.read_bytes() == before


def test_a_file_that_somebody_shortened_meanwhile_is_not_gone_on_with(path: Path) -> None:
    audit = Audit.open(path)
    audit.note({})
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(UnusableInputError, match="is missing"):
        audit.note({})


def test_a_file_that_somebody_replaced_meanwhile_is_not_gone_on_with(path: Path, tmp_path: Path) -> None:
    audit = Audit.open(path)
    filled(tmp_path / "other", 9)
    (tmp_path / "other").replace(path)
    with pytest.raises(UnusableInputError, match="Line 2"):
        audit.note({})


def test_a_file_that_vanished_meanwhile_is_not_begun_anew(path: Path) -> None:
    audit = Audit.open(path)
    path.unlink()
    with pytest.raises(UnusableInputError, match="No such file"):
        audit.note({})
    assert not path.exists()


def test_notes_of_two_writers_follow_each_other(path: Path) -> None:
    one, other = Audit.open(path), Audit.open(path)
    for number in range(6):
        (one if number % 2 else other).note({"n": number})
    assert (verify(path).count, verify(path).first_bad) == (7, None)


def test_processes_that_append_at_once_lose_nothing(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from StegoMedLib.audit import Audit\n"
        "audit = Audit.open(Path(sys.argv[1]))\n"
        "for n in range(60): audit.note({'by': sys.argv[2], 'n': n})"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, path, str(by)]) for by in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    found = [json.loads(line) for line in path.read_bytes().splitlines()[1:]]
    assert verify(path).first_bad is None
    assert sorted((each["by"], each["n"]) for each in found) == [(str(by), n) for by in range(3) for n in range(60)]


def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = Audit.open(path)
    before, write = path.read_bytes(), os.write

    def half(number: int, data: memoryview) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(number, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(UnusableInputError, match=r"No space left on device.*free space"):
        audit.note({})
    monkeypatch.undo()
    assert path.read_bytes() == before
    audit.note({})
    assert verify(path).first_bad is None


@pytest.mark.parametrize("event", [{"who": "x"}, {"hash": "0"}, {"x": float("nan")}, {"x": "a" * (1 << 24)}])
def test_what_cannot_be_noted_leaves_the_file_as_it_was(path: Path, event: dict[str, object]) -> None:
    audit = Audit.open(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"audit file|JSON"):
        audit.note(event)
    assert path.read_bytes() == before


def test_a_user_without_a_name_is_noted_by_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", unknown)
    Audit.open(path).note({})
    assert json.loads(path.read_bytes().splitlines()[1])["who"].startswith("user ")
