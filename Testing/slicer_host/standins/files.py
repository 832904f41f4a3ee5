"""Stand-in for the manager that loads and saves files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
import vtk

from .base import qt, stand_in

_SEGMENTATION = (".seg.nrrd", ".seg.nhdr", ".seg.vtm")
_SCENES = (".mrb", ".mrml")
_STORAGE = {
    "VolumeFile": ("vtkMRMLScalarVolumeNode", "vtkMRMLVolumeArchetypeStorageNode"),
    "SegmentationFile": ("vtkMRMLSegmentationNode", "vtkMRMLSegmentationStorageNode"),
    "TextFile": ("vtkMRMLTextNode", "vtkMRMLTextStorageNode"),
    "TableFile": ("vtkMRMLTableNode", "vtkMRMLTableStorageNode"),
}
_TYPES = {each: kind for kind, (each, _storage) in _STORAGE.items()}


@stand_in(slicer)
class qSlicerIOManager(qt.QObject):
    """Volumes, segmentations, texts, tables and scenes."""

    def fileType(self, name: str) -> str:
        name = str(name).lower()
        if name.endswith(_SEGMENTATION):
            return "SegmentationFile"
        if name.endswith(_SCENES):
            return "SceneFile"
        return {".txt": "TextFile", ".tsv": "TableFile", ".csv": "TableFile"}.get(Path(name).suffix, "VolumeFile")

    def fileWriterFileType(self, node: Any, _format: str = "") -> str:
        return next((kind for name, kind in _TYPES.items() if node.IsA(name)), "NoFile")

    def loadNodes(self, kind: str, properties: dict[str, Any], loaded: Any = None, messages: Any = None) -> bool:
        name = properties["fileName"]
        if kind == "SceneFile":
            return self.loadScene(name)
        if kind not in _STORAGE or not Path(name).is_file():
            return _failed(messages, f"{name} cannot be read as {kind}")
        node_class, storage_class = _STORAGE[kind]
        if properties.get("labelmap"):
            node_class = "vtkMRMLLabelMapVolumeNode"
        node = _read(name, node_class, storage_class, properties)
        if node is None:
            return _failed(messages, f"{name} could not be read")
        if kind == "VolumeFile" and properties.get("show", True):
            selection = slicer.app.applicationLogic().GetSelectionNode()
            selection.SetActiveVolumeID(node.GetID())
            slicer.app.applicationLogic().PropagateVolumeSelection()
        if loaded is not None:
            loaded.AddItem(node)
        return True

    def saveNodes(self, kind: str, properties: dict[str, Any], messages: Any = None, _scene: Any = None) -> bool:
        if kind == "SceneFile":
            return self.saveScene(properties["fileName"])
        node = slicer.mrmlScene.GetNodeByID(properties["nodeID"])
        node.AddDefaultStorageNode()
        storage = node.GetStorageNode()
        storage.SetFileName(str(properties["fileName"]))
        storage.SetUseCompression(int(properties.get("useCompression", True)))
        return bool(storage.WriteData(node)) or _failed(messages, f"{properties['fileName']} could not be written")

    def loadScene(self, name: str, clear: bool = True, _messages: Any = None) -> bool:
        scene = slicer.mrmlScene
        if clear:
            scene.Clear(False)
        if str(name).lower().endswith(".mrb"):
            return bool(scene.ReadFromMRB(str(name)))
        scene.SetURL(str(name))
        return bool(scene.Connect() if clear else scene.Import())

    def saveScene(self, name: str, _screenshot: Any = None, _messages: Any = None) -> bool:
        if str(name).lower().endswith(".mrb"):
            return bool(slicer.mrmlScene.WriteToMRB(str(name)))
        slicer.mrmlScene.SetRootDirectory(str(Path(name).parent))
        slicer.mrmlScene.SetURL(str(name))
        return bool(slicer.mrmlScene.Commit())


def _failed(messages: Any, text: str) -> bool:
    if messages is not None:
        messages.AddMessage(vtk.vtkCommand.ErrorEvent, text)
    return False


def _read(name: str, node_class: str, storage_class: str, properties: dict[str, Any]) -> Any:
    scene = slicer.mrmlScene
    title = properties.get("name") or Path(name).name.split(".")[0]
    node = scene.AddNewNodeByClass(node_class, scene.GenerateUniqueName(title))
    storage = scene.AddNewNodeByClass(storage_class)
    storage.SetFileName(str(name))
    if node_class in ("vtkMRMLScalarVolumeNode", "vtkMRMLLabelMapVolumeNode"):
        storage.SetSingleFile(bool(properties.get("singleFile")))
        storage.SetCenterImage(int(bool(properties.get("center"))))
    if not storage.ReadData(node):
        scene.RemoveNode(storage)
        scene.RemoveNode(node)
        return None
    node.SetAndObserveStorageNodeID(storage.GetID())
    if hasattr(node, "CreateDefaultDisplayNodes"):
        node.CreateDefaultDisplayNodes()
    return node
