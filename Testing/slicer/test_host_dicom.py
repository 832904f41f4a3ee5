"""The DICOM database, loading and exporting behave as Slicer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread

if TYPE_CHECKING:
    from pathlib import Path


def edit(path: Path, **attributes: Any) -> None:
    dataset = dcmread(path)
    for name, value in attributes.items():
        setattr(dataset, name, value)
    dataset.save_as(path)


def insert_all(database: Any, paths: list[Path]) -> str:
    """Insert files with copies; gives the UID of their series."""
    for each in paths:
        database.insert(str(each), True)
    database.updateDisplayedFields()
    return str(dcmread(paths[0]).SeriesInstanceUID)


def test_files_are_found_by_patient_study_series_and_instance(dicom_database: Any, make_series: Any) -> None:
    paths = make_series()
    series = insert_all(dicom_database, paths)
    (patient,) = dicom_database.patients()
    (study,) = dicom_database.studiesForPatient(patient)
    assert dicom_database.seriesForStudy(study) == (series,)
    assert dicom_database.studyForSeries(series) == study
    assert dicom_database.patientForStudy(study) == patient
    uids = dicom_database.instancesForSeries(series)
    assert set(uids) == {str(dcmread(each).SOPInstanceUID) for each in paths}
    assert dicom_database.filesForSeries(series, 2) == dicom_database.filesForSeries(series)[:2]
    assert dicom_database.seriesForFile(dicom_database.fileForInstance(uids[0])) == series
    assert dicom_database.instanceForFile(dicom_database.fileForInstance(uids[0])) == uids[0]
    assert dicom_database.fileForInstance("1.2.3") == dicom_database.studyForSeries("1.2.3") == ""


def test_an_instance_of_a_known_uid_replaces_the_older_one(dicom_database: Any, make_series: Any) -> None:
    paths = make_series(2)
    series = insert_all(dicom_database, paths)
    uid = str(dcmread(paths[0]).SOPInstanceUID)
    edit(paths[0], SeriesDescription="later", SeriesInstanceUID="1.2.3.4")
    dicom_database.insert(str(paths[0]), True)
    assert dicom_database.imagesCount() == 2
    assert uid not in dicom_database.instancesForSeries(series)
    assert dicom_database.instancesForSeries("1.2.3.4") == (uid,)
    assert dcmread(dicom_database.fileForInstance(uid)).SeriesDescription == "later"
    assert len([each for each in dicom_database.allFiles() if uid in each]) == 1


def test_only_updating_the_displayed_fields_tells_everybody(dicom_database: Any, make_series: Any) -> None:
    told: list[str] = []
    dicom_database.connect("databaseChanged()", lambda: told.append("changed"))
    dicom_database.connect("instanceAdded(QString)", lambda _: told.append("instance"))
    dicom_database.connect("seriesAdded(QString)", lambda _: told.append("series"))
    for each in make_series(2):
        dicom_database.insert(str(each))
    assert told == ["series", "instance", "instance"]
    dicom_database.updateDisplayedFields()
    assert told[3:] == ["changed"]


def test_a_linked_file_that_is_deleted_leaves_a_dead_entry(dicom_database: Any, make_series: Any) -> None:
    from pathlib import Path

    import ctk

    paths = make_series(1)
    ctk.ctkDICOMIndexer().addDirectory(dicom_database, str(paths[0].parent))
    uid = str(dcmread(paths[0]).SOPInstanceUID)
    paths[0].unlink()
    assert dicom_database.fileForInstance(uid) == str(paths[0])
    assert not Path(dicom_database.fileForInstance(uid)).exists()


def test_what_is_no_dicom_file_is_reported_and_left_out(
    dicom_database: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").write_text("no image", encoding="utf-8")
    dicom_database.insert(str(tmp_path / "note.txt"))
    assert dicom_database.imagesCount() == 0
    assert "is not a DICOM file" in capsys.readouterr().err


def test_an_anonymous_study_is_its_own_patient(dicom_database: Any, make_series: Any) -> None:
    paths = make_series(1)
    edit(paths[0], PatientID="", PatientName="")
    insert_all(dicom_database, paths)
    assert dicom_database.nameForPatient("1") == str(dcmread(paths[0]).StudyInstanceUID)


def test_values_are_texts_joined_by_backslashes(dicom_database: Any, make_series: Any) -> None:
    paths = make_series(1)
    insert_all(dicom_database, paths)
    (file,) = dicom_database.allFiles()
    assert dicom_database.fileValue(file, "0020,0037") == "1.0\\0.0\\0.0\\0.0\\1.0\\0.0"
    assert dicom_database.fileValue(file, 0x0028, 0x0010) == dicom_database.fileValue(file, "0028,0010") == "20"
    assert dicom_database.fileValue(file, "0040,0275") == ""
    assert dicom_database.fileValueExists(file, "7FE0,0010")


def test_a_closed_database_knows_nothing_and_takes_nothing(dicom_database: Any, make_series: Any) -> None:
    from DICOMLib import DICOMUtils

    paths = make_series(1)
    series = insert_all(dicom_database, paths)
    name = dicom_database.databaseFilename
    dicom_database.closeDatabase()
    assert dicom_database.isOpen is False
    assert dicom_database.filesForSeries(series) == ()
    assert DICOMUtils.importDicom(str(paths[0].parent)) is False
    dicom_database.openDatabase(name)
    assert len(dicom_database.filesForSeries(series)) == 1


def test_a_temporary_database_gives_the_old_one_back(scene: Any, make_series: Any) -> None:
    import slicer
    from DICOMLib import DICOMUtils

    before = slicer.dicomDatabase.databaseFilename
    with DICOMUtils.TemporaryDICOMDatabase() as database:
        insert_all(database, make_series(1))
        assert database is slicer.dicomDatabase
        assert database.databaseFilename != before
    assert slicer.dicomDatabase.databaseFilename == before
    assert slicer.dicomDatabase.imagesCount() == 0


def load(series: str) -> Any:
    import slicer
    from DICOMLib import DICOMUtils

    return slicer.mrmlScene.GetNodeByID(DICOMUtils.loadSeriesByUID([series])[0])


def assert_slices_are_the_instances(volume: Any, database: Any) -> None:
    """Slice k holds the rescaled values of the k-th UID."""
    import slicer

    voxels = slicer.util.arrayFromVolume(volume)
    uids = volume.GetAttribute("DICOM.instanceUIDs").split()
    for k, uid in enumerate(uids):
        dataset = dcmread(database.fileForInstance(uid))
        values = dataset.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
        np.testing.assert_allclose(voxels[k] if values.ndim == 2 else voxels, values)


@pytest.mark.parametrize("reversed_files", [False, True])
def test_a_series_becomes_a_volume_of_rescaled_values(
    dicom_database: Any, make_series: Any, reversed_files: bool
) -> None:
    import slicer

    paths = make_series(5, rescale=(2, -1000))
    if reversed_files:
        for number, each in enumerate(reversed(paths), 1):
            edit(each, InstanceNumber=number)
    volume = load(insert_all(dicom_database, paths))
    assert slicer.util.arrayFromVolume(volume).shape == (5, 20, 24)
    assert volume.GetStorageNode() is None
    numbers = [int(each) for each in volume.GetAttribute("DICOM.instanceNumbers").split()]
    heights = [float(dcmread(dicom_database.fileForInstance(each)).ImagePositionPatient[2]) for each in uids_of(volume)]
    assert heights == sorted(heights)
    assert numbers == [int(dcmread(dicom_database.fileForInstance(each)).InstanceNumber) for each in uids_of(volume)]
    assert_slices_are_the_instances(volume, dicom_database)


def uids_of(volume: Any) -> list[str]:
    return str(volume.GetAttribute("DICOM.instanceUIDs")).split()


def test_a_left_handed_volume_is_reversed_with_its_instances(scene: Any) -> None:
    import slicer
    import vtk
    from slicer_host.dicom.scalar_volume import _make_right_handed

    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 2, -3.0)
    voxels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    volume = slicer.util.addVolumeFromArray(voxels.copy(), matrix)
    assert _make_right_handed(volume) is True
    assert _make_right_handed(volume) is False
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(volume), voxels[::-1])
    volume.GetIJKToRASMatrix(matrix)
    assert [matrix.GetElement(2, 2), matrix.GetElement(2, 3)] == [3.0, -3.0]


def test_a_loaded_volume_lies_under_its_patient_and_study(dicom_database: Any, make_series: Any) -> None:
    import slicer

    paths = make_series(attributes={"PatientName": "Doe^Jane", "PatientID": "42"})
    series = insert_all(dicom_database, paths)
    volume = load(series)
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    item = hierarchy.GetItemByDataNode(volume)
    study = hierarchy.GetItemParent(item)
    patient = hierarchy.GetItemParent(study)
    assert hierarchy.GetItemUID(item, "DICOM") == series
    assert hierarchy.GetItemUID(study, "DICOM") == dicom_database.studyForSeries(series)
    assert hierarchy.GetItemUID(patient, "DICOM") == "42"
    assert hierarchy.GetItemName(patient).startswith("Doe^Jane")


def test_irregular_slices_get_a_transform_and_keep_their_voxels(dicom_database: Any, make_series: Any) -> None:
    import slicer
    from DICOMLib import DICOMUtils

    paths = make_series(4)
    top = max(paths, key=lambda each: float(dcmread(each).ImagePositionPatient[2]))
    x, y, z = dcmread(top).ImagePositionPatient
    edit(top, ImagePositionPatient=[x, y, float(z) + 2])
    series = insert_all(dicom_database, paths)
    volume, transform = (slicer.mrmlScene.GetNodeByID(each) for each in DICOMUtils.loadSeriesByUID([series]))
    assert transform.GetClassName() == "vtkMRMLGridTransformNode"
    assert volume.GetParentTransformNode() is transform
    assert_slices_are_the_instances(volume, dicom_database)
    moved = [0.0, 0.0, 0.0]
    center = np.array(volume.GetOrigin()) + np.array([0.0, 0.0, 3 * volume.GetSpacing()[2]])
    transform.GetTransformToParent().TransformPoint(center, moved)
    assert moved[2] - volume.GetOrigin()[2] == pytest.approx(float(z) + 2 - min_height(paths), abs=1e-3)


def min_height(paths: list[Path]) -> float:
    return min(float(dcmread(each).ImagePositionPatient[2]) for each in paths)


def test_loading_wants_a_list(dicom_database: Any) -> None:
    from DICOMLib import DICOMUtils

    with pytest.raises(ValueError, match="must contain a list"):
        DICOMUtils.loadSeriesByUID("1.2.3")
    assert DICOMUtils.loadSeriesByUID(["1.2.3"]) == []


@pytest.mark.data
@pytest.mark.parametrize("name", ["ct_abdomen_chaos3", "mr_head_datalad_t1"])
def test_real_series_load(dicom_database: Any, data_dir: Path, name: str) -> None:
    from DICOMLib import DICOMUtils

    assert DICOMUtils.importDicom(str(data_dir / "curated" / name), dicom_database, True)
    (series,) = dicom_database.seriesForStudy(dicom_database.studiesForPatient("1")[0])
    volume = load(series)
    assert volume.GetParentTransformNode() is not None
    assert_slices_are_the_instances(volume, dicom_database)


@pytest.mark.data
@pytest.mark.parametrize("name", ["mr_enhanced_64x64x10_RLE", "t_ct_jpegls_lossless", "t_mr_8bit"])
def test_odd_files_load(dicom_database: Any, data_dir: Path, name: str) -> None:
    path = data_dir / "odd" / f"{name}.dcm"
    volume = load(insert_all(dicom_database, [path]))
    assert len(uids_of(volume)) == 1
    assert_slices_are_the_instances(volume, dicom_database)
