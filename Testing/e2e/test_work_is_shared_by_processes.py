"""Through the command line: processes share the slices of a series, and what comes out is what one makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pydicom import dcmread

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed

pytestmark = pytest.mark.key_file
SLICES = 40
"""So many that others have begun before the first process has done them all."""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series of somebody; not to be changed."""
    folder, phantom = tmp_path_factory.mktemp("named"), phantom_series(slices=SLICES, size=256)
    header = {"PatientName": "Mustermann^Erika", "PatientID": "4711"}
    scale = (phantom.slope, phantom.intercept)
    new_series(
        folder, phantom.stored, spacing=phantom.spacing, attributes=header, rescale=scale, padding=phantom.padding
    )
    return folder


def test_a_study_travels_and_comes_home_as_it_was(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    options = ("--workers", "2", "--profile", "reversible", "--carry", "header", "--finder", "threshold")
    away = stegomed("deidentify", named, tmp_path / "away", *options, "--json", tmp_path / "away.json")
    assert away.returncode == 0, away.stderr
    seconds = json.loads((tmp_path / "away.json").read_text())["seconds"]
    assert "waiting" in seconds, "the other process had nothing to do"

    home = stegomed("reidentify", tmp_path / "away", tmp_path / "home")

    assert home.returncode == 0, home.stderr
    files = {path.name: path for path in (tmp_path / "home").rglob("*.dcm")}
    assert {str(dcmread(path).PatientName) for path in files.values()} == {"Mustermann^Erika"}
    assert {path.read_bytes() for path in files.values()} == {path.read_bytes() for path in named.iterdir()}


@pytest.mark.parametrize("asked", ["0", "257", "-1", "two", "1.5"])
def test_another_number_of_processes_is_refused_with_those_that_there_may_be(
    named: Path, tmp_path: Path, stegomed: Stegomed, asked: str
) -> None:
    done = stegomed("embed", named, tmp_path / "out", f"--workers={asked}")

    assert done.returncode == 2
    assert "whole number from 1 to 256" in done.stderr
    assert not (tmp_path / "out").exists()
