"""The JSON report: whole, whatever the file names, the system's encoding and the place it goes to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.cli.report import write_json
from StegoMedLib.errors import UnusableInputError

FINDER = ("--finder", "threshold")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_file_name_that_is_no_text(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = os.fsdecode(b"\xff.dcm")
    shutil.copy(min(phantom_folder.iterdir()), tmp_path / "in" / name)

    result = stegomed("capacity", "in", *FINDER, "--json", "report.json")

    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / "report.json").read_bytes())["slices"][0]["file"] == name


def test_a_record_that_the_terminals_encoding_lacks(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("王小明", encoding="utf-8")
    note = ("--record", "text", "--from", "note.txt")
    assert stegomed("embed", phantom_folder, "out", *FINDER, *note).returncode == 0

    result = stegomed("extract", "out", "--json", "-", env={"PYTHONIOENCODING": "cp1252"})

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["record"] == {"text": "王小明"}


def test_a_report_that_cannot_be_written_whole_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "report.json"
    write_json({"old": 1}, str(place))
    old = place.read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)

    with pytest.raises(UnusableInputError, match="No space left"):
        write_json({"a": 1}, str(place))

    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert place.read_bytes() == old


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("target", "name"), [("-", "Standard output"), ("/dev/full", "The report /dev/full")])
def test_a_full_device_gets_one_sentence_and_stays(target: str, name: str, phantom_folder: Path) -> None:
    command = [sys.executable, "-m", "StegoMedLib", "capacity", str(min(phantom_folder.iterdir())), *FINDER]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*command, "--json", target], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert result.returncode == 3
    assert f"{name} cannot be written (No space left on device)" in result.stderr.splitlines()[-1]
    assert not Path("/dev/full").is_file()
