"""Slices that disagree are never settled by a majority: all is shown, with the slices, and a person must look."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from StegoMedLib.envelope import FileRecord, Passphrase, TextRecord
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.masks import FinderMasks

if TYPE_CHECKING:
    from pathlib import Path

KEY = Passphrase.typed("correct horse battery staple")
FINDER = ("--finder", "threshold")


def mark(source: Path, target: Path, method: Method | None = None, **content: Any) -> None:
    embed_series(
        source,
        target,
        KEY,
        FinderMasks(ThresholdFinder()),
        content=Content(**content),
        method=method or Method(),
    )


@pytest.fixture(scope="module")
def marked(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four slices under a header record; not to be changed."""
    target = tmp_path_factory.mktemp("marked") / "series"
    mark(phantom_folder, target)
    return target


@pytest.fixture
def series(marked: Path, tmp_path: Path) -> Path:
    return shutil.copytree(marked, tmp_path / "in")


def edit(path: Path, **values: str) -> None:
    dataset = pydicom.dcmread(path)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)


def test_two_records_are_both_shown_with_their_slices(
    series: Path, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    mark(phantom_folder / "slice_0002.dcm", tmp_path / "other.dcm", record=TextRecord("of somebody else"))
    (tmp_path / "other.dcm").rename(series / "slice_0002.dcm")

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 6, result.stderr
    assert "Record, 2 of 2" in result.stderr
    assert "\nIn slice_0001.dcm, slice_0003.dcm to slice_0004.dcm.\n" in result.stderr
    assert "\nIn slice_0002.dcm.\n" in result.stderr
    assert "SM-0001" in result.stderr
    assert "of somebody else" in result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert "2 different records" in last
    assert "extract each study by itself" in last
    report = json.loads(result.stdout)
    assert report["record"] is None
    assert report["must_look"] == [last]
    assert [record.get("text") for record in report["records"]] == [None, "of somebody else"]
    assert [row["record"] for row in report["slices"]] == [0, 1, 0, 0]


def test_all_files_among_different_records_are_saved(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    for number, name in enumerate(("slice_0002.dcm", "slice_0003.dcm")):
        (tmp_path / "in").mkdir(exist_ok=True)
        record = FileRecord("note.txt", f"note {number}".encode())
        mark(phantom_folder / name, tmp_path / "in" / name, record=record)

    result = stegomed("extract", "in", "--out", "here")

    assert result.returncode == 6, result.stderr
    assert sorted(path.read_text() for path in (tmp_path / "here").iterdir()) == ["note 0", "note 1"]


def test_one_record_under_two_envelopes_is_one_record(
    series: Path, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    mark(phantom_folder / "slice_0002.dcm", tmp_path / "again.dcm")
    (tmp_path / "again.dcm").rename(series / "slice_0002.dcm")

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["record"]["PatientID"] == "SM-0001"


def test_a_record_that_contradicts_the_header_is_for_a_person(series: Path, stegomed: Any) -> None:
    for name in ("slice_0001.dcm", "slice_0003.dcm", "slice_0004.dcm"):
        edit(series / name, PatientID="4711")

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 6, result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert "name different patients (slice_0001.dcm, slice_0003.dcm to slice_0004.dcm)" in last
    assert "SM-0001" not in last
    assert "4711" not in last
    report = json.loads(result.stdout)
    assert report["record"] is None
    assert [record["PatientID"] for record in report["records"]] == ["SM-0001"]
    assert [row["contradicts"] for row in report["slices"]] == [True, False, True, True]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"PatientID": ""}, id="emptied"),
        pytest.param({"PatientID": "SM-0001 "}, id="padded"),
        pytest.param({"PatientID": "ANON123", "PatientIdentityRemoved": "YES"}, id="under a pseudonym"),
    ],
)
def test_a_series_that_travels_nameless_gets_its_name_back(header: dict[str, str], series: Path, stegomed: Any) -> None:
    for path in series.iterdir():
        edit(path, **header)

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["record"]["PatientID"] == "SM-0001"


def test_a_person_must_look_before_files_are_missed(series: Path, stegomed: Any) -> None:
    edit(series / "slice_0001.dcm", PatientID="4711")
    (series / "notes.txt").write_text("hello", encoding="utf-8")

    result = stegomed("extract", "in")

    assert result.returncode == 6
    assert "in/notes.txt" in result.stderr
    assert "5 files came in: 4 read, 1 left out." in result.stderr


def test_shards_of_another_patient_contradict_the_header(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    mark(phantom_folder, tmp_path / "in", Method(mode="spread"))
    edit(tmp_path / "in" / "slice_0001.dcm", PatientID="4711")

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 6, result.stderr
    assert [row["contradicts"] for row in json.loads(result.stdout)["slices"]] == [True, False, False, False]


def test_parts_of_one_more_record_are_for_a_person(
    series: Path, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    mark(phantom_folder, tmp_path / "spread", Method(mode="spread", lost=0.0), record=TextRecord("one more"))
    shutil.copy(tmp_path / "spread" / "slice_0002.dcm", series / "slice_0002.dcm")

    result = stegomed("extract", "in", "--json", "-")

    assert result.returncode == 6, result.stderr
    assert "parts of another record" in result.stderr.strip().splitlines()[-1]
    report = json.loads(result.stdout)
    assert report["record"] is None
    assert [record["PatientID"] for record in report["records"]] == ["SM-0001"]


def test_a_demo_on_two_patients_ends_with_the_same_words(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    for number, name in enumerate(("slice_0002.dcm", "slice_0003.dcm")):
        (tmp_path / "in").mkdir(exist_ok=True)
        shutil.copy(phantom_folder / name, tmp_path / "in" / name)
        edit(tmp_path / "in" / name, PatientID=f"P{number}")
    (tmp_path / "in" / "notes.txt").write_text("hello", encoding="utf-8")

    result = stegomed("demo", "in", "--out", "out", *FINDER)

    assert result.returncode == 6, result.stderr
    assert "\nIn slice_0002.dcm.\n" in result.stderr
    assert "3 files came in: 2 written, 1 left out." in result.stderr
    assert "2 different records" in result.stderr.strip().splitlines()[-1]
    assert (tmp_path / "out" / "page.png").is_file()
