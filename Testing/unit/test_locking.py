"""Waiting for one's turn at a file, with the means of each system."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib.locking import locked

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="fcntl is not on Windows")
def test_another_process_waits_until_the_file_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "file"
    code = (
        "import sys\nfrom StegoMedLib.locking import locked\n"
        "with open(sys.argv[1], 'r+b') as stream, locked(stream): print(stream.read().decode())"
    )
    with path.open("w+b") as stream, locked(stream):
        waiting = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.7)
        stream.write(b"done first")
        stream.flush()
    assert waiting.communicate(timeout=30)[0].strip() == "done first"


def test_windows_locks_a_byte_that_no_file_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []

    def locking(number: int, mode: int, count: int) -> None:
        assert number == stream.fileno()
        calls.append((mode, count))

    fake: Any = SimpleNamespace(locking=locking, LK_LOCK=1, LK_UNLCK=0)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    with (tmp_path / "file").open("w+b") as stream:
        stream.write(b"abc")
        with locked(stream):
            assert calls == [(1, 1)]
            assert stream.tell() == 3
        assert calls == [(1, 1), (0, 1)]
        assert stream.tell() == 3
