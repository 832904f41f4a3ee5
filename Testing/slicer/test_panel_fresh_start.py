"""The first minutes with the extension: nothing installed yet, nothing chosen yet, sample data, self-tests."""

from __future__ import annotations

import importlib
import sys
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("slicer_core")

TOP = Path(__file__).parents[2]
BARE = {"pydicom", "scipy", "segno", "cbor2", "cryptography", "base45"}


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    host.import_module(TOP / "StegoMed" / "DICOMStegoMedPlugin.py")
    return Driver(host, panel)


@pytest.fixture
def bare(panel: Any, monkeypatch: Any) -> Any:
    """A Slicer with its own packages only, and a pip that finds nothing."""
    assert panel is not None
    packages = importlib.import_module("StegoMedPanel.packages")
    monkeypatch.setattr(packages, "_installed", lambda requirement: requirement.startswith(("numpy", "scipy")))
    monkeypatch.setattr(packages.pip, "plan", lambda wanted, _: [packages.pip.Change(each, "1") for each in wanted])
    return packages


def wait(condition: Callable[[], Any]) -> None:
    """Let timers run until something is so."""
    import time

    import slicer

    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        slicer.app.processEvents()
        time.sleep(0.01)


def sample_source() -> Any:
    import SampleData

    importlib.import_module("StegoMed").register_sample_data()
    return SampleData.SampleDataLogic().sourceForSampleName("StegoMedPhantomCT")


@pytest.mark.parametrize("database", [True, False])
def test_the_phantom_of_sample_data_is_shown_whole_with_a_fitting_window(
    host: Any, driver: Any, dicom_database: Any, database: bool
) -> None:
    import slicer

    source = sample_source()
    if not database:
        dicom_database.closeDatabase()
    assert driver is not None
    (node,) = source.customDownloader(source)
    assert bool(node.GetAttribute("DICOM.instanceUIDs")) is database
    composite = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetSliceCompositeNode()
    assert composite.GetBackgroundVolumeID() == node.GetID()
    display = node.GetDisplayNode()
    assert (display.GetWindow(), display.GetLevel()) == (400, 40)
    picture = np.asarray(host.slice_view.render())
    assert len(np.unique(picture)) > 20  # tissue in many greys, not all black or white
    logic = slicer.app.layoutManager().sliceWidget("Red").sliceLogic()
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    assert max(logic.GetSliceNode().GetFieldOfView()[:2]) >= bounds[1] - bounds[0]


def test_sample_data_asks_for_packages_and_says_why_it_shows_nothing(host: Any, bare: Any) -> None:
    assert bare is not None
    host.answer.append(False)
    source = sample_source()
    assert source.customDownloader(source) == []
    (_, question), (kind, words) = host.messages
    assert "pydicom" in question
    assert kind == "error"
    assert "Nothing was done" in words


def test_self_tests_skip_with_a_sentence_where_packages_are_missing(host: Any, bare: Any) -> None:
    assert bare is not None
    module = importlib.import_module("StegoMed")
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(module.StegoMedTest).run(result)
    assert len(result.skipped) == 6
    assert not result.errors
    assert not result.failures
    assert all("pydicom>=3.0.1,<4" in reason and "pyjpegls" not in reason for _, reason in result.skipped)
    module.StegoMedTest().runTest()  # as Slicer's button and slicer_add_python_unittest do
    assert "delay" in {kind for kind, _ in host.messages}


def test_choosing_a_volume_without_packages_says_what_is_known(driver: Any, bare: Any, monkeypatch: Any) -> None:
    """Nothing that packages are needed for is asked of them before they are there."""
    import slicer

    assert bare is not None
    for name in [name for name in sys.modules if name.partition(".")[0] in BARE]:
        monkeypatch.delitem(sys.modules, name)
    for name in BARE:
        monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if name.startswith("StegoMedLib.") and name != "StegoMedLib.errors"]:
        monkeypatch.delitem(sys.modules, name)
    driver.choose(slicer.util.addVolumeFromArray(np.zeros((2, 8, 8), "int16")))
    driver.text("words")
    driver.settle()
    assert driver.ui.inputState.plainText.startswith("2 slices of 8x8 pixels")
    assert "packages are installed" in driver.ui.needsState.plainText


