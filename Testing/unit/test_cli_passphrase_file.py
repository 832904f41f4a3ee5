"""One passphrase, however the file that holds it was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.passphrase import VARIABLE, read_passphrase
from StegoMedLib.errors import CancelledError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "content",
    [b"pass word", b"pass word\n", b"pass word\r\n", b"\xef\xbb\xbfpass word\r\n"],
    ids=["bare", "line end", "Windows line end", "Windows byte order mark"],
)
def test_editors_marks_are_no_part_of_the_passphrase(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(content)

    assert read_passphrase(tmp_path / "secret.txt", confirm=False) == b"pass word"


def test_spaces_and_inner_lines_are_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b" a\n\nb \n")

    assert read_passphrase(tmp_path / "secret.txt", confirm=False) == b" a\n\nb "


def test_the_end_of_input_at_the_prompt_is_a_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", ended)

    with pytest.raises(CancelledError, match="passphrase"):
        read_passphrase(None, confirm=True)
