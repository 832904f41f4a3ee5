"""The region lies where the body is, whatever transform the volume is under, and embedding stops where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[NDArray[np.bool_]]:
    """Masks that the library gave the panel to keep."""
    from StegoMedPanel import nodes

    kept: list[NDArray[np.bool_]] = []
    real = nodes.replace_mask

    def replace_mask(segmentation: Any, volume: Any, mask: NDArray[np.bool_], *label: Any) -> None:
        kept.append(mask.copy())
        real(segmentation, volume, mask, *label)

    monkeypatch.setattr(nodes, "replace_mask", replace_mask)
    return kept


def loose(name: str = "Loose") -> Any:
    """A phantom volume without DICOM header."""
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    phantom = phantom_series(slices=4, size=256)
    return slicer.util.addVolumeFromArray(np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept)), name=name)


def turned(degrees: float = 12.0, shift: float = 35.0) -> Any:
    """A linear transform, in the scene."""
    import slicer
    import vtk

    transform = vtk.vtkTransform()
    transform.RotateX(degrees)
    transform.RotateZ(degrees / 2)
    transform.Translate(shift, 0.0, 0.0)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Turned")
    node.SetMatrixTransformToParent(transform.GetMatrix())
    return node


def with_gaps(folder: Path, target: Path) -> Path:
    """A series with every third slice left out."""
    target.mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        if number % 3 != 1:
            (target / path.name).write_bytes(path.read_bytes())
    return target


def goes_round(driver: Any, volume: Any, found: list[NDArray[np.bool_]]) -> None:
    """Find, look at what was kept, embed, and see that nothing of it has changed."""
    driver.choose(volume)
    segmentation = driver.find()
    assert segmentation is not None, driver.ui.regionState.plainText
    assert segmentation.GetTransformNodeID() == volume.GetTransformNodeID()
    assert np.array_equal(driver.mask(segmentation, volume), found[-1])
    driver.text("under a transform")
    before = driver.voxels(volume)
    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    changed = driver.voxels(stego) != before
    assert changed.any()
    assert not (changed & found[-1]).any()


def test_a_volume_that_was_turned_keeps_its_region(driver: Any, found: list[NDArray[np.bool_]]) -> None:
    volume = loose()
    volume.SetAndObserveTransformNodeID(turned().GetID())
    goes_round(driver, volume, found)


def test_a_series_with_slices_taken_out_keeps_its_region(
    driver: Any, dicom_database: Any, tmp_path: Path, found: list[NDArray[np.bool_]]
) -> None:
    from panel_driver import write_phantom

    folder = with_gaps(write_phantom(tmp_path / "whole", slices=7), tmp_path / "gaps")
    volume = driver.load(folder, dicom_database)
    assert volume.GetParentTransformNode() is not None
    assert volume.GetParentTransformNode().IsA("vtkMRMLGridTransformNode")
    goes_round(driver, volume, found)


@pytest.mark.data
@pytest.mark.parametrize("series", ["ct_head_dcmqact", "ct_abdomen_chaos3"])
def test_real_series_under_acquisition_transforms_keep_their_regions(
    driver: Any, dicom_database: Any, data_dir: Path, series: str, found: list[NDArray[np.bool_]]
) -> None:
    volume = driver.load(data_dir / "curated" / series, dicom_database)
    assert volume.GetParentTransformNode() is not None
    goes_round(driver, volume, found)


@pytest.mark.parametrize("change", ["another", "none"])
def test_a_transform_changed_after_finding_stops_embedding_with_a_sentence(driver: Any, change: str) -> None:
    import slicer

    volume = loose()
    volume.SetAndObserveTransformNodeID(turned().GetID())
    driver.choose(volume)
    segmentation = driver.find()
    driver.text("not to be embedded")
    volume.SetAndObserveTransformNodeID(turned(3.0).GetID() if change == "another" else None)
    nodes = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    assert driver.embed() is None
    assert "different transforms" in driver.ui.embedState.plainText
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == nodes

    volume.SetAndObserveTransformNodeID(segmentation.GetTransformNodeID())
    assert driver.embed() is not None, driver.ui.embedState.plainText


def test_both_may_be_moved_together(driver: Any) -> None:
    volume = loose()
    driver.choose(volume)
    segmentation = driver.find()
    driver.text("moved together")
    node = turned()
    for each in (volume, segmentation):
        each.SetAndObserveTransformNodeID(node.GetID())
    assert driver.embed() is not None, driver.ui.embedState.plainText


def test_the_region_lies_in_the_study_of_its_volume(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    import slicer
    from panel_driver import write_phantom

    volume = driver.load(write_phantom(tmp_path / "whole"), dicom_database)
    driver.choose(volume)
    segmentation = driver.find()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    parents = [hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in (volume, segmentation)]
    assert parents[0] == parents[1]
    assert parents[0] != hierarchy.GetSceneItemID()


def test_usable_air_is_shown_and_is_never_taken_for_the_region(driver: Any) -> None:
    import slicer

    volume = loose()
    driver.choose(volume)
    segmentation = driver.find()
    segments = segmentation.GetSegmentation()
    names = {segments.GetSegment(each).GetName(): each for each in segments.GetSegmentIDs()}
    assert set(names) == {"Significant region", "Usable air"}
    air = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, names["Usable air"], volume) > 0
    mask = driver.mask(segmentation, volume)
    assert air.any()
    assert not (air & mask).any()

    driver.text("in the air")
    stego = driver.embed()
    changed = driver.voxels(stego) != driver.voxels(volume)
    assert not (changed & ~air).any()


def test_checking_capacity_again_shows_the_air_that_is_left(driver: Any) -> None:
    import slicer

    volume = loose()
    driver.choose(volume)
    segmentation = driver.find()

    def air() -> NDArray[np.bool_]:
        return np.asarray(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, "usable_air", volume) > 0)

    before = air()
    driver.paint(segmentation, volume, slice(0, 4), slice(0, 60), slice(None))
    driver.ui.capacityButton.click()
    after = air()
    assert not after[:, :60].any()
    assert after.sum() < before.sum()
    assert not (after & ~before).any()
