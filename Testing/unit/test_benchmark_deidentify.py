"""The bench of de-identifiers counts what tools leave, break and give back; those that are missing are named."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pydicom
import pytest

from StegoMedLib.dicom import new_series
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark import deidentify_files, deidentify_tools
from StegoMedLib.lab.benchmark.deidentify_files import series_of, write_deidentify
from StegoMedLib.lab.benchmark.deidentify_page import summary_table
from StegoMedLib.lab.benchmark.deidentify_series import elements, judge, plant_series
from StegoMedLib.lab.benchmark.deidentify_tools import Tool, our_tools, peers, run
from StegoMedLib.lab.benchmark.request import Request
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.lab.benchmark.deidentify_series import PlantedSeries

COPY = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)"
TURN_NAMES = """
import pathlib
for number, path in enumerate(sorted(pathlib.Path(sys.argv[2]).iterdir())):
    path.rename(path.with_name(f"{9 - number}.dcm"))
"""
FORGET = """
import pathlib, pydicom, sys
source, target = map(pathlib.Path, sys.argv[1:])
for path in source.iterdir():
    whole = pydicom.dcmread(path)
    bare = pydicom.Dataset()
    for tag in (0x00080016, 0x00280010, 0x00280011, 0x00280100, 0x7FE00010):
        bare[tag] = whole[tag]
    bare.file_meta = pydicom.dataset.FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = whole.file_meta.TransferSyntaxUID
    bare.file_meta.MediaStorageSOPClassUID = whole.SOPClassUID
    bare.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    bare.SOPInstanceUID = "2.25.1"
    bare.save_as(target / path.name, enforce_file_format=True)
"""


def tool(name: str, away: str, back: str = "") -> Tool:
    commands = [(sys.executable, "-c", code, "{source}", "{target}") if code else () for code in (away, back)]
    return Tool(name, "", commands[0], commands[1])


COPIES = tool("copies", COPY, COPY)
FORGETS = tool("forgets", FORGET, COPY)
FAILS = tool("fails", "import sys; sys.exit('No room on\\nthe disk.')", COPY)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series and a single file, as the real ones lie."""
    folder = tmp_path_factory.mktemp("data")
    phantom = phantom_series(slices=3, size=128)
    new_series(folder / "curated" / "one", phantom.stored, rescale=(phantom.slope, phantom.intercept))
    (path,) = new_series(folder / "new", phantom.stored[:1], modality="MR")
    (folder / "odd").mkdir()
    path.rename(folder / "odd" / "mr.dcm")
    return folder


@pytest.fixture(scope="module")
def series(data: Path, tmp_path_factory: pytest.TempPathFactory) -> PlantedSeries:
    return plant_series("one", series_of(data, 2)["curated/one"], tmp_path_factory.mktemp("planted") / "one")


def test_a_tool_that_copies_leaves_all_and_gives_all_back(series: PlantedSeries, tmp_path: Path) -> None:
    row = judge(COPIES, series, tmp_path / "work", tmp_path)
    assert (row.files, row.written, row.returned, row.failure) == (2, 2, 2, "")
    assert set(row.left) == {each.where for each in series.values}
    assert row.back == row.elements > 200
    assert row.same == 2
    assert row.new_errors in {(), None}
    assert row.away_seconds is not None
    assert row.away_seconds > 0


def test_a_tool_that_forgets_leaves_nothing_breaks_much_and_gives_little_back(
    series: PlantedSeries, tmp_path: Path
) -> None:
    row = judge(FORGETS, series, tmp_path / "work", tmp_path)
    assert row.left == ()
    assert row.back < 10 < row.elements
    assert row.same == 0
    assert row.new_errors is None or any("PatientName" in line for line in row.new_errors)


def test_a_tool_that_fails_is_told_by_its_last_words(series: PlantedSeries, tmp_path: Path) -> None:
    row = judge(FAILS, series, tmp_path / "work", tmp_path)
    assert row.failure == "exit code 1: the disk."
    assert (row.written, row.returned, row.back_seconds) == (0, 0, None)


def test_files_that_come_back_under_other_names_are_known(series: PlantedSeries, tmp_path: Path) -> None:
    rename = COPY + TURN_NAMES
    row = judge(tool("renames", COPY, rename), series, tmp_path / "work", tmp_path)
    assert row.back == row.elements


def test_a_name_of_a_file_counts(series: PlantedSeries, tmp_path: Path) -> None:
    rename = FORGET.replace("path.name", "(str(whole.AccessionNumber) + path.name)")
    assert judge(tool("renames", rename), series, tmp_path / "work", tmp_path).left == ("AccessionNumber",)


def test_a_tool_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deidentify_tools, "_LONGEST", 1)
    assert "did not end in 0:00:01" in run([sys.executable, "-c", "import time; time.sleep(60)"], *[tmp_path] * 3)


def test_elements_are_told_at_every_level() -> None:
    dataset, item = pydicom.Dataset(), pydicom.Dataset()
    item.PatientName = "Doe^Jane"
    dataset.OtherPatientIDsSequence = [item]
    dataset.PixelData = b"12"
    assert [place for place, _ in elements(dataset)] == ["/00101002", "/00101002[0]/00100010"]


def test_every_tool_says_why_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deidentify_tools, "find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert all("is not installed" in each.missing for each in peers())
    assert not any(each.missing for each in our_tools())


def test_the_bench_writes_page_report_and_tables(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Tool("absent", "", (), missing="the package absent is not installed")
    monkeypatch.setattr(deidentify_files, "our_tools", lambda: [COPIES, FORGETS])
    monkeypatch.setattr(deidentify_files, "peers", lambda: [FAILS, absent])
    report = write_deidentify(Request(data, tmp_path / "out", make_finder("threshold"), slices=2))
    written = json.loads((tmp_path / "out" / "deidentify.json").read_text(encoding="utf-8"))
    assert {(row["tool"], row["series"]) for row in written["series"]} == {
        (name, series) for name in ("copies", "forgets", "fails") for series in ("curated/one", "odd/mr")
    }
    lines = {line[0]: line for line in summary_table(report).rows}
    assert lines["copies"][1:5] == [2, "3 of 3", written["planted"], 2]
    assert lines["forgets"][3:5] == [0, 0]
    assert lines["fails"][2:5] == ["0 of 3", None, None]
    assert lines["fails"][-1] == 2
    assert lines["absent"][1] == "the package absent is not installed"
    page = (tmp_path / "out" / "deidentify.html").read_text(encoding="utf-8")
    assert "ContributingEquipmentSequence[0].DeviceSerialNumber" in page
    assert (tmp_path / "out" / "deidentify.md").is_file()


def test_a_folder_without_series_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="curated/ or odd/"):
        write_deidentify(Request(tmp_path / "empty", tmp_path / "out", make_finder("threshold")))
