"""The region is read where it lies, and is what Slicer's own export gives, for layers of one segment and of several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer_core")

SHAPE = (5, 40, 48)


@pytest.fixture
def nodes(panel: Any) -> Any:
    import importlib

    assert panel is not None
    return importlib.import_module("StegoMedPanel.nodes")


@pytest.fixture
def volume(scene: Any) -> Any:
    import slicer
    import vtk

    assert scene is not None
    node = slicer.util.addVolumeFromArray(np.zeros(SHAPE, np.int16))
    matrix = vtk.vtkMatrix4x4()
    for index, row in enumerate(((0.0, 0.7, 0.1, 3.0), (-0.9, 0.0, 0.2, -40.0), (0.1, -0.2, 2.5, 7.0))):
        for column, value in enumerate(row):
            matrix.SetElement(index, column, value)
    node.SetIJKToRASMatrix(matrix)
    return node


def labels() -> Any:
    found = np.zeros(SHAPE, np.uint8)
    found[1:4, 5:30, 6:40] = 1
    found[2:, 10:20, 10:20] = 2
    found[0, 39, 47] = 3
    return found


def test_segments_of_one_layer_are_told_apart(nodes: Any, volume: Any, monkeypatch: Any) -> None:
    import slicer

    layer = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    slicer.util.updateVolumeFromArray(layer, labels())
    layer.CopyOrientation(volume)
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.CreateDefaultDisplayNodes()
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(layer, segmentation)
    slicer.mrmlScene.RemoveNode(layer)
    identifiers = segmentation.GetSegmentation().GetSegmentIDs()
    assert len(identifiers) == 3
    exported = [nodes._exported(segmentation, each, volume) > 0 for each in identifiers]
    monkeypatch.setattr(nodes, "_exported", None)  # not asked any more
    for each, expected, value in zip(identifiers, exported, (1, 2, 3), strict=True):
        found = nodes._segment(segmentation, each, volume) > 0
        assert np.array_equal(found, expected)
        assert np.array_equal(found, labels() == value)
    assert np.array_equal(nodes.mask_of(segmentation, volume), labels() > 0)


def test_a_segment_drawn_in_another_geometry_is_resampled(nodes: Any, volume: Any) -> None:
    import slicer

    finer = slicer.util.addVolumeFromArray(np.zeros((10, 80, 96), np.int16))
    mask = np.zeros((10, 80, 96), np.bool_)
    mask[2:8, 20:60, 20:60] = True
    segmentation = nodes.new_segmentation(finer, mask)
    (segment,) = segmentation.GetSegmentation().GetSegmentIDs()
    plain = slicer.util.addVolumeFromArray(np.zeros((5, 40, 48), np.int16), np.diag([2.0, 2.0, 2.0, 1.0]))
    expected = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, plain) > 0
    assert volume is not None
    assert expected.any()
    assert np.array_equal(nodes.mask_of(segmentation, plain), expected)
    for left in slicer.util.getNodesByClass("vtkMRMLLabelMapVolumeDisplayNode"):
        slicer.mrmlScene.RemoveNode(left)


def test_an_empty_segment_marks_nothing(nodes: Any, volume: Any) -> None:
    import slicer

    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segmentation.GetSegmentation().AddEmptySegment("nothing", "Nothing")
    assert not nodes.mask_of(segmentation, volume).any()