def test_an_old_python_gets_a_sentence_instead_of_the_panel(host: Any, scene: Any, monkeypatch: Any) -> None:
    assert scene is not None
    monkeypatch.setattr(sys, "version_info", (3, 9, 10))
    widget = host.load_module(TOP / "StegoMed" / "StegoMed.py")
    import qt

    assert widget.panel is None
    words = [each.text for each in widget.parent.findChildren(qt.QLabel)]
    assert any("needs Slicer 5.10 or later" in each for each in words)
    widget.enter()
    widget.cleanup()
    host.close_module("StegoMed")


def test_the_only_volume_is_chosen_by_itself(driver: Any) -> None:
    import slicer

    first = slicer.util.addVolumeFromArray(np.zeros((2, 8, 8), "int16"))
    wait(lambda: driver.parameters.inputVolume is first)
    assert driver.parameters.extractVolume is first
    driver.ui.inputVolume.setCurrentNode(None)
    slicer.util.addVolumeFromArray(np.zeros((2, 8, 8), "int16"))
    driver.settle()
    wait(lambda: not driver.panel._timer.active)
    assert driver.parameters.inputVolume is None  # which of two, only the user knows


def test_the_segmentation_lies_under_the_study(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    import slicer
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(volume)
    segmentation, stego = driver.find(), driver.embed()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    parents = {hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in (volume, segmentation, stego)}
    assert len(parents) == 1
    assert hierarchy.GetSceneItemID() not in parents


def test_states_agree_after_editing_and_embedding(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(volume)
    segmentation = driver.find()
    driver.erase(segmentation, volume, slice(0, 1), slice(120, 130), slice(120, 130))
    driver.settle()
    assert "on 1 slice (1)" in driver.ui.regionState.plainText
    assert "press Capacity" in driver.ui.needsState.plainText
    driver.embed()
    driver.settle()
    assert "embedded in 3 of 3 slices" in driver.ui.embedState.plainText
    shown = [driver.ui.inputState.plainText, driver.ui.needsState.plainText]
    assert not [words for words in shown if "Capacity" in words]


def test_embedding_again_replaces_what_was_not_saved(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    import slicer
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(volume)
    driver.find()
    driver.embed()
    count = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    driver.embed()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == count == 3
    driver.save_to_database()
    driver.embed()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 4  # what was saved stays


def test_saving_twice_asks(host: Any, driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from panel_driver import write_phantom

    driver.choose(driver.load(write_phantom(tmp_path / "phantom"), dicom_database))
    driver.find()
    driver.embed()
    driver.save_to_database()
    known = driver.series(dicom_database)
    for answer, more in ((False, 0), (True, 1)):
        host.answer.append(answer)
        driver.save_to_database()
        assert "saved already" in host.messages[-1].text
        assert len(driver.series(dicom_database)) == len(known) + more
    assert "is in the DICOM database" in driver.ui.saveState.plainText


def test_one_slice_is_called_one_slice(driver: Any) -> None:
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=1, size=256)
    voxels = np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept))
    driver.choose(slicer.util.addVolumeFromArray(voxels, name="One"))
    driver.find()
    driver.text("alone")
    driver.extract(driver.embed())
    driver.settle()
    ui = driver.ui
    names = ("inputState", "regionState", "needsState", "embedState", "extractState")
    lines = [getattr(ui, name).plainText for name in names]
    assert not [words for words in lines if "1 slices" in words or "some of" in words]
    assert "1 of 1 slice can carry" in ui.inputState.plainText
