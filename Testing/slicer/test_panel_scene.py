"""The panel lives in a scene that is saved, loaded, closed and changed by others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytest.importorskip("slicer_core")

MODULE = Path(__file__).parents[2] / "StegoMed" / "StegoMed.py"


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def loose(driver: Any, scene: Any) -> Any:
    """A volume without DICOM header, chosen and with its region found."""
    import slicer

    assert scene is not None
    volume = slicer.util.addVolumeFromArray(voxels(), name="Loose")
    driver.choose(volume)
    assert driver.find() is not None
    driver.text("in the scene")
    return volume


def voxels() -> NDArray[np.int16]:
    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=2, size=256)
    return np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept))


def saved(path: Path) -> str:
    """Text of a saved scene with all that lies beside it, as far as it is text."""
    import zipfile

    with zipfile.ZipFile(path) as bundle:
        return "".join(bundle.read(name).decode("latin-1") for name in bundle.namelist() if name.endswith(".mrml"))


def test_parameters_survive_and_secrets_do_not(driver: Any, loose: Any, tmp_path: Path) -> None:
    import slicer

    stego = driver.embed("do not keep me")
    parameters = driver.parameters
    parameters.profile = type(parameters.profile).saidi2024
    parameters.target = type(parameters.target).folder
    driver.ui.targetFolder.currentPath = str(tmp_path / "out")
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    text = saved(tmp_path / "scene.mrb")
    assert "saidi2024" in text
    assert "do not keep me" not in text
    assert "in the scene" not in text
    marked, names = driver.voxels(stego), (loose.GetName(), stego.GetName())

    slicer.mrmlScene.Clear(False)
    assert driver.parameters.inputVolume is None
    assert driver.parameters.profile.name == "fidelity"
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    driver.settle()
    loaded = driver.parameters
    assert (loaded.inputVolume.GetName(), loaded.stegoVolume.GetName()) == names
    assert driver.ui.inputVolume.currentNode() is loaded.inputVolume
    assert (loaded.profile.name, loaded.target.name) == ("saidi2024", "folder")
    assert driver.ui.targetFolder.currentPath == str(tmp_path / "out")
    assert driver.ui.passphrase.text == driver.ui.repeatPassphrase.text == driver.ui.recordText.plainText == ""
    assert "Review it" in driver.ui.regionState.plainText  # what was found is remembered with the segmentation
    assert np.array_equal(driver.voxels(loaded.stegoVolume), marked)
    assert driver.extract(loaded.stegoVolume, "do not keep me") == {"text": "in the scene"}
    driver.ui.saveButton.click()
    assert "2 images were written" in driver.ui.saveState.plainText


def test_closing_forgets_secrets_and_results(driver: Any, loose: Any) -> None:
    import slicer

    assert driver.extract(driver.embed()) == {"text": "in the scene"}
    assert loose is driver.parameters.inputVolume
    slicer.mrmlScene.Clear(False)
    ui = driver.ui
    for field in (ui.passphrase, ui.repeatPassphrase, ui.extractPassphrase, ui.patientName, ui.patientID):
        assert field.text == ""
    assert ui.recordText.plainText == ""
    assert ui.recordTable.rowCount == ui.slicesTable.rowCount == ui.embedTable.rowCount == 0
    assert not ui.qrPicture.visible
    assert "Choose the CT or MR volume" in ui.inputState.plainText
    assert "nothing to save" in ui.saveState.plainText


@pytest.mark.parametrize("node", ["inputVolume", "segmentation", "stegoVolume"])
def test_removing_a_node_in_use(driver: Any, loose: Any, node: str) -> None:
    import slicer

    assert driver.embed() is not None
    assert loose is driver.parameters.inputVolume
    slicer.mrmlScene.RemoveNode(getattr(driver.parameters, node))
    driver.settle()
    assert getattr(driver.parameters, node) is None
    words = {"inputVolume": "inputState", "segmentation": "regionState", "stegoVolume": "saveState"}
    assert getattr(driver.ui, words[node]).plainText.startswith(("Choose", "Press Find", "There is nothing to save"))


def test_another_module_edits_the_region(driver: Any, host: Any, loose: Any) -> None:
    import slicer

    driver.ui.editButton.click()
    assert slicer.util.selectedModule() == "SegmentEditor"
    editor = slicer.mrmlScene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
    assert editor.GetSegmentationNode() is driver.parameters.segmentation
    assert editor.GetSourceVolumeNode() is loose
    driver.erase(driver.parameters.segmentation, loose, slice(0, 1), slice(100, 150), slice(100, 150))
    host.open_module("StegoMed")
    driver.settle()
    assert "on 1 slice (1)" in driver.ui.regionState.plainText


def observed(driver: Any) -> set[str]:
    """Classes of what panel and widget observe."""
    held = [*driver.panel.Observations, *driver.widget.Observations]
    return {each[0].GetClassName() if hasattr(each[0], "GetClassName") else type(each[0]).__name__ for each in held}


def test_no_observer_outlives_the_panel(host: Any, driver: Any, loose: Any) -> None:
    import slicer

    assert loose is not None
    assert observed(driver) == {"vtkMRMLScene", "vtkSegmentation", "StegoMedParameters"}
    host.close_module("StegoMed")
    assert observed(driver) == set()
    slicer.mrmlScene.Clear(False)  # nobody is left to answer


def test_one_segmentation_is_observed_at_a_time(driver: Any, loose: Any) -> None:
    import slicer

    def segments() -> list[Any]:
        return [each[0] for each in driver.panel.Observations if "vtkSegmentation" in type(each[0]).__name__]

    assert loose is driver.parameters.inputVolume
    for _ in range(3):
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        driver.parameters.segmentation = node
        assert set(segments()) == {node.GetSegmentation()}
        assert len(segments()) == 3  # one for each kind of change
    driver.parameters.segmentation = None
    assert segments() == []


def test_reload_takes_the_packages_along(host: Any, driver: Any, monkeypatch: Any) -> None:
    old = {name for name in sys.modules if name.startswith("StegoMedPanel")}
    assert old
    seen: list[set[str]] = []
    base = driver.widget.__class__.__mro__[1]
    monkeypatch.setattr(base, "onReload", lambda _: seen.append({n for n in sys.modules if n in old}), raising=False)
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0].startswith("StegoMed")}
    try:
        driver.widget.onReload()
    finally:
        sys.modules.update(kept)
    assert seen == [set()]
    assert host.unhandled == []


def test_embedding_twice_forgets_the_first_numbers(driver: Any, loose: Any) -> None:
    first = driver.embed()
    assert driver.ui.embedTable.rowCount > 0
    second = driver.embed()
    assert first is not second
    assert loose is driver.parameters.inputVolume
    driver.parameters.stegoVolume = first
    assert driver.ui.embedTable.rowCount == 0


def test_a_stego_volume_may_be_embedded_in_again(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(volume)
    driver.find()
    driver.text("first")
    first = driver.embed()
    driver.choose(first)
    assert "already" in driver.ui.inputState.plainText
    driver.text("second")
    assert driver.embed() is first
    assert "carries a record already" in driver.ui.embedState.plainText
    driver.ui.replaceRecord.checked = True
    second = driver.embed()
    assert driver.extract(second) == {"text": "second"}
    assert driver.states() == {"intact"}
    driver.save_to_database()
    assert "is in the DICOM database" in driver.ui.saveState.plainText


def test_the_passphrase_is_shown_on_request_only(driver: Any) -> None:
    import qt

    fields = driver.ui.passphrase, driver.ui.repeatPassphrase
    assert {field.echoMode for field in fields} == {qt.QLineEdit.Password}
    driver.ui.showPassphrase.click()
    assert {field.echoMode for field in fields} == {qt.QLineEdit.Normal}
    driver.panel.embed.clear()
    assert {field.echoMode for field in fields} == {qt.QLineEdit.Password}


def test_unticked_attributes_stay_unticked_in_another_volume_and_in_a_saved_scene(
    driver: Any, dicom_database: Any, tmp_path: Path
) -> None:
    import qt
    import slicer
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "series"), dicom_database)
    driver.choose(volume)
    driver.settle()
    items = driver.ui.headerAttributes
    (row,) = [row for row in range(items.rowCount) if items.item(row, 0).data(qt.Qt.UserRole) == "PatientSex"]
    items.item(row, 0).setCheckState(qt.Qt.Unchecked)
    driver.settle()
    assert "PatientSex" not in driver.panel.embed.form.attributes()
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))

    driver.choose(slicer.util.addVolumeFromArray(voxels(), name="Loose"))
    driver.settle()
    driver.choose(volume)
    driver.settle()

    assert "PatientSex" not in driver.panel.embed.form.attributes()
    assert "PatientName" in driver.panel.embed.form.attributes()
    assert "PatientSex" in saved(tmp_path / "scene.mrb")
