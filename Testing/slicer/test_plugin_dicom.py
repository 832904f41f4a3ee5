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
    stego = driver.embed()
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
    stego = driver.embed()
    slicer.util.arrayFromVolume(stego)[0, 0, 0] += 1
    error, files = exported(plugin, stego, tmp_path)
    assert "changed after embedding" in error
    assert not [path for path in files if "StegoMed_" in str(path)]
    (exportable,) = plugin.examineForExport(item_of(stego))
    slicer.mrmlScene.RemoveNode(stego)
    assert "no longer in the scene" in plugin.export([exportable])


def edited(plugin: Any, node: Any, folder: Path, **tags: str) -> tuple[str, list[Any]]:
    """Export after *Edit DICOM tags*; the error, and the data sets."""
    from pydicom import dcmread

    folder.mkdir()
    (exportable,) = plugin.examineForExport(item_of(node))
    for keyword, value in tags.items():
        exportable.setTag(keyword, value)
    exportable.directory = str(folder)
    error = plugin.export([exportable])
    return error, [dcmread(path) for path in sorted(folder.rglob("*.dcm"))]


def test_tags_edited_in_the_dialog_are_honoured_and_others_stay(
    plugin: Any, driver: Any, volume: Any, tmp_path: Path
) -> None:
    driver.choose(volume)
    driver.find()
    tags = {"PatientName": "", "PatientID": "T-1", "SeriesDescription": "For transfer"}
    error, datasets = edited(plugin, driver.embed(), tmp_path / "export", **tags)
    assert error == ""
    assert len(datasets) == 3
    for each in datasets:
        assert (each.PatientName, each.PatientID, each.SeriesDescription) == ("", "T-1", "For transfer")
        assert each.PatientBirthDate == "19700101"
        assert "StegoMed" in each.DerivationDescription


def test_nothing_edited_changes_nothing_but_name_and_number(
    plugin: Any, driver: Any, volume: Any, tmp_path: Path
) -> None:
    driver.choose(volume)
    driver.find()
    error, datasets = edited(plugin, driver.embed(), tmp_path / "export")
    assert error == ""
    for each in datasets:
        assert (each.PatientName, each.PatientID) == ("Phantom^Abdomen", "SM-0001")
        assert (each.SeriesDescription, each.SeriesNumber) == ("Phantom CT StegoMed", 2)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"PatientBirthDate": "tomorrow"}, "PatientBirthDate cannot hold"),
        ({"PatientName": "\u738b"}, "PatientName has characters"),
        ({"SeriesNumber": "first"}, "SeriesNumber cannot hold"),
    ],
)
def test_unlawful_tags_get_a_sentence_and_write_nothing(
    plugin: Any, driver: Any, volume: Any, dicom_database: Any, tmp_path: Path, tags: dict[str, str], words: str
) -> None:
    from pydicom import dcmread

    for path in driver.source_files(dicom_database, volume):
        dataset = dcmread(path)
        dataset.SpecificCharacterSet = "ISO_IR 100"
        dataset.save_as(path)
    driver.choose(volume)
    driver.find()
    error, datasets = edited(plugin, driver.embed(), tmp_path / "export", **tags)
    assert words in error
    assert datasets == []
    assert not list((tmp_path / "export").iterdir())


def test_patient_typed_for_a_volume_without_dicom_is_written(plugin: Any, driver: Any, tmp_path: Path) -> None:
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=1, size=256)
    voxels = np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept))
    driver.choose(slicer.util.addVolumeFromArray(voxels, name="Loose"))
    driver.find()
    driver.text("words")
    tags = {"PatientName": "Doe^J\u00f6hn", "PatientID": "77"}
    error, (dataset,) = edited(plugin, driver.embed(), tmp_path / "export", **tags)
    assert error == ""
    assert (str(dataset.PatientName), dataset.PatientID) == ("Doe^J\u00f6hn", "77")
    assert dataset.SeriesDescription == "Loose stego"


def test_new_series_of_one_study_get_names_and_numbers_of_their_own(
    driver: Any, host: Any, volume: Any, dicom_database: Any
) -> None:
    for _ in range(3):
        driver.choose(volume)
        driver.find()
        driver.embed()
        host.answer.append(True)
        driver.save_to_database()
    first = [dicom_database.instancesForSeries(series)[0] for series in driver.series(dicom_database)]
    names = sorted(dicom_database.instanceValue(uid, "0008,103e") for uid in first)
    assert names == ["Phantom CT", "Phantom CT StegoMed", "Phantom CT StegoMed 2", "Phantom CT StegoMed 3"]
    assert sorted(int(dicom_database.instanceValue(uid, "0020,0011")) for uid in first) == [1, 2, 3, 4]


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
