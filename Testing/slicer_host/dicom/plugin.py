"""`DICOMLib.DICOMPlugin` and `DICOMLib.DICOMLoadable`: what a DICOM plugin is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONSTANTS = slicer.vtkMRMLSubjectHierarchyConstants


class DICOMLoadable:
    """Something that a plugin can load.

    Attributes
    ----------
    files
        Paths.
    name, tooltip, warning
        Texts of its line in the list.
    selected
        Whether it is loaded unless the user changes it.
    confidence
        Of the plugin, between 0 and 1; the highest is taken.
    """

    def __init__(self, _source: Any = None) -> None:
        self.files: Sequence[str] = []
        self.name, self.tooltip, self.warning = "Unknown", "No further information available", ""
        self.selected, self.confidence, self.loadSuccess = False, 0.5, False
        self.referencedInstanceUIDs: Sequence[str] = []


class DICOMPlugin:
    """Base of all DICOM plugins."""

    def __init__(self) -> None:
        self.loadType = "Generic DICOM"
        self.cache: dict[Any, Any] = {}
        self.tags = {
            "seriesInstanceUID": "0020,000E",
            "seriesDescription": "0008,103E",
            "seriesNumber": "0020,0011",
            "position": "0020,0032",
            "orientation": "0020,0037",
            "instanceUID": "0008,0018",
            "instanceNumber": "0020,0013",
            "classUID": "0008,0016",
            "numberOfFrames": "0028,0008",
            "windowCenter": "0028,1050",
            "windowWidth": "0028,1051",
            "rows": "0028,0010",
            "columns": "0028,0011",
        }

    def examineForImport(self, fileList: Sequence[Sequence[str]]) -> list[DICOMLoadable]:
        """What this plugin can load from some series, each a list of files."""
        return self.examine(fileList)

    def examine(self, _fileList: Sequence[Sequence[str]]) -> list[DICOMLoadable]:
        return []

    def load(self, _loadable: DICOMLoadable) -> Any:
        """Load it; True or a node for success."""
        return True

    def examineForExport(self, _item: int) -> list[Any]:
        """What this plugin can export from an item of the subject hierarchy."""
        return []

    def export(self, _exportables: Sequence[Any]) -> str | None:
        """Write the exportables; an empty text for success, else what went wrong."""
        return ""

    def defaultSeriesNodeName(self, seriesUID: str) -> str:
        """Name of a node for a series: its number and description."""
        uids = slicer.dicomDatabase.instancesForSeries(seriesUID, 1)
        if not uids:
            return "Unnamed Series"
        number = slicer.dicomDatabase.instanceValue(uids[0], self.tags["seriesNumber"])
        description = slicer.dicomDatabase.instanceValue(uids[0], self.tags["seriesDescription"]) or "Unnamed Series"
        return f"{number}: {description}" if number else description

    def addSeriesInSubjectHierarchy(self, loadable: DICOMLoadable, dataNode: Any) -> None:
        """Put a loaded node under its patient and study."""
        database, first = slicer.dicomDatabase, loadable.files[0]
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        item = hierarchy.GetItemByDataNode(dataNode)
        if not item:
            item = hierarchy.CreateItem(hierarchy.GetSceneItemID(), dataNode)
        dicom, instances = _CONSTANTS.GetDICOMUIDName(), _CONSTANTS.GetDICOMInstanceUIDName()
        hierarchy.SetItemUID(item, dicom, database.fileValue(first, "0020,000E"))
        uids = [database.fileValue(each, "0008,0018") for each in loadable.files]
        hierarchy.SetItemUID(item, instances, " ".join(uids))
        hierarchy.SetItemAttribute(item, "DICOM.Modality", database.fileValue(first, "0008,0060"))
        hierarchy.SetItemAttribute(item, "DICOM.SeriesNumber", database.fileValue(first, "0020,0011"))
        study_uid = database.fileValue(first, "0020,000D")
        patient_id = database.fileValue(first, "0010,0020") or database.patientForStudy(study_uid)
        patient = hierarchy.GetItemByUID(dicom, patient_id)
        if not patient:
            name = database.fileValue(first, "0010,0010") or "No name"
            patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), f"{name} ({patient_id})")
            hierarchy.SetItemUID(patient, dicom, patient_id)
            for attribute, tag in (("DICOM.PatientName", "0010,0010"), ("DICOM.PatientID", "0010,0020")):
                hierarchy.SetItemAttribute(patient, attribute, database.fileValue(first, tag))
        study = hierarchy.GetItemByUID(dicom, study_uid)
        if not study:
            title = database.fileValue(first, "0008,1030") or "No study description"
            study = hierarchy.CreateStudyItem(patient, f"{title} ({database.fileValue(first, '0008,0020')})")
            hierarchy.SetItemUID(study, dicom, study_uid)
        hierarchy.SetItemParent(item, study)
