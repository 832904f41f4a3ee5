"""The MRML scene and the logics of the application, as slicer-core has them."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

#: Logics by the name of their module; `slicer.modules.<name in lower case>.logic()` gives them.
LOGIC_CLASSES = {
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Tables": "vtkSlicerTablesLogic",
}

#: Names that slicer-core puts into `slicer` and the application does not.
_FOREIGN_PREFIXES = ("vtkITK", "vtkTeem", "vtkHTTPHandler")

_SUBJECT_HIERARCHY_CLASSES = (
    "vtkMRMLVolumeNode",
    "vtkMRMLSegmentationNode",
    "vtkMRMLModelNode",
    "vtkMRMLMarkupsNode",
    "vtkMRMLTransformNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
)


def hide_foreign_names() -> dict[str, Any]:
    """Take from `slicer` what the application does not have there; gives the classes of `vtkITK`."""
    foreign = {name: value for name, value in vars(slicer).items() if name.startswith(_FOREIGN_PREFIXES)}
    for name in foreign:
        delattr(slicer, name)
    return {name: value for name, value in foreign.items() if name.startswith("vtkITK")}


def set_up_scene(application_logic: Any) -> dict[str, Any]:
    """Make `slicer.mrmlScene` with colours and slice orientations; gives the logics by module name."""
    scene = slicer.mrmlScene = slicer.vtkMRMLScene()
    application_logic.SetMRMLScene(scene)
    colors = application_logic.GetColorLogic()
    colors.SetMRMLScene(scene)
    colors.AddDefaultColorNodes()
    application_logic.SetModuleLogic("Colors", colors)
    application_logic.SetSliceLogics(vtk.vtkCollection())
    application_logic.SetViewLogics(vtk.vtkCollection())
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    logics = {"Colors": colors}
    for name, class_name in LOGIC_CLASSES.items():
        logic = logics[name] = getattr(slicer, class_name)()
        logic.SetMRMLApplicationLogic(application_logic)
        logic.SetMRMLScene(scene)
        application_logic.SetModuleLogic(name, logic)
    scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, _add_to_subject_hierarchy)
    scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, _remove_from_subject_hierarchy)
    return logics


@vtk.calldata_type(vtk.VTK_OBJECT)
def _add_to_subject_hierarchy(scene: Any, _event: str, node: Any) -> None:
    """Give a new node its item: in the application, plugins of the subject hierarchy do it."""
    if scene.IsImporting() or not any(node.IsA(each) for each in _SUBJECT_HIERARCHY_CLASSES):
        return
    if node.GetHideFromEditors():
        return
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    if not hierarchy.GetItemByDataNode(node):
        hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)


@vtk.calldata_type(vtk.VTK_OBJECT)
def _remove_from_subject_hierarchy(scene: Any, _event: str, node: Any) -> None:
    """Take the item of a node away with it, as the application's plugins do."""
    if scene.IsClosing() or not any(node.IsA(each) for each in _SUBJECT_HIERARCHY_CLASSES):
        return
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.RemoveItem(item, False, False)


def allow_bundles(application_logic: Any, cache: str) -> Any:
    """Let `scene.ReadFromMRB` work: it wants a cache directory. Gives the objects that must stay alive."""
    remote = slicer.vtkMRMLRemoteIOLogic()
    remote.SetMRMLScene(slicer.mrmlScene)
    remote.GetCacheManager().SetRemoteCacheDirectory(cache)
    manager = slicer.vtkDataIOManagerLogic()
    manager.SetMRMLApplicationLogic(application_logic)
    manager.SetAndObserveDataIOManager(remote.GetDataIOManager())
    remote.AddDataIOToScene()
    return remote, manager


class VtkErrors:
    """Collects the errors of VTK and MRML, which otherwise go to a terminal that nobody reads.

    Attributes
    ----------
    texts
        One text an error, oldest first.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)
        self._window = vtk.vtkStringOutputWindow()
        self._window.AddObserver("ErrorEvent", self._keep)
        vtk.vtkOutputWindow.SetInstance(self._window)

    @vtk.calldata_type(vtk.VTK_STRING)
    def _keep(self, _window: Any, _event: str, text: str) -> None:
        self.texts.append(text.strip())
