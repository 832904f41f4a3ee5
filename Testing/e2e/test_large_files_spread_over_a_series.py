"""Files that no slice holds: several symbols in a slice, and shards over a series of which some slices are lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series

FINDER = ("--finder", "threshold")
SPREAD = ("--profile", "capacity", "--mode", "spread", *FINDER)
PASSPHRASE = "correct horse battery staple"  # noqa: S105 the fixture stegomed's
NAME = "report.pdf"
CONTENT = np.random.default_rng(5).bytes(180 * 1024)


def report_of(result: Any, code: int = 0) -> dict[str, Any]:
    assert result.returncode == code, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


@pytest.fixture(scope="module")
def marked(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A file of 180 kB spread over the 24 slices of CHAOS 3, by the command line; not to be changed."""
    folder = tmp_path_factory.mktemp("spread")
    (folder / NAME).write_bytes(CONTENT)
    source = data_dir / "curated" / "ct_abdomen_chaos3"
    record = ("--record", "file", "--from", NAME)
    command = [sys.executable, "-m", "StegoMedLib", "embed", str(source), "out", *SPREAD, *record, "--json", "-"]
    top = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "STEGOMED_PASSPHRASE": PASSPHRASE, "PYTHONPATH": top}
    options: dict[str, Any] = {"env": environment, "cwd": folder, "stdin": subprocess.DEVNULL, "text": True}
    return folder / "out", report_of(subprocess.run(command, capture_output=True, check=False, **options))


@pytest.fixture
def copy(marked: tuple[Path, dict[str, Any]], tmp_path: Path) -> list[Path]:
    """Files of a copy of the marked series, in the folder ``copy``."""
    shutil.copytree(marked[0], tmp_path / "copy")
    return sorted((tmp_path / "copy").iterdir())


def damage(file: Path) -> None:
    """Flip the lowest bit of every ninth pixel."""
    dataset = pydicom.dcmread(file)
    pixels = dataset.pixel_array.copy()
    pixels[::3, ::3] ^= 1
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(file)


@pytest.mark.data
def test_a_hundred_and_eighty_kilobytes_come_back_with_any_seven_of_twenty_four_slices_missing(
    copy: list[Path], marked: tuple[Path, dict[str, Any]], stegomed: Any, tmp_path: Path
) -> None:
    (written,) = marked[1]["shards"]
    assert (written["needed"], written["total"], written["written"]) == (17, 24, 24)
    assert marked[1]["summary"]["changed_significant"]["max"] == 0
    assert marked[1]["summary"]["psnr_65535"]["min"] >= 95
    assert marked[1]["summary"]["bpp"]["min"] >= 0.4
    for number in np.random.default_rng().permutation(24)[:7]:
        copy[number].unlink()

    report = report_of(stegomed("extract", "copy", "--out", "here", "--json", "-"))

    assert (tmp_path / "here" / NAME).read_bytes() == CONTENT
    assert report["shards"] == [{"needed": 17, "total": 24, "found": 17, "record": 0}]
    assert report["profile"] == "capacity"
    assert {row["state"] for row in report["slices"]} == {"extracted"}


@pytest.mark.data
def test_one_slice_too_few_is_told_to_the_owner_of_the_key_and_to_nobody_else(copy: list[Path], stegomed: Any) -> None:
    for file in copy[:8]:
        file.unlink()

    owner = stegomed("extract", "copy")
    stranger = stegomed("extract", "copy", env={"STEGOMED_PASSPHRASE": "another"})

    assert (owner.returncode, stranger.returncode) == (4, 4)
    assert "17 of them are needed, and 16 can be read" in owner.stderr
    assert "No record can be extracted with this passphrase" in stranger.stderr


