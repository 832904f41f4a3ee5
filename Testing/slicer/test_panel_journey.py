"""A user's whole journey: from the DICOM database to a sealed series in it and back to the patient's name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

pytest.importorskip("slicer_core")

MODEL = Path(__file__).parents[2] / "Resources" / "Models" / "body_maskrcnn.onnx"


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    host.import_module(Path(__file__).parents[2] / "StegoMed" / "DICOMStegoMedPlugin.py")
    return Driver(host, panel)


@pytest.fixture
def phantom(tmp_path: Path, panel: Any) -> Path:
    from panel_driver import write_phantom

    return write_phantom(tmp_path / "phantom")


def allowed(mask: NDArray[np.bool_], before: NDArray[Any], after: NDArray[Any]) -> bool:
    """Whether something changed, and nothing of the reviewed region."""
    changed = before != after
    return bool(changed.any()) and not (changed & mask).any()


@pytest.mark.data
@pytest.mark.parametrize(("series", "processes"), [("ct_thorax_acrinflt013", 2), ("mr_head_uih_t1", 1)])
def test_a_real_series_goes_round(
    driver: Any, dicom_database: Any, data_dir: Path, series: str, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from panel_driver import digests

    monkeypatch.setattr("StegoMedLib.processes.processes_for", lambda _size: processes)

    volume = driver.load(data_dir / "curated" / series, dicom_database)
    sources = driver.source_files(dicom_database, volume)
    before, voxels = digests(sources), driver.voxels(volume)
    driver.choose(volume, "maskrcnn" if MODEL.exists() else "threshold")
    assert f"{len(sources)} slices" in driver.ui.inputState.plainText
    segmentation = driver.find()
    assert "slices can carry" in driver.ui.inputState.plainText

    rows = slice(0, voxels.shape[1] // 4)
    driver.paint(segmentation, volume, slice(0, 1), rows, slice(None))  # the reviewer adds a band to the first slice
    mask = driver.mask(segmentation, volume)
    assert mask[0, rows].all()

    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    assert allowed(mask, voxels, driver.voxels(stego))
    assert np.array_equal(voxels, driver.voxels(volume))
    assert dict(driver.table("embedTable"))["Changed significant pixels"] == "0"

    known = set(driver.series(dicom_database))
    driver.save_to_database()
    assert "is in the DICOM database" in driver.ui.saveState.plainText
    (new,) = set(driver.series(dicom_database)) - known
    assert dicom_database.studyForSeries(new) == dicom_database.studyForSeries(
        dicom_database.seriesForFile(str(sources[0]))
    )
    loaded = driver.load_series(new)
    assert loaded.GetAttribute("StegoMed.series") == "1"
    assert np.array_equal(driver.voxels(loaded), driver.voxels(stego))
    assert allowed(mask, voxels, driver.voxels(loaded))
    record = driver.extract(loaded)
    assert driver.states() - {"unreadable"} == {"intact"}
    assert record["PatientID"] == dicom_database.instanceValue(
        volume.GetAttribute("DICOM.instanceUIDs").split()[0], "0010,0020"
    )
    assert digests(sources) == before


def test_a_reversed_series_goes_round(driver: Any, dicom_database: Any, phantom: Path) -> None:
    """Slices from head to feet: Slicer reverses them to make the volume right-handed."""
    from pydicom import dcmread

    files = sorted(phantom.iterdir())
    positions = [dcmread(path).ImagePositionPatient for path in files]
    for path, position in zip(files, reversed(positions), strict=True):
        dataset = dcmread(path)
        dataset.ImagePositionPatient = position
        dataset.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]
        dataset.save_as(path)
    round_trip(driver, dicom_database, phantom)


def test_a_multi_frame_object_goes_round(driver: Any, dicom_database: Any, phantom: Path) -> None:
    from pydicom import dcmread

    files = sorted(phantom.iterdir())
    source = dcmread(files[0])
    source.NumberOfFrames = len(files)
    source.PixelData = b"".join(dcmread(path).PixelData for path in files)
    for path in files:
        path.unlink()
    source.save_as(files[0])
    volume = round_trip(driver, dicom_database, phantom)
    assert len(volume.GetAttribute("DICOM.instanceUIDs").split()) == 1
    assert driver.voxels(volume).shape[0] == len(files)


def test_slope_and_intercept_are_not_lost(driver: Any, dicom_database: Any, phantom: Path) -> None:
    from pydicom import dcmread

    for path in phantom.iterdir():
        dataset = dcmread(path)
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.Modality = "1.1", "-1030", "CT"
        dataset.save_as(path)
    volume = round_trip(driver, dicom_database, phantom)
    assert driver.voxels(volume).dtype.kind == "f"


def round_trip(driver: Any, database: Any, folder: Path) -> Any:
    """Find, embed, save, load and extract a text; the source volume."""
    from panel_driver import digests

    volume = driver.load(folder, database)
    sources = driver.source_files(database, volume)
    before, voxels = digests(sources), driver.voxels(volume)
    driver.choose(volume)
    mask = driver.mask(driver.find(), volume)
    driver.text("goes round")
    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    assert allowed(mask, voxels, driver.voxels(stego))
    assert driver.extract(stego) == {"text": "goes round"}  # before it is saved
    assert driver.states() == {"intact"}
    known = set(driver.series(database))
    driver.save_to_database()
    (new,) = set(driver.series(database)) - known
    loaded = driver.load_series(new)
    assert np.array_equal(driver.voxels(loaded), driver.voxels(stego))
    assert driver.extract(loaded) == {"text": "goes round"}
    assert driver.states() == {"intact"}
    assert f"The series is complete: {driver.voxels(loaded).shape[0]} slices." in words(driver)
    assert digests(sources) == before
    return volume


def words(driver: Any) -> str:
    return str(driver.ui.extractState.plainText)


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.int32])
def test_a_volume_from_nrrd_goes_round(driver: Any, dicom_database: Any, tmp_path: Path, kind: type) -> None:
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=3, size=256)
    voxels = np.clip(phantom.stored + np.int16(phantom.intercept), -1024, 3071)
    if kind is np.uint8:
        voxels = np.clip((voxels + 200) // 2, 0, 255)
    node = slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels.astype(kind)), name="Loose")
    node.SetIJKToRASDirections([[0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    node.SetSpacing(0.8, 0.9, 2.5)
    node.SetOrigin(11.0, -12.0, 13.0)
    assert slicer.util.saveNode(node, str(tmp_path / "loose.nrrd"))
    slicer.mrmlScene.RemoveNode(node)
    volume = slicer.util.loadVolume(str(tmp_path / "loose.nrrd"))
    before = driver.voxels(volume)
    driver.choose(volume)
    assert driver.parameters.voxelKind.name == ("OT" if kind is np.uint8 else "CT")
    assert "not from DICOM" in driver.ui.inputState.plainText
    mask = driver.mask(driver.find(), volume)
    driver.text("no header")
    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    assert driver.voxels(stego).dtype == before.dtype
    assert allowed(mask, before, driver.voxels(stego))
    driver.ui.patientName.text, driver.ui.patientID.text = "Loose^Volume", "L-1"
    driver.save_to_database()
    (series,) = driver.series(dicom_database)
    loaded = driver.load_series(series)
    assert np.array_equal(driver.voxels(loaded), driver.voxels(stego))
    assert driver.extract(loaded) == {"text": "no header"}
    assert driver.states() == {"intact"}  # its geometry was not sealed: there was no header
    assert matrix(loaded) == pytest.approx(matrix(stego), abs=1e-4)
    first = loaded.GetAttribute("DICOM.instanceUIDs").split()[0]
    assert dicom_database.instanceValue(first, "0010,0010") == "Loose^Volume"
    assert dicom_database.instanceValue(first, "0010,0020") == "L-1"


def matrix(volume: Any) -> list[float]:
    import vtk

    found = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(found)
    return [found.GetElement(row, column) for row in range(4) for column in range(4)]


def test_a_file_and_its_copies(
    driver: Any, dicom_database: Any, phantom: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    import qt

    volume = driver.load(phantom, dicom_database)
    (tmp_path / "note.txt").write_text("kept in the air", encoding="utf-8")
    driver.choose(volume)
    driver.find()
    driver.parameters.recordKind = type(driver.parameters.recordKind).file
    driver.ui.recordFile.currentPath = str(tmp_path / "note.txt")
    driver.settle()
    assert "bytes after compression" in driver.ui.needsState.plainText
    stego = driver.embed()
    assert driver.extract(stego)["name"] == "note.txt"
    assert not driver.ui.qrPicture.pixmap.isNull()

    driver.ui.copyButton.click()
    copied = json.loads(qt.QApplication.clipboard().text())
    assert copied["record"]["size"] == 15
    assert [(row["state"], row["binding"]) for row in copied["slices"]] == [("extracted", "intact")] * 3
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", staticmethod(lambda *_: str(tmp_path / "record.json")))
    driver.ui.saveJsonButton.click()
    assert json.loads((tmp_path / "record.json").read_text(encoding="utf-8")) == copied
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(tmp_path / "out")))
    driver.ui.saveFileButton.click()
    assert (tmp_path / "out" / "note.txt").read_text(encoding="utf-8") == "kept in the air"
    driver.ui.saveFileButton.click()
    assert "exists already" in driver.ui.extractState.plainText


def test_only_ticked_attributes_are_embedded(driver: Any, dicom_database: Any, phantom: Path) -> None:
    import qt

    volume = driver.load(phantom, dicom_database)
    driver.choose(volume)
    listed = driver.ui.headerAttributes
    for row in range(listed.rowCount):
        item = listed.item(row, 0)
        if item.data(qt.Qt.UserRole) != "PatientSex":
            item.setCheckState(qt.Qt.Unchecked)
    driver.find()
    assert driver.extract(driver.embed()) == {"PatientSex": "O"}


def test_the_new_series_goes_to_a_folder(driver: Any, dicom_database: Any, phantom: Path, tmp_path: Path) -> None:
    from pydicom import dcmread

    volume = driver.load(phantom, dicom_database)
    driver.choose(volume)
    driver.find()
    driver.embed()
    known = driver.series(dicom_database)
    driver.save_to_folder(tmp_path / "out")
    assert "3 images were written" in driver.ui.saveState.plainText
    written = [dcmread(path) for path in sorted((tmp_path / "out").iterdir())]
    assert {str(dataset.StudyInstanceUID) for dataset in written} == {dicom_database.studyForSeries(known[0])}
    assert driver.series(dicom_database) == known


@pytest.mark.parametrize("edit", ["erase", "paint"])
def test_what_the_reviewer_left_counts(driver: Any, dicom_database: Any, phantom: Path, edit: str) -> None:
    volume = driver.load(phantom, dicom_database)
    driver.choose(volume)
    segmentation = driver.find()
    assert "Review it" in driver.ui.regionState.plainText
    change: Callable[..., None] = getattr(driver, edit)
    box = (
        (slice(1, 2), slice(100, 140), slice(100, 140))
        if edit == "erase"
        else (slice(1, 2), slice(0, 200), slice(0, 200))
    )
    change(segmentation, volume, *box)
    driver.settle()
    assert ("leaves out some" in driver.ui.regionState.plainText) is (edit == "erase")
    assert "press Capacity" in driver.ui.inputState.plainText
    driver.ui.capacityButton.click()
    assert "slices can carry" in driver.ui.inputState.plainText
    stego = driver.embed()
    assert allowed(driver.mask(segmentation, volume), driver.voxels(volume), driver.voxels(stego))


@pytest.mark.data
def test_pictures_of_the_panel(driver: Any, dicom_database: Any, data_dir: Path, host: Any, tmp_path: Path) -> None:
    """Screenshots, as the README shows them; STEGOMED_SCREENSHOTS names a folder to keep them in."""
    import slicer

    folder = Path(os.environ.get("STEGOMED_SCREENSHOTS", tmp_path))
    volume = driver.load(data_dir / "curated" / "ct_thorax_acrinflt013", dicom_database)
    driver.choose(volume, "maskrcnn" if MODEL.exists() else "threshold")
    host.window.resize(1400, 1180)
    slicer.app.processEvents()
    driver.find()
    host.slice_view.fit()
    assert shoot(host, folder / "panel_region.png") == (1400, 1180)
    driver.parameters.tiles = type(driver.parameters.tiles).side16
    stego = driver.embed()
    driver.settle()
    assert shoot(host, folder / "panel_embedded.png") == (1400, 1180)
    driver.ui.inputStep.collapsed = driver.ui.regionStep.collapsed = driver.ui.embedStep.collapsed = True
    driver.ui.extractStep.collapsed = False
    driver.extract(stego)
    driver.settle()
    assert shoot(host, folder / "panel_extracted.png") == (1400, 1180)
    driver.ui.saveStep.collapsed = True
    place = slice(6, 9), slice(230, 262), slice(300, 340)  # a lesion taken out of the lung
    slicer.util.arrayFromVolume(stego)[place] = -850
    slicer.util.arrayFromVolumeModified(stego)
    driver.extract(stego)
    driver.settle()
    assert driver.states() == {"intact", "altered"}
    assert shoot(host, folder / "panel_altered.png") == (1400, 1180)


def shoot(host: Any, path: Path) -> tuple[int, int]:
    """Take a picture; its size, once panel and slice view are seen to be on it."""
    from PIL import Image

    with Image.open(host.screenshot(path)) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    panel, view = pixels[:, :500], pixels[:, 560:]
    assert panel.mean() > 150  # light widgets
    assert (view.min(axis=2) > 100).any()  # bones
    assert (view[..., 0] - view[..., 2] > 60).any()  # the region's outline
    return pixels.shape[1], pixels.shape[0]


def test_what_headers_lose_is_said(driver: Any, dicom_database: Any, phantom: Path) -> None:
    from pydicom import Dataset, dcmread

    for path in phantom.iterdir():
        dataset = dcmread(path)
        signature = Dataset()
        signature.MACIDNumber, signature.DigitalSignatureUID = 1, "1.2.3"
        dataset.DigitalSignaturesSequence = [signature]
        dataset.save_as(path)
    driver.choose(driver.load(phantom, dicom_database))
    driver.find()
    driver.embed()
    driver.save_to_database()
    words = driver.ui.saveState.plainText
    assert "is in the DICOM database" in words
    assert "Not in the headers written (3 files): DigitalSignaturesSequence" in words


def test_data_is_shown_letter_by_letter(driver: Any, dicom_database: Any, phantom: Path) -> None:
    """Neither markup nor what turns the writing around or hides letters; and the exact text is kept."""
    from pydicom import dcmread

    name = "<img src=x>^A\u202eB\u200b:x:"
    for path in phantom.iterdir():
        dataset = dcmread(path)
        dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 192", name
        dataset.save_as(path)
    volume = driver.load(phantom, dicom_database)
    volume.SetName("<b>bold</b>\u202e")
    driver.choose(volume)
    driver.find()
    record = driver.extract(driver.embed())
    assert record["PatientName"] == name
    for table in (driver.ui.headerAttributes, driver.ui.recordTable):
        cells = [table.item(row, 1) for row in range(table.rowCount)]
        shown = [cell.text().replace("\u200b", "") for cell in cells]
        assert "<img src=x>^A\\u202eB\\u200b:x:" in shown
        assert not any(cell.toolTip() for cell in cells)
    driver.settle()
    assert "<b>bold</b>\\u202e stego" in driver.ui.saveState.plainText
