"""Clean scene: nothing that tells whose images they are is in the scene that is saved after it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    made = Driver(host, panel)
    made.ui.cleanStep.collapsed = False
    return made


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    """A series with planted values, loaded."""
    from panel_driver import write_planted

    return driver.load(write_planted(tmp_path / "phantom"), dicom_database)


def clean(driver: Any, *, agreed: bool = True) -> list[list[str]]:
    """Press the button; what the table shows."""
    driver.host.answer.append(agreed)
    driver.ui.cleanButton.click()
    return driver.table("cleanTable")


def contents(bundle: Path) -> Iterator[bytes]:
    """Everything in a saved scene: names of files, their bytes, and those of compressed voxels."""
    with ZipFile(bundle) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield name.encode()
            yield content
            header, _, voxels = content.partition(b"\n\n")
            if b"encoding: gzip" in header:
                yield zlib.decompress(voxels, wbits=47)


def found_in(bundle: Path, planted: list[str]) -> list[str]:
    whole = b"\0".join(contents(bundle)).lower()
    return [each for each in planted if each.lower().encode() in whole]


def save(folder: Path) -> Path:
    import slicer

    path = folder / f"scene{len(list(folder.glob('*.mrb')))}.mrb"
    assert slicer.util.saveScene(str(path))
    return path


def test_no_planted_value_is_in_the_scene_saved_after_it(
    driver: Any, dicom_database: Any, volume: Any, tmp_path: Path
) -> None:
    import slicer
    from panel_driver import PLANTED

    scene = slicer.mrmlScene
    uids = volume.GetAttribute("DICOM.instanceUIDs").split()
    study = dicom_database.instanceValue(uids[0], "0020,000D")
    planted = [*PLANTED, *uids, study, str(tmp_path)]
    driver.choose(volume)
    driver.find()
    driver.text("nothing of it")
    driver.embed()
    hide_everywhere(scene, volume, tmp_path)
    before = save(tmp_path)
    assert set(found_in(before, planted)) >= {"Petronella", "PLANT-4711", "19520607", uids[0], study, str(tmp_path)}

    voxels = driver.voxels(volume)
    rows = clean(driver)
    assert "Nothing that was looked for is left" in driver.ui.cleanState.plainText, driver.ui.cleanState.plainText
    assert ["Volume 1", "name"] in rows
    assert ["Patient 1", "attribute DICOM.PatientName"] in rows
    assert not [row for row in rows if any(each.lower() in " ".join(row).lower() for each in planted)]
    assert np.array_equal(driver.voxels(volume), voxels)
    assert "Volume 1 stego" in [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")]

    assert clean(driver) == []
    assert "There was nothing to take out" in driver.ui.cleanState.plainText
    assert found_in(save(tmp_path), planted) == []


def hide_everywhere(scene: Any, volume: Any, folder: Path) -> None:
    """Plant the name where other modules and people may have put it."""
    import slicer
    import vtk

    volume.SetDescription("scan of Planted^Petronella")
    text = scene.AddNewNodeByClass("vtkMRMLTextNode", "Report of PETRONELLA")
    text.SetText("Petronella was seen on 20260102.")
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "Numbers")
    column = vtk.vtkStringArray()
    column.SetName("of Petronella")
    column.InsertNextValue("PLANT-4711")
    table.AddColumn(column)
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "Points")
    points.AddControlPoint(vtk.vtkVector3d(1, 2, 3))
    points.SetNthControlPointLabel(0, "liver of Petronella")
    points.SetNthControlPointDescription(0, "ACC-990011")
    segmentation = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")[0]
    segmentation.GetSegmentation().AddEmptySegment("own", "Petronella's liver")
    parameters = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Another module")
    parameters.SetParameter("who", "PLANT-4711")
    parameters.SetParameter("outputFile", str(folder / "out"))
    points.SetAttribute("Reader.note", "as Planted^Petronella said")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "all of Petronella")
    patient = hierarchy.GetItemParent(hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume)))
    hierarchy.SetItemAttribute(patient, "DICOM.PatientBirthDate", "19520607")  # as Slicer does
    hierarchy.SetItemAttribute(hierarchy.GetItemByDataNode(points), "Note", "Plantation General")
    view = scene.AddNode(slicer.vtkMRMLSceneViewNode())
    view.SetName("As Petronella lay")
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Sequence")
    sequence.SetDataNodeAtValue(text, "0")
    assert slicer.util.saveNode(volume, str(folder / "Petronella.nrrd"))


def test_nothing_is_cleaned_unless_the_user_agrees(driver: Any, volume: Any, tmp_path: Path) -> None:
    name = volume.GetName()
    assert clean(driver, agreed=False) == []
    assert "brings them back" in driver.host.messages[-1][-1]
    assert volume.GetName() == name
    assert found_in(save(tmp_path), ["Petronella"]) == ["Petronella"]


def test_a_volume_of_short_name_wipes_nothing_else_out(driver: Any, volume: Any, scene: Any) -> None:
    volume.SetName("1")
    other = scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Settings 1")
    other.SetParameter("count", "1")
    clean(driver)
    assert (volume.GetName(), other.GetName(), other.GetParameter("count")) == ("Volume 1", "Settings 1", "1")


def test_an_empty_scene_has_nothing_to_clean(driver: Any) -> None:
    assert clean(driver) == []
    assert "There was nothing to take out" in driver.ui.cleanState.plainText


def test_what_cannot_be_cleaned_is_named(driver: Any, volume: Any, scene: Any) -> None:
    """A node of a kind that nobody here knows keeps its text, and the panel says so."""
    assert volume is not None
    colors = scene.AddNewNodeByClass("vtkMRMLColorTableNode", "Labels")
    colors.SetTypeToUser()
    colors.SetNumberOfColors(2)
    view = scene.AddNewNodeByClass("vtkMRMLViewNode")
    view.SetLayoutLabel("Petronella")
    clean(driver)
    assert "Something is left in: View" in driver.ui.cleanState.plainText
