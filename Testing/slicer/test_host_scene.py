"""The scene, files, slice views and the window are Slicer's own, or behave as they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture
def voxels() -> NDArray[np.int16]:
    made = np.zeros((6, 40, 50), np.int16)
    made[1:5, 10:30, 15:35] = 255
    return made


@pytest.fixture
def volume(scene: Any, voxels: NDArray[np.int16]) -> Any:
    import slicer

    return slicer.util.addVolumeFromArray(voxels, name="box")


def segment(volume: Any, mask: NDArray[np.bool_]) -> Any:
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mask")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    identifier = node.GetSegmentation().AddEmptySegment("body", "body", [1.0, 0.0, 0.0])
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), node, identifier, volume)
    return node


def test_a_segment_reads_back_as_it_was_set(volume: Any, voxels: NDArray[np.int16]) -> None:
    import slicer

    node = segment(volume, voxels > 0)
    read = slicer.util.arrayFromSegmentBinaryLabelmap(node, "body", volume)
    np.testing.assert_array_equal(read > 0, voxels > 0)


@pytest.mark.parametrize("name", ["box.nrrd", "box.nii.gz", "box.mha"])
def test_a_volume_is_saved_and_loaded(volume: Any, voxels: NDArray[np.int16], tmp_path: Path, name: str) -> None:
    import slicer

    assert slicer.util.saveNode(volume, str(tmp_path / name))
    loaded = slicer.util.loadVolume(str(tmp_path / name), {"show": False})
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(loaded), voxels)
    assert loaded.GetStorageNode().GetFileName() == str(tmp_path / name)
    assert loaded.GetAttribute("DICOM.instanceUIDs") is None


def test_a_segmentation_is_saved_and_loaded(volume: Any, voxels: NDArray[np.int16], tmp_path: Path) -> None:
    import slicer

    path = str(tmp_path / "mask.seg.nrrd")
    assert slicer.util.saveNode(segment(volume, voxels > 0), path)
    loaded = slicer.util.loadSegmentation(path)
    assert loaded.GetSegmentation().GetSegment("body").GetName() == "body"


def test_a_file_that_is_not_there_fails(scene: Any, tmp_path: Path) -> None:
    import slicer

    with pytest.raises(RuntimeError, match="Failed to load node from file"):
        slicer.util.loadVolume(str(tmp_path / "none.nrrd"), {})


@pytest.mark.parametrize("name", ["scene.mrb", "scene.mrml"])
def test_a_scene_is_saved_and_loaded(volume: Any, voxels: NDArray[np.int16], tmp_path: Path, name: str) -> None:
    import slicer

    segment(volume, voxels > 0)
    if name.endswith(".mrml"):
        for each in (volume, slicer.util.getNode("mask")):
            assert slicer.util.saveNode(each, str(tmp_path / f"{each.GetName()}.nrrd"))
    assert slicer.util.saveScene(str(tmp_path / name))
    slicer.mrmlScene.Clear(False)
    assert slicer.util.getNodes("box") == {}
    slicer.util.loadScene(str(tmp_path / name))
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(slicer.util.getNode("box")), voxels)
    assert slicer.util.getNode("mask").GetSegmentation().GetNumberOfSegments() == 1


def test_the_slice_view_shows_volume_and_segment(host: Any, volume: Any, voxels: NDArray[np.int16]) -> None:
    import slicer

    volume.GetDisplayNode().SetAutoWindowLevel(False)
    volume.GetDisplayNode().SetWindowLevel(255, 127.5)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    host.slice_view.fit()
    plain = host.slice_view.render()
    assert plain.shape == (512, 512, 3)
    middle = (256, 256)
    assert tuple(plain[middle]) == (255, 255, 255)
    assert tuple(plain[256, 8]) == (0, 0, 0)
    segment(volume, voxels > 0)
    marked = host.slice_view.render()
    assert np.abs(marked[middle].astype(int) - (255, 127, 127)).max() <= 2
    np.testing.assert_array_equal(marked[:, :8], plain[:, :8])


def test_layers_reach_all_three_views(volume: Any) -> None:
    import slicer

    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    manager = slicer.app.layoutManager()
    assert manager.sliceViewNames() == ("Red", "Yellow", "Green")
    for name in manager.sliceViewNames():
        widget = manager.sliceWidget(name)
        assert widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
        assert widget.sliceLogic().GetSliceNode() is widget.mrmlSliceNode()
    slicer.util.resetSliceViews()
    slicer.util.forceRenderAllViews()


def test_the_views_outlive_a_closed_scene(host: Any, volume: Any, voxels: NDArray[np.int16]) -> None:
    import slicer

    host.slice_view.render()
    slicer.mrmlScene.Clear(False)
    again = slicer.util.addVolumeFromArray(voxels)
    slicer.util.setSliceViewerLayers(background=again, fit=True)
    assert host.slice_view.render().max() > 0


def test_the_window_is_written_as_a_picture(host: Any, volume: Any, tmp_path: Path) -> None:
    import qt

    path = host.screenshot(tmp_path / "window.png")
    picture = qt.QImage(str(path))
    assert (picture.width(), picture.height()) == (host.window.width, host.window.height)


def test_errors_of_vtk_are_kept(host: Any) -> None:
    import vtk

    host.clear()
    vtk.vtkPNGReader().Update()
    assert "vtkPNGReader" in host.vtk_errors[0]
    host.clear()
    assert host.vtk_errors == []


def test_rendering_can_be_paused(scene: Any) -> None:
    import slicer

    with slicer.util.RenderBlocker():
        assert slicer.app._host_pauses == 1
    assert slicer.app._host_pauses == 0


def test_a_progress_dialog_is_cancelled_by_a_property(scene: Any) -> None:
    import slicer

    progress = slicer.util.createProgressDialog(maximum=4, labelText="slices")
    progress.value = 2
    assert progress.wasCanceled is False
    progress.cancel()
    assert progress.wasCanceled is True
    progress.close()
