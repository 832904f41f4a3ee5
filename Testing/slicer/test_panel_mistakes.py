"""Every mistake that a user can make gets a sentence, and leaves scene, database and disk as they were."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    """A loaded phantom series."""
    from panel_driver import write_phantom

    return driver.load(write_phantom(tmp_path / "phantom"), dicom_database)


@pytest.fixture
def ready(driver: Any, volume: Any) -> Any:
    """The panel with a volume and its region; the volume."""
    driver.choose(volume)
    assert driver.find() is not None
    return volume


@pytest.mark.parametrize(
    ("button", "state", "sentence"),
    [
        ("findButton", "regionState", "no volume"),
        ("embedButton", "embedState", "no volume"),
        ("saveButton", "saveState", "nothing to save"),
        ("extractButton", "extractState", "no volume to extract"),
    ],
)
def test_no_volume(driver: Any, untouched: Callable[[], None], button: str, state: str, sentence: str) -> None:
    untouched()
    getattr(driver.ui, button).click()
    assert sentence in getattr(driver.ui, state).plainText
    assert not driver.ui.editButton.enabled
    assert not driver.ui.capacityButton.enabled


def test_no_region(driver: Any, volume: Any, untouched: Callable[[], None]) -> None:
    driver.choose(volume)
    untouched()
    driver.embed()
    assert "no significant region" in driver.ui.embedState.plainText


@pytest.mark.parametrize(
    ("passphrase", "repeat", "sentence"),
    [("", "", "no passphrase"), ("gh7", "jk8", "differ"), ("gh7", "", "differ"), ("ä" * 600, None, "1024 bytes")],
)
def test_passphrases_that_cannot_be_used(
    driver: Any, ready: Any, untouched: Callable[[], None], passphrase: str, repeat: str | None, sentence: str
) -> None:
    assert ready is not None
    untouched()
    driver.embed(passphrase, repeat)
    assert sentence in driver.ui.embedState.plainText
    assert passphrase not in driver.ui.embedState.plainText or not passphrase


def test_a_sentence_stays_until_something_is_chosen(driver: Any, ready: Any) -> None:
    assert ready is not None
    driver.parameters.extractVolume = None
    driver.embed("")
    driver.panel.nodes_change()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        driver.settle()
    assert driver.parameters.extractVolume is ready  # the panel's own choice
    assert "no passphrase" in driver.ui.embedState.plainText
    driver.parameters.profile = type(driver.parameters.profile).saidi2024
    assert driver.ui.embedState.plainText == ""


@pytest.mark.parametrize("passphrase", ["wrong", ""])
def test_the_wrong_key(driver: Any, ready: Any, untouched: Callable[[], None], passphrase: str) -> None:
    assert ready is not None
    stego = driver.embed()
    untouched()
    assert driver.extract(stego, passphrase) == {}
    assert ("No record can be extracted" if passphrase else "no passphrase") in driver.ui.extractState.plainText
    assert not driver.ui.qrPicture.visible


def test_nothing_was_embedded(driver: Any, volume: Any, untouched: Callable[[], None]) -> None:
    untouched()
    assert driver.extract(volume) == {}
    assert "No record can be extracted" in driver.ui.extractState.plainText


def test_no_capacity(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    driver.paint(driver.parameters.segmentation, ready, slice(None), slice(None), slice(None))
    driver.ui.capacityButton.click()
    assert "0 of 3 slices can carry" in driver.ui.inputState.plainText
    untouched()
    driver.embed()
    assert "No slice can carry the record" in driver.ui.embedState.plainText


def test_too_long_a_text(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    assert ready is not None
    untouched()
    driver.text("".join(map(chr, np.random.default_rng(3).integers(33, 0x800, 4000))))
    driver.settle()
    assert "0 of 3 slices can carry" in driver.ui.needsState.plainText
    driver.embed()
    assert "too large" in driver.ui.embedState.plainText


@pytest.mark.parametrize(
    ("kind", "content", "sentence"),
    [
        ("text", "", "text is empty"),
        ("file", "", "no file yet"),
        ("file", "gone", "cannot be read"),
        ("file", "big", "more than 100 KiB"),
        ("file", "pipe", "not a file"),
    ],
)
def test_records_that_cannot_be_embedded(
    driver: Any, ready: Any, untouched: Callable[[], None], tmp_path: Path, kind: str, content: str, sentence: str
) -> None:
    assert ready is not None
    (tmp_path / "big").write_bytes(bytes(200_000))
    os.mkfifo(tmp_path / "pipe")  # to open it would wait for ever
    untouched()
    driver.parameters.recordKind = type(driver.parameters.recordKind)[kind]
    driver.ui.recordFile.currentPath = str(tmp_path / content) if content else ""
    driver.settle()
    assert sentence in driver.ui.needsState.plainText
    driver.embed()
    assert sentence in driver.ui.embedState.plainText


def test_no_attribute_is_ticked(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    import qt

    assert ready is not None
    untouched()
    for row in range(driver.ui.headerAttributes.rowCount):
        driver.ui.headerAttributes.item(row, 0).setCheckState(qt.Qt.Unchecked)
    driver.embed()
    assert "No attribute is ticked" in driver.ui.embedState.plainText


def test_no_model(driver: Any, volume: Any, untouched: Callable[[], None], monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("StegoMedLib.resources.resource_folders", lambda _: (tmp_path / "nowhere",))
    driver.choose(volume, "maskrcnn")
    untouched()
    assert driver.find() is None
    assert "is missing" in driver.ui.regionState.plainText


def test_no_body(driver: Any, volume: Any, untouched: Callable[[], None], monkeypatch: Any) -> None:
    from StegoMedLib.regions.threshold import ThresholdFinder

    monkeypatch.setattr(ThresholdFinder, "find", lambda _, plane: np.zeros(plane.shape, dtype=np.bool_))
    driver.choose(volume)
    untouched()
    assert driver.find() is None
    assert "No body was found" in driver.ui.regionState.plainText


def test_an_empty_segmentation(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    segmentation = driver.parameters.segmentation
    driver.erase(segmentation, ready, slice(None), slice(None), slice(None))
    driver.settle()
    assert "marks nothing" in driver.ui.regionState.plainText
    untouched()
    driver.embed()
    assert "no body was found" in driver.ui.embedState.plainText
    segmentation.GetSegmentation().RemoveAllSegments()
    driver.settle()
    assert "is empty" in driver.ui.regionState.plainText
    driver.embed()
    assert "is empty" in driver.ui.embedState.plainText


@pytest.mark.parametrize("step", ["find", "check", "embed", "save", "extract"])
@pytest.mark.parametrize("how", ["cancel", "remove", "close", "raise"])
def test_interrupted_work(driver: Any, ready: Any, untouched: Callable[[], None], step: str, how: str) -> None:
    import slicer

    ui = driver.ui
    names = {
        "find": ("findButton", "regionState"),
        "check": ("capacityButton", "regionState"),
        "embed": ("embedButton", "embedState"),
        "save": ("saveButton", "saveState"),
        "extract": ("extractButton", "extractState"),
    }
    if step in ("save", "extract"):
        stego = driver.embed()
        ui.extractPassphrase.text = ui.passphrase.text
    ui.passphrase.text = ui.repeatPassphrase.text = "correct horse battery staple"
    button, state = (getattr(ui, name) for name in names[step])
    words = button.text
    during: list[object] = []

    def act() -> None:
        during.append((button.text, [getattr(ui, name).enabled for name, _ in names.values()].count(True)))
        if how == "cancel":
            button.click()
        elif how == "remove":
            slicer.mrmlScene.RemoveNode(stego if step in ("save", "extract") else ready)
        elif how == "close":
            slicer.mrmlScene.Clear(False)
        else:
            raise RuntimeError("a fault of the library")

    driver.interrupt(act)
    if how in ("cancel", "raise"):
        untouched()
    button.click()
    assert during == [("Cancel", 1)]  # every other button was off
    sentences = {"cancel": "Cancelled", "remove": "was removed", "raise": "unexpected error (RuntimeError)"}
    if how == "close":
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
        assert ui.passphrase.text == ui.extractPassphrase.text == ""
    else:
        assert sentences[how] in state.plainText
    assert button.text == words
    assert driver.panel.desk.run.idle
    if how in ("remove", "close"):  # what the user removed is gone, and nothing changes afterwards
        untouched()


def test_cancelling_takes_less_than_a_second(driver: Any, ready: Any) -> None:
    import time

    assert ready is not None
    times: list[float] = []

    def act() -> None:
        times.append(time.perf_counter())
        driver.ui.findButton.click()

    driver.interrupt(act)
    driver.find()
    assert time.perf_counter() - times[0] < 1


def test_the_database_is_closed(driver: Any, ready: Any, dicom_database: Any, tmp_path: Path) -> None:
    stego = driver.embed()
    name = dicom_database.databaseFilename
    dicom_database.closeDatabase()
    driver.save_to_database()
    assert "database is closed" in driver.ui.saveState.plainText
    driver.settle()
    assert "database is closed" in driver.ui.inputState.plainText
    assert driver.find() is not None  # the region that was there before
    assert "database is closed" in driver.ui.regionState.plainText
    assert driver.extract(ready) == {}
    assert "database is closed" in driver.ui.extractState.plainText
    driver.save_to_folder(tmp_path / "out")
    assert "database is closed" in driver.ui.saveState.plainText
    assert not (tmp_path / "out").exists()
    dicom_database.openDatabase(name)
    assert stego is driver.parameters.stegoVolume


def test_the_files_are_gone(driver: Any, volume: Any, dicom_database: Any) -> None:
    driver.choose(volume)
    for path in driver.source_files(dicom_database, volume):
        path.unlink()
    assert driver.find() is None
    assert "has no file for image 1" in driver.ui.regionState.plainText


@pytest.mark.parametrize("where", ["folder", "database"])
def test_the_disk_is_full(
    driver: Any, ready: Any, untouched: Callable[[], None], monkeypatch: Any, tmp_path: Path, where: str
) -> None:
    import tempfile

    assert ready is not None
    driver.embed()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    untouched()
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    monkeypatch.setattr(Path, "mkdir", full)
    if where == "folder":
        driver.save_to_folder(tmp_path / "out")
    else:
        driver.save_to_database()
    assert "No space left on device" in driver.ui.saveState.plainText


def test_the_database_takes_only_some(driver: Any, ready: Any, untouched: Callable[[], None], monkeypatch: Any) -> None:
    from DICOMLib import DICOMUtils

    assert ready is not None
    driver.embed()
    untouched()
    real = DICOMUtils.importDicom

    def half(folder: str, *rest: object) -> bool:
        for path in sorted(Path(folder).iterdir())[1:]:
            path.unlink()
        return bool(real(folder, *rest))

    monkeypatch.setattr(DICOMUtils, "importDicom", half)
    driver.save_to_database()
    assert "did not accept the new series" in driver.ui.saveState.plainText


@pytest.mark.parametrize("place", ["", "full", "file"])
def test_folders_that_cannot_be_used(
    driver: Any, ready: Any, untouched: Callable[[], None], tmp_path: Path, place: str
) -> None:
    assert ready is not None
    driver.embed()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    (tmp_path / "file").touch()
    untouched()
    driver.parameters.target = type(driver.parameters.target).folder
    driver.ui.targetFolder.currentPath = str(tmp_path / place) if place else ""
    driver.ui.saveButton.click()
    assert ("is not empty" if place else "no folder yet") in driver.ui.saveState.plainText


def test_a_stego_volume_that_was_changed(
    driver: Any, ready: Any, untouched: Callable[[], None], tmp_path: Path
) -> None:
    import slicer

    assert ready is not None
    stego = driver.embed()
    slicer.util.arrayFromVolume(stego)[0, 0, 0] += 1
    slicer.util.arrayFromVolumeModified(stego)
    untouched()
    driver.save_to_folder(tmp_path / "out")
    assert "changed after embedding" in driver.ui.saveState.plainText


def test_a_volume_that_was_changed(driver: Any, volume: Any, untouched: Callable[[], None]) -> None:
    import slicer

    slicer.util.arrayFromVolume(volume)[:] += 1
    slicer.util.arrayFromVolumeModified(volume)
    driver.choose(volume)
    untouched()
    assert driver.find() is None
    assert "changed after loading" in driver.ui.regionState.plainText


@pytest.mark.parametrize(
    ("voxels", "sentence"),
    [
        (np.zeros((2, 16, 16), np.float32), "are fractions"),
        (np.full((2, 16, 16), 100_000, np.int32) * [[[-1] * 16] * 16, [[1] * 16] * 16], "store 16 bits"),
    ],
)
def test_voxels_that_cannot_be_used(driver: Any, scene: Any, voxels: Any, sentence: str) -> None:
    import slicer

    assert scene is not None
    volume = slicer.util.addVolumeFromArray(voxels.astype(np.int32) if voxels.dtype.kind == "i" else voxels)
    driver.choose(volume)
    assert sentence in driver.ui.inputState.plainText
    assert driver.find() is None
    assert sentence in driver.ui.regionState.plainText


def test_a_volume_without_an_image(driver: Any, scene: Any) -> None:
    driver.choose(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))
    assert "holds no image" in driver.ui.inputState.plainText
    assert driver.find() is None
    assert "holds no image" in driver.ui.regionState.plainText


def test_a_volume_under_a_transform_is_not_written(driver: Any, scene: Any, tmp_path: Path) -> None:
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=2, size=256)
    volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept)))
    driver.choose(volume)
    driver.find()
    driver.text("moved")
    stego = driver.embed()
    stego.SetAndObserveTransformNodeID(scene.AddNewNodeByClass("vtkMRMLLinearTransformNode").GetID())
    driver.save_to_folder(tmp_path / "out")
    assert "harden the transform" in driver.ui.saveState.plainText
    assert not (tmp_path / "out").exists()


def test_a_header_where_there_is_none(driver: Any, scene: Any) -> None:
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    assert scene is not None
    phantom = phantom_series(slices=2, size=256)
    volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept)))
    driver.choose(volume)
    driver.find()
    assert driver.embed() is None
    assert "no DICOM header" in driver.ui.embedState.plainText
