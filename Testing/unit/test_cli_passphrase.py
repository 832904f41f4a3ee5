"""Where the passphrase comes from, and what is said when it cannot."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.cli.keys import PASSPHRASE_VARIABLE, check_key_source, key_to_open, key_to_seal
from StegoMedLib.envelope import Passphrase
from StegoMedLib.errors import CancelledError, UnusableInputError, UsageError

GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", None)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A terminal where somebody types these answers."""
    answers: list[str] = []
    stdin = io.StringIO()
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("getpass.getpass", lambda _: answers.pop(0))
    return answers


def given(file: Path | None = None, *, weak: bool = False, **more: Any) -> argparse.Namespace:
    return argparse.Namespace(passphrase_file=file, weak_passphrase=weak, **more)


def written(folder: Path, content: bytes) -> Path:
    (folder / "secret.txt").write_bytes(content)
    return folder / "secret.txt"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\r\n", b"\r"],
    ids=["bare", "line end", "Windows line end", "carriage return"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_editors_marks_are_no_part_of_the_passphrase(content: bytes, mark: bytes, tmp_path: Path) -> None:
    file = written(tmp_path, mark + GOOD.encode() + content)
    assert key_to_seal(given(file)) == Passphrase(GOOD.encode())
    assert key_to_open(given(file)) == Passphrase(GOOD.encode())


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_the_variable_is_taken_as_a_file_is(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "\ufeff" + GOOD + end)
    assert key_to_seal(given()) == Passphrase(GOOD.encode())
    assert key_to_open(given()) == Passphrase(GOOD.encode())


@pytest.mark.skipif(os.name == "nt", reason="variables of Windows are Unicode")
def test_a_variable_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {PASSPHRASE_VARIABLE: os.fsdecode(b"secret \xff")})
    for use in (key_to_seal, key_to_open):
        with pytest.raises(UsageError, match="not UTF-8") as caught:
            use(given())
        assert "secret" not in str(caught.value)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "something else that is not asked for")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode() + b"\n")))
    assert key_to_seal(given(Path("-"))) == Passphrase(GOOD.encode())


def test_standard_input_that_is_a_terminal_shows_nothing_that_is_typed(terminal: list[str]) -> None:
    terminal += [GOOD, GOOD]
    assert key_to_seal(given(Path("-"))) == Passphrase(GOOD.encode())
    assert terminal == []


@pytest.mark.parametrize("file", [None, Path("-")])
def test_no_standard_input_at_all(file: Path | None) -> None:
    with pytest.raises(UsageError, match="There is no passphrase"):
        key_to_seal(given(file))


def test_standard_input_is_not_asked_twice() -> None:
    with pytest.raises(UsageError, match="both"):
        check_key_source(given(Path("-"), content=Path("-")))
    check_key_source(given(Path("-"), content=Path("note.txt")))
    check_key_source(given(Path("-"), content=None))
    check_key_source(argparse.Namespace())


@pytest.mark.parametrize("name", ["hunter2", "hunter2/or/so", "hunter2\0", "hunter2" * 100, "hunter2\udcff"])
def test_a_file_that_is_not_there_is_not_named(name: str) -> None:
    with pytest.raises(UnusableInputError, match="no such passphrase file") as caught:
        key_to_open(given(Path(name)))
    assert "hunter2" not in str(caught.value)


def test_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="is a folder") as caught:
        key_to_open(given(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_too_long_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="too long"):
        key_to_open(given(written(tmp_path, b"x" * 5000)))


def test_the_end_of_input_at_the_prompt_is_a_cancel(terminal: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    assert terminal == []
    monkeypatch.setattr("getpass.getpass", ended)
    with pytest.raises(CancelledError, match="passphrase"):
        key_to_seal(given())


def test_a_prompt_asks_twice_for_hiding_and_once_for_reading(terminal: list[str]) -> None:
    terminal += [GOOD, GOOD + "r"]
    with pytest.raises(UsageError, match="differ"):
        key_to_seal(given())
    terminal += [GOOD]
    assert key_to_open(given()) == Passphrase(GOOD.encode())


def test_a_weak_passphrase_hides_nothing_unless_somebody_insists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, b"hospital2026")
    with pytest.raises(UsageError, match=r"could be guessed in about .* tries") as caught:
        key_to_seal(given(file))
    assert "--weak-passphrase" in str(caught.value)
    assert key_to_seal(given(file, weak=True)) == Passphrase(b"hospital2026")
    said = capsys.readouterr().err
    assert "could be guessed" in said
    assert "hospital2026" not in said + str(caught.value)


def test_a_doubtful_passphrase_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert key_to_seal(given(written(tmp_path, b"Tr0ub4dor&3"))) == Passphrase(b"Tr0ub4dor&3")
    assert "could be guessed in about 100 billion tries" in capsys.readouterr().err


def test_a_good_passphrase_is_taken_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key_to_seal(given(written(tmp_path, GOOD.encode())))
    assert capsys.readouterr().err == ""


def test_reading_takes_a_weak_passphrase_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert key_to_open(given(written(tmp_path, b"x\n"))) == Passphrase(b"x")
    assert capsys.readouterr().err == ""