@pytest.mark.data
def test_doubled_damaged_and_strange_slices_cost_at_most_themselves(
    copy: list[Path], phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("another record", encoding="utf-8")
    report_of(
        stegomed(
            "embed", phantom_folder, "copy/strange", *SPREAD, "--record", "text", "--from", "note.txt", "--json", "-"
        )
    )
    for file in copy[:5]:
        file.unlink()
    damage(copy[5])
    damage(copy[6])
    shutil.copy(copy[7], copy[7].with_name("twice.dcm"))
    shutil.copy(copy[8], copy[8].with_name("aaa.dcm"))

    report = report_of(stegomed("extract", "copy", "--out", "here", "--json", "-"), 6)

    assert (tmp_path / "here" / NAME).read_bytes() == CONTENT
    assert report["record"] is None
    assert {"text": "another record"} in report["records"]
    assert sorted((row["found"], row["needed"], row["total"]) for row in report["shards"]) == [(4, 3, 4), (17, 17, 24)]
    unreadable = {Path(row["file"]).name for row in report["slices"] if row["state"] == "unreadable"}
    assert unreadable == {copy[5].name, copy[6].name}


@pytest.mark.parametrize("profile", ["fidelity", "capacity"])
def test_a_text_is_spread_with_either_profile(
    profile: str, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("Grüße " * 30, encoding="utf-8")
    record = ("--record", "text", "--from", "note.txt")
    spread = ("--profile", profile, "--mode", "spread", "--lost", "0.5", *FINDER)
    written = report_of(stegomed("embed", phantom_folder, "out", *spread, *record, "--json", "-"))
    for file in sorted((tmp_path / "out").iterdir())[::2]:
        file.unlink()

    report = report_of(stegomed("extract", "out", "--json", "-"))

    assert written["mode"] == "spread"
    assert [row["needed"] for row in written["shards"]] == [2]
    assert report["record"] == {"text": "Grüße " * 30}
    assert report["profile"] == profile


def test_headers_of_two_patients_are_spread_over_their_own_slices(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    for patient in ("A", "B"):
        folder = tmp_path / "in" / patient
        shutil.copytree(phantom_folder, folder)
        for file in folder.iterdir():
            dataset = pydicom.dcmread(file)
            dataset.PatientID = patient
            dataset.save_as(file)
    only = ("--attributes", "PatientID")
    report_of(stegomed("embed", "in", "out", *SPREAD, *only, "--json", "-"))
    for patient in ("A", "B"):
        min((tmp_path / "out" / patient).iterdir()).unlink()

    report = report_of(stegomed("extract", "out", "--json", "-"), 6)

    assert report["record"] is None
    assert report["records"] == [{"PatientID": "A"}, {"PatientID": "B"}]
    for row in report["slices"]:
        assert report["records"][row["record"]]["PatientID"] == Path(row["file"]).parent.name


def test_a_record_of_several_symbols_stands_in_every_slice(stegomed: Any, tmp_path: Path) -> None:
    phantom = phantom_series(slices=4, size=352)
    rescale = (phantom.slope, phantom.intercept)
    new_series(tmp_path / "series", phantom.stored, spacing=phantom.spacing, rescale=rescale, padding=phantom.padding)
    room = report_of(stegomed("capacity", "series", "--profile", "capacity", *FINDER, "--json", "-"))
    fits = min(row["record_bytes"] for row in room["slices"]) - 40
    (tmp_path / NAME).write_bytes(CONTENT[:fits])
    record = ("--record", "file", "--from", NAME)
    written = report_of(stegomed("embed", "series", "out", "--profile", "capacity", *FINDER, *record, "--json", "-"))
    for file in sorted((tmp_path / "out").iterdir())[1:]:
        file.unlink()

    report_of(stegomed("extract", "out", "--out", "here", "--json", "-"))

    assert written["symbols"] > 1
    assert written["embedded"] == 4
    assert (tmp_path / "here" / NAME).read_bytes() == CONTENT[:fits]
    assert written["summary"]["ber"]["max"] == 0


def test_too_much_for_all_slices_is_refused_with_numbers(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(CONTENT)

    refused = stegomed("embed", phantom_folder, "out", *SPREAD, "--record", "file", "--from", NAME)

    assert refused.returncode == 5
    assert "can carry" in refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--profile", "saidi2024"), "cannot spread"),
        (("--profile", "robust"), "cannot spread"),
        (("--lost", "1"), "less than 1"),
        (("--lost", "-0.1"), "at least 0"),
        (("--mode", "replicate", "--lost", "0.2"), "goes with --mode spread"),
    ],
)
def test_what_cannot_be_spread_is_a_mistake_of_usage(
    options: tuple[str, ...], words: str, phantom_folder: Path, stegomed: Any
) -> None:
    refused = stegomed("embed", phantom_folder, "out", "--mode", "spread", *FINDER, *options)

    assert refused.returncode == 2
    assert words in refused.stderr
