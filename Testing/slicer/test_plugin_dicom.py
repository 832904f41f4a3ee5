"""The DICOM plugin: "StegoMed series" in Export to DICOM, marked series when they are loaded; and the sample data."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer_core")

FOLDER = Path(__file__).parents[2] / "StegoMed"
KEY = "DICOMStegoMedPlugin"


@pytest.fixture
def plugin(host: Any, panel: Any) -> Any:
    import slicer

    assert panel is not None
    host.import_module(FOLDER / f"{KEY}.py")
    return slicer.modules.dicomPlugins[KEY]()


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    from panel_driver import write_phantom

    return driver.load(write_phantom(tmp_path / "phantom"), dicom_database)


def item_of(node: Any) -> int:
    import slicer

    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    return int(hierarchy.GetItemByDataNode(node))


def exported(plugin: Any, node: Any, folder: Path) -> tuple[str, list[Path]]:
    (exportable,) = plugin.examineForExport(item_of(node))
    assert exportable.pluginClass == KEY
    assert 0 < exportable.confidence <= 1
    exportable.directory = str(folder)
    return plugin.export([exportable]), sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_stego_volume_is_exported_as_a_new_series(
    plugin: Any, driver: Any, volume: Any, dicom_database: Any, tmp_path: Path
) -> None:
    import slicer
    from DICOMLib import DICOMUtils
    from pydicom import dcmread

    driver.choose(volume)
    driver.find()
    stego = driver.hide()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    assert hierarchy.GetItemParent(item_of(stego)) == hierarchy.GetItemParent(item_of(volume))  # the same study
    (tmp_path / "export").mkdir()
    error, files = exported(plugin, stego, tmp_path / "export")
    assert error == ""
    assert len(files) == 3
    (source,) = driver.series(dicom_database)
    datasets = [dcmread(path) for path in files]
    assert {str(each.StudyInstanceUID) for each in datasets} == {dicom_database.studyForSeries(source)}
    assert DICOMUtils.importDicom(str(tmp_path / "export"), dicom_database, True)
    loaded = driver.load_series(str(datasets[0].SeriesInstanceUID))
    assert loaded.GetAttribute("StegoMed.series") == "1"
    assert "(StegoMed)" in loaded.GetName()
    assert driver.extract(loaded)["PatientID"] == "SM-0001"


def test_other_volumes_are_not_offered(plugin: Any, volume: Any, scene: Any) -> None:
    assert plugin.examineForExport(item_of(volume)) == []
    assert plugin.examineForExport(item_of(scene.AddNewNodeByClass("vtkMRMLSegmentationNode"))) == []
    assert plugin.examineForExport(0) == []


def test_a_failed_export_says_why(plugin: Any, driver: Any, volume: Any, tmp_path: Path) -> None:
    import slicer

    driver.choose(volume)
    driver.find()
    stego = driver.hide()
    slicer.util.arrayFromVolume(stego)[0, 0, 0] += 1
    error, files = exported(plugin, stego, tmp_path)
    assert "changed after hiding" in error
    assert not [path for path in files if "StegoMed_" in str(path)]
    (exportable,) = plugin.examineForExport(item_of(stego))
    slicer.mrmlScene.RemoveNode(stego)
    assert "no longer in the scene" in plugin.export([exportable])


def test_series_of_others_are_not_marked(plugin: Any, volume: Any, dicom_database: Any) -> None:
    files = list(dicom_database.allFiles())
    assert plugin.examineForImport([files]) == []
    assert plugin.examineForImport([[]]) == []
    assert volume.GetAttribute("StegoMed.series") is None


def test_the_phantom_is_offered_as_sample_data(host: Any, plugin: Any, dicom_database: Any) -> None:
    import SampleData
    import slicer

    assert plugin is not None
    assert host is not None
    importlib.import_module("StegoMed").register_sample_data()
    source = SampleData.SampleDataLogic().sourceForSampleName("StegoMedPhantomCT")
    assert Path(source.thumbnailFileName).is_file()
    module = importlib.import_module("StegoMedPanel.sample_data")
    (node, *_) = module.load_phantom(slices=2, size=128)
    assert len(node.GetAttribute("DICOM.instanceUIDs").split()) == 2
    assert dicom_database.patientsCount() == 1
    dicom_database.closeDatabase()
    (loose,) = module.load_phantom(slices=2, size=128)
    assert loose.GetAttribute("DICOM.instanceUIDs") is None
    assert np.array_equal(slicer.util.arrayFromVolume(loose), slicer.util.arrayFromVolume(node))
