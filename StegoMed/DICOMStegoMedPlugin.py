"""DICOM plugin: offers "StegoMed series" in Export to DICOM, and marks series of StegoMed when they are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
from DICOMLib import DICOMPlugin

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Node

EXPORT_CONFIDENCE = 0.45
"""Below the stock scalar volume's 0.5, so that its export stays the first choice for ordinary volumes."""
STEGO_CONFIDENCE = 0.9
"""For a stego volume: only this export keeps the record and every attribute of the source."""
LOAD_MARGIN = 0.05
"""By which a marked series is preferred to the same one unmarked."""
DERIVATION = "0008,2111"
MARK = "StegoMed:"


class DICOMStegoMedPluginClass(DICOMPlugin):
    """What Slicer's DICOM module asks."""

    def __init__(self) -> None:
        super().__init__()
        self.loadType = "StegoMed series"
        self.tags["derivation"] = DERIVATION

    def examineForImport(self, fileLists: list[list[str]]) -> list[Any]:  # noqa: N802, N803 Slicer's names
        """Loadables for those lists of files that StegoMed wrote."""
        return [loadable for files in fileLists for loadable in self.examineFiles(files)]

    def examineFiles(self, files: list[str]) -> list[Any]:  # noqa: N802
        """What the scalar volume plugin makes of the files, marked, if StegoMed wrote them; else nothing."""
        scalar = slicer.modules.dicomPlugins.get("DICOMScalarVolumePlugin")
        if scalar is None or not files or MARK not in slicer.dicomDatabase.fileValue(files[0], DERIVATION):
            return []
        loadables: list[Any] = scalar().examineForImport([files])
        for loadable in loadables:
            loadable.name = f"{loadable.name} (StegoMed)"
            loadable.tooltip = "This series carries an encrypted record of StegoMed"
            loadable.confidence = min(1.0, loadable.confidence + LOAD_MARGIN)
        return loadables

    def load(self, loadable: Any) -> Any:  # noqa: ANN401 Slicer's own class
        """Load as a scalar volume, and mark the node."""
        from StegoMedPanel.nodes import SERIES_MARK  # noqa: PLC0415 kept from Slicer's start

        node = slicer.modules.dicomPlugins["DICOMScalarVolumePlugin"]().load(loadable)
        if node:
            node.SetAttribute(SERIES_MARK, "1")
        return node

    def examineForExport(self, subjectHierarchyItemID: int) -> list[Any]:  # noqa: N802, N803
        """Offer stego volumes as new series of their source's study."""
        from StegoMedPanel import series, stego  # noqa: PLC0415

        node = _volume_of(subjectHierarchyItemID)
        if node is None or not stego.is_stego(node):
            return []
        exportable = slicer.qSlicerDICOMExportable()
        exportable.name = self.loadType
        exportable.tooltip = "The images of the source with the record embedded, as a new series"
        exportable.confidence = STEGO_CONFIDENCE if node.GetAttribute(stego.SOURCES) else EXPORT_CONFIDENCE
        exportable.subjectHierarchyItemID = subjectHierarchyItemID
        exportable.pluginClass = self.__module__
        for keyword, value in series.offered(node).items():
            exportable.setTag(keyword, value)
        return [exportable]

    def export(self, exportables: list[Any]) -> str:
        """Write stego volumes into the folders that the dialog names; an empty text when all went well."""
        from StegoMedPanel import series  # noqa: PLC0415
        from StegoMedPanel.work import Work  # noqa: PLC0415

        from StegoMedLib.errors import StegoMedError  # noqa: PLC0415

        for exportable in exportables:
            node = _volume_of(exportable.subjectHierarchyItemID)
            if node is None:
                return "The volume is no longer in the scene; choose another one."
            folder = Path(exportable.directory) / f"StegoMed_{exportable.subjectHierarchyItemID}"
            before = series.offered(node)
            patient = {"PatientName": node.GetName()[:64], "PatientID": node.GetName()[:64]}
            try:
                stated = series.edits(exportable.tag, before)
                Work().save_to_folder(node, folder, patient, _paint, stated=stated)
            except StegoMedError as error:
                return str(error)
        return ""


def _volume_of(item: int) -> Node | None:
    """The scalar volume of a subject hierarchy item, None for anything else."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    node = hierarchy.GetItemDataNode(item)
    return node if node is not None and node.IsA("vtkMRMLScalarVolumeNode") else None


def _paint(_done: int, _total: int, _label: str) -> None:
    """Let the dialog paint between slices."""
    slicer.app.processEvents()


class DICOMStegoMedPlugin:
    """Hidden module that registers the plugin."""

    def __init__(self, parent: Any) -> None:  # noqa: ANN401 Slicer's own class
        parent.title = "DICOM StegoMed Plugin"
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.contributors = ["StegoMed maintainers"]
        parent.helpText = "Plugin of the DICOM module for series that StegoMed writes."
        parent.acknowledgementText = ""
        parent.hidden = True
        if not hasattr(slicer.modules, "dicomPlugins"):
            slicer.modules.dicomPlugins = {}
        slicer.modules.dicomPlugins["DICOMStegoMedPlugin"] = DICOMStegoMedPluginClass
