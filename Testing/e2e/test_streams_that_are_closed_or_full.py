"""Standard streams that are closed, full, or read by nobody: no work is lost, and none is reported that was not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EMBED = "embed {source} out --finder threshold"

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full, or no shell")


def run(
    folder: Path, command: str, redirect: str, *, unbuffered: bool = False
) -> tuple[int, subprocess.CompletedProcess[str]]:
    """Run the program in a shell; its own exit code, and what was left to be read."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "STEGOMED_PASSPHRASE": "correct horse battery staple"}
    environment["PYTHONUNBUFFERED"] = "1" if unbuffered else ""
    script = f"( {sys.executable} -m StegoMedLib {command}; echo $? >code ) {redirect}"
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return int((folder / "code").read_text(encoding="ascii")), done


@pytest.mark.parametrize("redirect", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full", "2>&1 | true"])
def test_no_work_is_stopped_because_nobody_listens(redirect: str, phantom_folder: Path, tmp_path: Path) -> None:
    code, done = run(tmp_path, EMBED.format(source=phantom_folder), redirect)

    assert code == 0
    assert not done.stderr
    assert len(list((tmp_path / "out").glob("*.dcm"))) == 4


def test_what_is_said_never_lands_in_a_file(phantom_folder: Path, tmp_path: Path) -> None:
    run(tmp_path, EMBED.format(source=phantom_folder), "<&- >&- 2>&-")
    code, _ = run(tmp_path, "extract out --json report.json", "<&- >&- 2>&-")

    assert code == 0
    assert (tmp_path / "report.json").read_bytes().lstrip().startswith(b"{")
    assert all(path.read_bytes()[128:132] == b"DICM" for path in (tmp_path / "out").glob("*.dcm"))


@pytest.mark.parametrize(("redirect", "expected"), [(">/dev/full", 3), (">&-", 3), ("| true", 141)])
def test_a_report_that_is_lost_is_told_after_the_work(
    redirect: str, expected: int, phantom_folder: Path, tmp_path: Path
) -> None:
    code, done = run(tmp_path, EMBED.format(source=phantom_folder) + " --json -", redirect)

    assert code == expected
    assert "4 files came in: 4 written." in done.stderr
    assert "Traceback" not in done.stderr
    assert ("Standard output cannot be written" in done.stderr) is (expected == 3)
    assert len(list((tmp_path / "out").glob("*.dcm"))) == 4


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(("redirect", "expected"), [(">/dev/full", 3), (">&-", 3), ("| true", 141)])
@pytest.mark.parametrize("command", ["--version", "embed --help", "passphrase"])
def test_an_answer_that_is_lost_is_told(
    command: str, redirect: str, expected: int, tmp_path: Path, *, unbuffered: bool
) -> None:
    reader = "| (sleep 0.01; exec <&-; sleep 1)" if redirect == "| true" else redirect
    code, done = run(tmp_path, command, reader, unbuffered=unbuffered)

    assert code == expected
    assert done.stderr.splitlines() == ([] if expected == 141 else [done.stderr.strip()])


@pytest.mark.parametrize("option", ["--record text --from -", "--passphrase-file -"])
def test_a_closed_standard_input_holds_nothing(option: str, phantom_folder: Path, tmp_path: Path) -> None:
    code, done = run(tmp_path, f"{EMBED.format(source=phantom_folder)} {option}", "<&-")

    assert code == 3
    (line,) = done.stderr.splitlines()
    assert "standard input" in line
    assert not (tmp_path / "out").exists()
