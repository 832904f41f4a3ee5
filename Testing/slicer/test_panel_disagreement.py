"""Slices that disagree: the panel shows all records with their slices, warns, and copies and saves all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    host.import_module(Path(__file__).parents[2] / "StegoMed" / "DICOMStegoMedPlugin.py")
    return Driver(host, panel)


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    from panel_driver import write_phantom

    loaded = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(loaded)
    driver.find()
    return loaded


def embedded_file(driver: Any, file: Path) -> NDArray[Any]:
    """Voxels of the volume with a file in them."""
    driver.parameters.recordKind = type(driver.parameters.recordKind).file
    driver.ui.recordFile.currentPath = str(file)
    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    return driver.voxels(stego)


def test_two_records_in_one_volume(driver: Any, volume: Any, tmp_path: Path, monkeypatch: Any) -> None:
    import qt
    import slicer

    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for file in files:
        file.write_text(file.stem, encoding="utf-8")
    one, two = (embedded_file(driver, file) for file in files)
    one[1] = two[1]
    stego = driver.parameters.stegoVolume
    slicer.util.updateVolumeFromArray(stego, one)

    driver.extract(stego)

    rows = list(map(tuple, driver.table("recordTable")))
    assert ("Record 1 of 2", "slices 1, 3") in rows
    assert ("Record 2 of 2", "slices 2") in rows
    assert [value for name, value in rows if name == "name"] == ["one.txt", "two.txt"]
    assert "2 different records" in driver.ui.extractState.plainText
    assert "#b8770b" in driver.ui.extractState.styleSheet
    assert not driver.ui.qrPicture.visible
    driver.ui.copyButton.click()
    copied = json.loads(qt.QApplication.clipboard().text())
    assert copied["record"] is None
    assert [record["name"] for record in copied["records"]] == ["one.txt", "two.txt"]
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(tmp_path / "out")))
    driver.ui.saveFileButton.click()
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()} == {
        "one.txt": "one",
        "two.txt": "two",
    }


@pytest.mark.usefixtures("volume")
def test_a_record_of_another_patient_than_the_header_s(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from pydicom import dcmread

    driver.embed()
    driver.save_to_folder(tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        dataset = dcmread(path)
        dataset.PatientID = "4711"
        dataset.save_as(path)
    loaded = driver.load(tmp_path / "out", dicom_database)

    shown = driver.extract(loaded)

    assert shown["PatientID"] != "4711"
    assert "name different patients" in driver.ui.extractState.plainText
    assert "#b8770b" in driver.ui.extractState.styleSheet
