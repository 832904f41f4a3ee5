"""The plugin that loads a series as one volume, through Slicer's own reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
import vtk

from .plugin import DICOMLoadable, DICOMPlugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CONFIDENCE = 0.5

#: Distance between slices may vary by this much, in millimetres, before the volume gets a transform.
_SPACING_TOLERANCE = 0.01


class DICOMScalarVolumePluginClass(DICOMPlugin):
    """Loads CT, MR and other grey images."""

    def __init__(self) -> None:
        super().__init__()
        self.loadType = "Scalar Volume"

    def examineForImport(self, fileLists: Sequence[Sequence[str]]) -> list[DICOMLoadable]:
        return [each for files in fileLists for each in self.examineFiles(files)]

    def examineFiles(self, files: Sequence[str]) -> list[DICOMLoadable]:
        """One volume of all files that hold pixels, in order along the normal of the slices."""
        database = slicer.dicomDatabase
        images = [each for each in files if database.fileValueExists(each, "7FE0,0010")]
        if not images:
            return []
        loadable = DICOMLoadable()
        loadable.name = self.defaultSeriesNodeName(database.fileValue(images[0], self.tags["seriesInstanceUID"]))
        loadable.files, distances = _sorted_along_normal(images, self.tags)
        loadable.tooltip, loadable.selected, loadable.confidence = loadable.name, True, _CONFIDENCE
        if distances is None and len(images) > 1:
            loadable.warning = "Reference image in series does not contain geometry information."
        return [loadable]

    def load(self, loadable: DICOMLoadable, readerApproach: str | None = None) -> Any:
        """Load a volume and put it under its patient and study; None where it cannot be read."""
        scene = slicer.mrmlScene
        volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", scene.GenerateUniqueName(loadable.name))
        if not _read(volume, loadable.files):
            scene.RemoveNode(volume)
            return None
        volume.CreateDefaultDisplayNodes()
        files = list(loadable.files)
        if _make_right_handed(volume):
            files.reverse()
        database = slicer.dicomDatabase
        for attribute, tag in (("DICOM.instanceUIDs", "instanceUID"), ("DICOM.instanceNumbers", "instanceNumber")):
            values = [database.fileValue(each, self.tags[tag]) or "Unknown" for each in files]
            volume.SetAttribute(attribute, " ".join(values))
        self._set_window(volume, files[0])
        self.addSeriesInSubjectHierarchy(loadable, volume)
        slicer.app.applicationLogic().GetSelectionNode().SetActiveVolumeID(volume.GetID())
        slicer.app.applicationLogic().PropagateVolumeSelection()
        _, distances = _sorted_along_normal(files, self.tags)
        if distances is not None and len(distances) > 2 and np.ptp(np.diff(distances)) > _SPACING_TOLERANCE:
            _regularize(volume, distances)
        return volume

    def examineForExport(self, item: int) -> list[Any]:
        node = slicer.mrmlScene.GetSubjectHierarchyNode().GetItemDataNode(item)
        if node is None or not node.IsA("vtkMRMLScalarVolumeNode"):
            return []
        exportable = slicer.qSlicerDICOMExportable()
        exportable.name, exportable.confidence = self.loadType, _CONFIDENCE
        exportable.subjectHierarchyItemID, exportable.pluginClass = item, "DICOMScalarVolumePlugin"
        return [exportable]

    def export(self, _exportables: Sequence[Any]) -> str:
        return "Creating DICOM files from scalar volume failed: the host has no command line modules."

    def _set_window(self, volume: Any, file: str) -> None:
        texts = [slicer.dicomDatabase.fileValue(file, self.tags[each]) for each in ("windowWidth", "windowCenter")]
        try:
            width, center = (float(each.split("\\")[0]) for each in texts)
        except ValueError:
            return
        display = volume.GetDisplayNode()
        display.SetAutoWindowLevel(False)
        display.SetWindowLevel(width, center)


def _sorted_along_normal(files: Sequence[str], tags: dict[str, str]) -> tuple[list[str], NDArray[np.float64] | None]:
    """Files in order of their distance along the first one's normal, with these distances in millimetres."""
    database = slicer.dicomDatabase
    texts = [
        (database.fileValue(each, tags["position"]), database.fileValue(each, tags["orientation"])) for each in files
    ]
    if not all(position and orientation for position, orientation in texts):
        return list(files), None
    row, column = np.array(texts[0][1].split("\\"), float).reshape(2, 3)
    distances = np.array([text.split("\\") for text, _ in texts], float) @ np.cross(row, column)
    order = np.argsort(distances, kind="stable")
    return [files[k] for k in order], distances[order]


def _read(volume: Any, files: Sequence[str]) -> bool:
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(files[0])
    storage.ResetFileNameList()
    for each in files:
        storage.AddFileName(each)
    storage.SetSingleFile(False)
    return bool(storage.ReadData(volume))


def _make_right_handed(volume: Any) -> bool:
    """Reverse the slices of a left-handed volume; gives whether it did."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    if matrix.Determinant() >= 0:
        return False
    voxels = slicer.util.arrayFromVolume(volume)
    voxels[:] = voxels[::-1].copy()
    last = len(voxels) - 1
    for row in range(3):
        step = matrix.GetElement(row, 2)
        matrix.SetElement(row, 3, matrix.GetElement(row, 3) + last * step)
        matrix.SetElement(row, 2, -step)
    volume.SetIJKToRASMatrix(matrix)
    slicer.util.arrayFromVolumeModified(volume)
    return True


def _regularize(volume: Any, distances: NDArray[np.float64]) -> None:
    """Give a volume of irregular slice distances a transform that moves its slices; the voxels stay."""
    count = len(distances)
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    normal = np.array([matrix.GetElement(row, 2) for row in range(3)]) / volume.GetSpacing()[2]
    regular = volume.GetSpacing()[2] * np.arange(count)
    shift = (distances - distances[0] - regular)[:, None, None, None] * normal
    field = np.broadcast_to(shift, (count, 2, 2, 3)).astype(np.float64)
    grid = vtk.vtkImageData()
    columns, rows, _ = volume.GetImageData().GetDimensions()
    grid.SetDimensions(2, 2, count)
    from vtk.util.numpy_support import numpy_to_vtk

    grid.GetPointData().SetScalars(numpy_to_vtk(field.reshape(-1, 3), deep=True))
    corner = vtk.vtkMatrix4x4()
    volume.GetIJKToRASDirectionMatrix(corner)
    spacing = volume.GetSpacing()
    grid.SetSpacing(spacing[0] * max(columns - 1, 1), spacing[1] * max(rows - 1, 1), spacing[2])
    grid.SetOrigin(volume.GetOrigin())
    transform = slicer.vtkOrientedGridTransform()
    transform.SetGridDirectionMatrix(corner)
    transform.SetDisplacementGridData(grid)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLGridTransformNode", f"{volume.GetName()} acquisition transform")
    node.SetAndObserveTransformFromParent(transform)
    volume.SetAndObserveTransformNodeID(node.GetID())
