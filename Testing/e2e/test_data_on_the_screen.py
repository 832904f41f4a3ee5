"""Headers, records and names of files are shown as what they are; the JSON report has them exactly."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FINDER = ("--finder", "threshold")
NAMES = {
    b"a\nb.txt": r"a\nb.txt",
    b"\x1b[31mred\x1b[0m.txt": r"\x1b[31mred\x1b[0m.txt",
    b"Doe:x:.txt": "Doe:x:.txt",
    b"[bold]b[bold].txt": "[bold]b[bold].txt",
    b"\xff\xfe.txt": r"\xff\xfe.txt",
    "a\u202etxt.exe".encode(): r"a\u202etxt.exe",
    "z\u200bw.txt".encode(): r"z\u200bw.txt",
}


@pytest.mark.data
def test_a_patient_s_number_that_looks_like_codes_of_emoji(data_dir: Path, stegomed: Any) -> None:
    source = data_dir / "cases" / "header" / "patientid_emoji_code.dcm"
    hidden = stegomed("embed", source, "out/", *FINDER)
    assert hidden.returncode == 0, hidden.stderr

    result = stegomed("extract", "out", "--json", "-")

    assert result.returncode == 0, result.stderr
    number = json.loads(result.stdout)["record"]["PatientID"]
    assert number.isascii()
    assert ":" in number
    assert number in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_names_of_files_that_are_odd(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")
    for name in NAMES:
        (tmp_path / "in" / os.fsdecode(name)).write_bytes(b"no image")

    result = stegomed("capacity", "in", *FINDER, "--json", "-")

    assert result.returncode == 7, result.stderr
    assert not [name for name, shown in NAMES.items() if f"in/{shown}" not in result.stderr]
    assert not {letter for letter in result.stderr if not letter.isprintable()} - {"\n"}
    given = {row["file"] for row in json.loads(result.stdout)["left_out"]}
    assert {os.fsdecode(b"in/" + name) for name in NAMES} == given


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
@pytest.mark.parametrize("name", [b"a\nb", b"\x1b[2Kx", b":x:", b"[bold]", b"\xff"])
def test_a_sentence_about_an_odd_name_is_one_line(name: bytes, stegomed: Any) -> None:
    result = stegomed("extract", os.fsdecode(name))

    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    assert line.endswith(" does not exist; give a DICOM file or a folder.")
    assert line.isprintable()
