"""`DICOMLib.DICOMUtils`: import into the database, load from it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
import vtk

from ..standins.ctk_widgets import ctk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plugin import DICOMLoadable, DICOMPlugin

_FILE_NAME = "ctkDICOM.sql"


def openDatabase(databaseDir: str) -> bool:
    """Open the application's database in a folder."""
    return bool(slicer.dicomDatabase.openDatabase(str(Path(databaseDir) / _FILE_NAME)))


def openTemporaryDatabase(directory: str | None = None) -> str:
    """Open an empty database in a folder of its own; gives the folder of the one that was open."""
    original = str(slicer.dicomDatabase.databaseDirectory)
    if directory is None:
        directory = tempfile.mkdtemp(prefix="database_", dir=slicer.app.temporaryPath)
    openDatabase(directory)
    slicer.dicomDatabase.initializeDatabase()
    return original


def closeTemporaryDatabase(originalDatabaseDir: str, cleanup: bool = True) -> None:
    """Delete the database that is open and open the other again."""
    temporary = slicer.dicomDatabase.databaseDirectory
    if cleanup and temporary:
        slicer.dicomDatabase.initializeDatabase()
        slicer.dicomDatabase.closeDatabase()
        shutil.rmtree(temporary, ignore_errors=True)
    if originalDatabaseDir:
        openDatabase(originalDatabaseDir)


class TemporaryDICOMDatabase:
    """`with TemporaryDICOMDatabase() as database:` an empty database, thrown away at the end."""

    def __init__(self, directory: str | None = None) -> None:
        self.temporaryDatabaseDir, self.originalDatabaseDir = directory, ""

    def __enter__(self) -> Any:
        self.originalDatabaseDir = openTemporaryDatabase(self.temporaryDatabaseDir)
        return slicer.dicomDatabase

    def __exit__(self, *_: object) -> None:
        closeTemporaryDatabase(self.originalDatabaseDir)


def importDicom(dicomDataDir: str, dicomDatabase: Any = None, copyFiles: bool = True) -> bool:
    """Put a folder's files into the database; False where none is open."""
    database = slicer.dicomDatabase if dicomDatabase is None else dicomDatabase
    if database is None or not database.isOpen:
        return False
    indexer = ctk.ctkDICOMIndexer()
    indexer.addDirectory(database, str(dicomDataDir), copyFiles)
    indexer.waitForImportFinished()
    return True


def loadSeriesByUID(seriesUIDs: list[str]) -> list[str]:
    """Load series, each by the plugin of highest confidence; gives the ids of the nodes that came.

    Raises
    ------
    ValueError
        If the argument is no list, or the database is not open.
    """
    if not isinstance(seriesUIDs, list):
        raise ValueError("SeriesUIDs must contain a list")  # noqa: TRY004 Slicer's
    if not slicer.dicomDatabase.isOpen:
        raise OSError("DICOM module or database cannot be accessed")
    found = [slicer.dicomDatabase.filesForSeries(each) for each in seriesUIDs]
    loadables, enabled = getLoadablesFromFileLists([each for each in found if each])
    return loadLoadables(loadables) if enabled else []


def loadPatientByUID(patientUID: str) -> list[str]:
    """Load all series of a patient, by the database's own id."""
    studies = slicer.dicomDatabase.studiesForPatient(patientUID)
    return loadSeriesByUID([uid for study in studies for uid in slicer.dicomDatabase.seriesForStudy(study)])


def loadByInstanceUID(instanceUID: str) -> list[str]:
    """Load the series that an instance belongs to."""
    file = slicer.dicomDatabase.fileForInstance(instanceUID)
    return loadSeriesByUID([slicer.dicomDatabase.seriesForFile(file)]) if file else []


def getLoadablesFromFileLists(
    fileLists: Sequence[Sequence[str]], pluginClassNames: Sequence[str] | None = None, *_: Any
) -> tuple[dict[DICOMPlugin, list[DICOMLoadable]], bool]:
    """Ask the plugins; gives what each could load and whether there is anything to load."""
    loadables = {}
    for name, plugin_class in slicer.modules.dicomPlugins.items():
        if pluginClassNames is None or name in pluginClassNames:
            plugin = plugin_class()
            loadables[plugin] = sorted(plugin.examineForImport(fileLists), key=lambda each: -each.confidence)
    _keep_most_confident(loadables)
    return loadables, any(each.selected for offered in loadables.values() for each in offered)


def _keep_most_confident(loadables: dict[DICOMPlugin, list[DICOMLoadable]]) -> None:
    """Of several offers for the same files, only the one of highest confidence stays selected."""
    best: dict[frozenset[str], DICOMLoadable] = {}
    for each in (each for offered in loadables.values() for each in offered if each.selected):
        key = frozenset(each.files)
        if key not in best or best[key].confidence < each.confidence:
            best[key] = each
    for each in (each for offered in loadables.values() for each in offered):
        each.selected = best.get(frozenset(each.files)) is each


def loadLoadables(loadablesByPlugin: dict[DICOMPlugin, list[DICOMLoadable]], *_: Any) -> list[str]:
    """Load what is selected; gives the ids of the nodes, without those for display and storage."""
    loaded: list[str] = []
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)  # it is none of what is loaded

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def added(_scene: Any, _event: str, node: Any) -> None:
        if not node.IsA("vtkMRMLStorageNode") and not node.IsA("vtkMRMLDisplayNode"):
            loaded.append(node.GetID())

    tag = slicer.mrmlScene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, added)
    try:
        for plugin, offered in loadablesByPlugin.items():
            for each in offered:
                if each.selected:
                    each.loadSuccess = bool(plugin.load(each))
    finally:
        slicer.mrmlScene.RemoveObserver(tag)
    return [each for each in loaded if slicer.mrmlScene.GetNodeByID(each) is not None]


def refreshDICOMWidget() -> bool:
    """Show the database's contents anew."""
    slicer.dicomDatabase.updateDisplayedFields()
    return True


def getGlobalDICOMAuth() -> Any:
    """User name and password for DICOMweb servers, from the settings; None without."""
    from requests.auth import HTTPBasicAuth

    user, password = (slicer.util.settingsValue(f"GLOBAL_DICOMWEB_{name}_KEY", "") for name in ("USER", "PASSWORD"))
    return HTTPBasicAuth(user, password) if user or password else None
