"""A header record is that of the file it is hidden in, whatever else lies in the folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.key_file

FINDER = ("--finder", "threshold")


def _read(stegomed: Any, place: str) -> dict[str, str]:
    result = stegomed("extract", place, "--json", "-")
    assert result.returncode == 0, result.stderr
    record: dict[str, str] = json.loads(result.stdout)["record"]
    return record


def test_two_patients_without_a_study_uid(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    for name in ("Alpha", "Beta"):
        shutil.copytree(phantom_folder, tmp_path / "in" / name)
        for file in (tmp_path / "in" / name).iterdir():
            dataset = pydicom.dcmread(file)
            dataset.PatientName, dataset.StudyInstanceUID = name, ""
            dataset.save_as(file)

    assert stegomed("embed", "in", "out", *FINDER).returncode == 0

    assert _read(stegomed, "out/Alpha")["PatientName"] == "Alpha"
    assert _read(stegomed, "out/Beta")["PatientName"] == "Beta"


def test_attributes_that_differ_from_slice_to_slice(phantom_folder: Path, stegomed: Any) -> None:
    assert stegomed("embed", phantom_folder, "out", *FINDER, "--attributes", "SOPInstanceUID").returncode == 0

    for file in sorted(phantom_folder.iterdir())[1:3]:
        assert _read(stegomed, f"out/{file.name}") == {"SOPInstanceUID": pydicom.dcmread(file).SOPInstanceUID}
