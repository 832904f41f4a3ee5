"""Volumes and segmentations of the scene as arrays, files and places; nothing of the library's work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedPanel.untyped import Node, Widget


__all__ = [
    "SERIES_MARK",
    "SOURCES",
    "Label",
    "clone",
    "database",
    "files_of",
    "lps_vectors",
    "mark_air",
    "mask_of",
    "new_segmentation",
    "open_database",
    "replace_mask",
    "still_there",
    "uids_of",
    "voxels_of",
]

SOURCES = "DICOM.instanceUIDs"
"""Attribute that Slicer gives a volume from the DICOM database: one SOPInstanceUID a slice."""
SERIES_MARK = "StegoMed.series"
"""Attribute of a volume loaded from a series that StegoMed wrote."""
_SAME = 1e-6
"""Millimetres by which matrices of the same grid differ at the most."""
_UNKNOWN = "Unknown"


class Label(NamedTuple):
    """What a segmentation of ours shows: the title of its node, and its segment."""

    title: str
    identifier: str
    name: str
    color: tuple[float, float, float]


REGION = Label("significant region", "significant", "Significant region", (0.90, 0.55, 0.20))
_FILL_OPACITY = 0.25
_AIR, _AIR_COLOR = "usable_air", (0.16, 0.51, 0.86)
"""The segment of what may be written to; shown, and never taken for the region."""


def open_database() -> Widget | None:
    """The DICOM database, where one is open."""
    found = getattr(slicer, "dicomDatabase", None)
    return None if found is None or not found.isOpen else found


def database() -> Widget:
    """The open DICOM database.

    Raises
    ------
    UnusableInputError
        There is none, or it is closed.
    """
    found = open_database()
    if found is None:
        raise UnusableInputError("The DICOM database is closed; open the DICOM module once and choose a database.")
    return found


def uids_of(volume: Node, attribute: str = SOURCES) -> tuple[str, ...]:
    """SOPInstanceUIDs of a volume's slices; none when it did not come from DICOM."""
    return tuple((volume.GetAttribute(attribute) or "").split())


def files_of(uids: tuple[str, ...]) -> list[Path]:
    """Files of instances, from the DICOM database.

    Raises
    ------
    UnusableInputError
        The database is closed, or lacks one of them.
    """
    opened = database()
    names = ["" if uid == _UNKNOWN else opened.fileForInstance(uid) for uid in uids]
    for number, name in enumerate(names, start=1):
        if not name or not Path(name).is_file():
            raise UnusableInputError(
                f"The DICOM database has no file for image {number} of this volume; import and load the series again."
            )
    return [Path(name) for name in names]


def voxels_of(volume: Node) -> NDArray[Any]:
    """Voxels of a volume, shape (S, H, W); the node's own memory.

    Raises
    ------
    UnusableInputError
        It has none.
    """
    image = volume.GetImageData()
    if image is None or not image.GetNumberOfPoints():
        raise UnusableInputError("This volume holds no image; load it again.")
    voxels: NDArray[Any] = slicer.util.arrayFromVolume(volume)
    return voxels


def still_there(*nodes: Node) -> None:
    """Make sure that nodes are in the scene.

    Raises
    ------
    UnusableInputError
        One was removed.
    """
    for node in nodes:
        if slicer.mrmlScene.GetNodeByID(node.GetID() or "") is not node:
            raise UnusableInputError(
                "A volume or segmentation that was being worked on was removed from the scene; choose another and "
                "start again."
            )


def clone(volume: Node, name: str, voxels: NDArray[Any]) -> Node:
    """A new volume beside another one, in its place and study, with other voxels, and not known as DICOM."""
    logic = slicer.modules.volumes.logic()
    node = logic.CloneVolumeWithoutImageData(slicer.mrmlScene, volume, name)
    for attribute in tuple(node.GetAttributeNames() or ()):
        if attribute.startswith(("DICOM.", "StegoMed.")):
            node.RemoveAttribute(attribute)
    if node.GetDisplayNode() is not None:  # the window stays that of the other volume; finding one looks at all voxels
        node.GetDisplayNode().SetAutoWindowLevel(0)
    slicer.util.updateVolumeFromArray(node, voxels)
    _lay_beside(node, volume)
    return node


def _lay_beside(node: Node, volume: Node) -> None:
    """Put a node's item of the subject hierarchy into the volume's study."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item, own = hierarchy.GetItemByDataNode(volume), hierarchy.GetItemByDataNode(node)
    if item and own:
        hierarchy.SetItemParent(own, hierarchy.GetItemParent(item))


def new_segmentation(volume: Node, mask: NDArray[np.bool_], label: Label = REGION) -> Node:
    """A segmentation in the volume's geometry with one segment."""
    name = slicer.mrmlScene.GenerateUniqueName(f"{volume.GetName()} {label.title}")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.GetDisplayNode().SetOpacity2DFill(_FILL_OPACITY)
    replace_mask(node, volume, mask, label)
    _lay_beside(node, volume)
    return node


