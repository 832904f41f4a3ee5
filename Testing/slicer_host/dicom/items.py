"""Stand-ins for what DICOM plugins offer: something to load, something to export."""

from __future__ import annotations

from typing import Any

import slicer

from ..standins.base import Property, qt, stand_in, stored


@stand_in(slicer)
class qSlicerDICOMExportable(qt.QObject):
    """One line of the dialog "Export to DICOM"; its tags are strings only."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_tags: dict[str, str] = {}

    name = stored(str, "name", "")
    tooltip = stored(str, "tooltip", "")
    directory = stored(str, "directory", "")
    pluginClass = stored(str, "pluginClass", "")
    confidence = stored(float, "confidence", 0.0)
    subjectHierarchyItemID = stored("qlonglong", "subjectHierarchyItemID", 0)
    tags = Property("QVariantMap", lambda self: dict(self._host_tags))

    def tag(self, name: str) -> str:
        return self._host_tags.get(name, "")

    def setTag(self, name: str, value: str) -> None:
        if not isinstance(name, str) or not isinstance(value, str):
            message = "Could not find matching overload for given arguments: setTag(QString,QString)"
            raise ValueError(message)  # noqa: TRY004 PythonQt's
        self._host_tags[name] = value


@stand_in(slicer)
class qSlicerDICOMLoadable(qt.QObject):
    """One line of the list of what can be loaded, as C++ sees it."""

    files = stored("QStringList", "files", [])
    name = stored(str, "name", "")
    tooltip = stored(str, "tooltip", "")
    warning = stored(str, "warning", "")
    selected = stored(bool, "selected", False)
    confidence = stored(float, "confidence", 0.5)
    loadSuccess = stored(bool, "loadSuccess", False)
    referencedInstanceUIDs = stored("QStringList", "referencedInstanceUIDs", [])