def replace_mask(segmentation: Node, volume: Node, mask: NDArray[np.bool_], label: Label = REGION) -> None:
    """Make a segmentation hold one segment, of a mask (S, H, W), voxel for voxel.

    The segmentation goes under the volume's transform: Slicer resamples between nodes under different ones.

    Raises
    ------
    UnusableInputError
        Slicer does not give the same voxels back.
    """
    segments = segmentation.GetSegmentation()
    segments.RemoveAllSegments()
    segmentation.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    segment = segments.AddEmptySegment(*label[1:])
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), segmentation, segment, volume)
    if not np.array_equal(mask_of(segmentation, volume), mask):
        raise UnusableInputError(
            "Slicer moved the region while keeping it, so that it would miss parts of the body; harden the volume's "
            "transform (Transforms module), then find the region again."
        )


def mark_air(segmentation: Node, volume: Node, air: NDArray[np.bool_]) -> None:
    """Show what may be written to (S, H, W) as a second segment, in place of what was shown before."""
    segments = segmentation.GetSegmentation()
    if _AIR in segments.GetSegmentIDs():
        segments.RemoveSegment(_AIR)
    segment = segments.AddEmptySegment(_AIR, "Usable air", _AIR_COLOR)
    slicer.util.updateSegmentBinaryLabelmapFromArray(air.astype(np.uint8), segmentation, segment, volume)


def mask_of(segmentation: Node, volume: Node) -> NDArray[np.bool_]:
    """All segments but that of the air together, in the volume's geometry; bool, shape (S, H, W).

    Raises
    ------
    UnusableInputError
        There is no segment, or the segmentation is under another transform than the volume.
    """
    if segmentation.GetTransformNodeID() != volume.GetTransformNodeID():
        raise UnusableInputError(
            "The segmentation and the volume are under different transforms, so that the region would lie beside the "
            "body; put the segmentation under the volume's transform (Data module), or find the region again."
        )
    identifiers = [each for each in segmentation.GetSegmentation().GetSegmentIDs() if each != _AIR]
    if not identifiers:
        raise UnusableInputError(
            "The segmentation is empty, and what is not segmented would be taken for air; find the significant region "
            "or draw it."
        )
    mask = np.zeros(voxels_of(volume).shape, dtype=np.bool_)
    for identifier in identifiers:
        mask |= _segment(segmentation, identifier, volume) > 0
    return mask


def _segment(segmentation: Node, identifier: str, volume: Node) -> NDArray[Any]:
    """One segment as an array in the volume's geometry."""
    labels = segmentation.GetBinaryLabelmapInternalRepresentation(identifier)
    if labels is not None and _same_grid(labels, volume):
        return _placed(labels, segmentation.GetSegmentation().GetSegment(identifier).GetLabelValue(), volume)
    return _exported(segmentation, identifier, volume)


def _same_grid(labels: Node, volume: Node) -> bool:
    """Whether the voxels of a labelmap are some of the volume's: then nothing need be resampled."""
    matrices = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    labels.GetImageToWorldMatrix(matrices[0])
    volume.GetIJKToRASMatrix(matrices[1])
    ours, theirs = (
        np.array([[each.GetElement(row, column) for column in range(4)] for row in range(4)]) for each in matrices
    )
    size, extent = volume.GetImageData().GetDimensions(), labels.GetExtent()
    inside = all(extent[2 * axis] >= 0 and extent[2 * axis + 1] < size[axis] for axis in range(3))
    return inside and bool(np.allclose(ours, theirs, rtol=0.0, atol=_SAME))


def _placed(labels: Node, value: int, volume: Node) -> NDArray[Any]:
    """Where a labelmap holds a value, as an array of the whole volume."""
    mask = np.zeros(volume.GetImageData().GetDimensions()[::-1], dtype=np.uint8)
    scalars = labels.GetPointData().GetScalars()
    if scalars is not None and scalars.GetNumberOfTuples():
        part = vtk_to_numpy(scalars).reshape(labels.GetDimensions()[::-1])
        i0, i1, j0, j1, k0, k1 = labels.GetExtent()
        mask[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1] = part == value
    return mask


def _exported(segmentation: Node, identifier: str, volume: Node) -> NDArray[Any]:
    """One segment resampled by Slicer, without the display node that its function leaves in the scene."""
    kind = "vtkMRMLLabelMapVolumeDisplayNode"
    before = set(slicer.util.getNodesByClass(kind))
    try:
        array: NDArray[Any] = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, identifier, volume)
    finally:
        for left in set(slicer.util.getNodesByClass(kind)) - before:
            slicer.mrmlScene.RemoveNode(left)
    return array


def lps_vectors(volume: Node) -> tuple[tuple[float, float, float], ...]:
    """Origin of a volume, and its steps along columns, rows and slices, in mm and DICOM's directions.

    Raises
    ------
    UnusableInputError
        The volume is moved by a transform, which its voxels know nothing of.
    """
    if volume.GetParentTransformNode() is not None:
        raise UnusableInputError(
            "A transform moves this volume; harden the transform (Transforms module) before saving it as DICOM."
        )
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    flips = (-1.0, -1.0, 1.0)  # from Slicer's right, anterior, superior to DICOM's left, posterior, superior

    def column(index: int) -> tuple[float, float, float]:
        x, y, z = (flips[row] * matrix.GetElement(row, index) for row in range(3))
        return x, y, z

    return column(3), column(0), column(1), column(2)
