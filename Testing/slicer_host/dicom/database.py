"""Stand-in for ctkDICOMDatabase, with its rules."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path
from typing import Any

from ..standins.base import Property, Signal, qt, stand_in, stored
from ..standins.ctk_widgets import ctk
from .index import Index, Instance, NotDicomError, read_instance, tag_key

_PIXEL_DATA = ("7fe0,0010", "7fe0,0008", "7fe0,0009")

#: Contents by the database's file, so that a database that is opened again still has them.
_contents: dict[str, Index] = {}


@stand_in(ctk)
class ctkDICOMDatabase(qt.QObject):
    """Patients, studies, series, instances and their files.

    An instance whose SOPInstanceUID is known already replaces the older one, file included. `insert` alone tells
    nobody: `databaseChanged` comes from `updateDisplayedFields`, which the indexer calls. A file that cannot be
    inserted is reported on standard error, not by an exception.
    """

    databaseChanged = Signal()
    displayedFieldsUpdated = Signal()
    patientAdded = Signal(int, str, str, str)
    studyAdded = Signal(str)
    seriesAdded = Signal(str)
    seriesRemoved = Signal(str)
    instanceAdded = Signal(str)
    opened = Signal()
    closed = Signal()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_file, self._host_error = "", ""

    isOpen = Property(bool, lambda self: bool(self._host_file))
    isInMemory = Property(bool, lambda _self: False)
    databaseFilename = Property(str, lambda self: self._host_file)
    databaseDirectory = Property(str, lambda self: str(Path(self._host_file).parent) if self._host_file else "")
    lastError = Property(str, lambda self: self._host_error)
    tagsToPrecache = stored("QStringList", "tagsToPrecache", [])
    tagsToExcludeFromStorage = stored("QStringList", "tagsToExcludeFromStorage", [])

    def openDatabase(self, file: str, _connection: str = "") -> bool:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).touch()
        self._host_file = str(file)
        _contents.setdefault(self._host_file, Index())
        self.opened.emit()
        return True

    def closeDatabase(self) -> None:
        self._host_file = ""
        self.closed.emit()

    def initializeDatabase(self, _schema: str = "") -> bool:
        _contents[self._host_file] = Index()
        self.databaseChanged.emit()
        return True

    def schemaVersion(self) -> str:
        return "0.8.1"

    def schemaVersionLoaded(self) -> str:
        return "0.8.1"

    def insert(
        self,
        file: str,
        storeFile: bool = True,
        generateThumbnail: bool = True,
        createHierarchy: bool = True,
        destinationDirectoryName: str = "",
    ) -> None:
        if not self.isOpen:
            return self._fail(f"{file} was not inserted: the database is not open")
        try:
            instance = read_instance(Path(file).absolute())
            if storeFile:
                instance = self._store(instance)
        except (NotDicomError, OSError) as error:
            return self._fail(str(error))
        index, news = self._index, []
        news += [] if instance.study in index.select("study") else [(self.studyAdded, instance.study)]
        news += [] if instance.series in index.select("series") else [(self.seriesAdded, instance.series)]
        index.add(instance)
        for signal, uid in [*news, (self.instanceAdded, instance.uid)]:
            signal.emit(uid)
        return None

    def updateDisplayedFields(self) -> None:
        self.displayedFieldsUpdated.emit()
        self.databaseChanged.emit()

    def patients(self) -> tuple[str, ...]:
        known = self._index.select("patient")
        return tuple(str(number) for number, each in enumerate(self._index.patients, 1) if each in known)

    def studiesForPatient(self, patient: str) -> tuple[str, ...]:
        return self._index.select("study", patient=self._index.patients[int(patient) - 1])

    def seriesForStudy(self, study: str) -> tuple[str, ...]:
        return self._index.select("series", study=study)

    def instancesForSeries(self, series: str, hits: int = -1) -> tuple[str, ...]:
        uids = self._index.select("uid", series=series)
        return uids if hits < 0 else uids[:hits]

    def filesForSeries(self, series: str, hits: int = -1) -> tuple[str, ...]:
        return tuple(self.fileForInstance(uid) for uid in self.instancesForSeries(series, hits))

    def studyForSeries(self, series: str) -> str:
        return next(iter(self._index.select("study", series=series)), "")

    def patientForStudy(self, study: str) -> str:
        return next((each for each in self.patients() if study in self.studiesForPatient(each)), "")

    def fileForInstance(self, uid: str) -> str:
        known = self._index.instances.get(uid)
        return str(known.path) if known else ""

    def instanceForFile(self, file: str) -> str:
        path = Path(file).absolute()
        return next((uid for uid, each in self._index.instances.items() if each.path == path), "")

    def seriesForFile(self, file: str) -> str:
        uid = self.instanceForFile(file)
        return self._index.instances[uid].series if uid else ""

    def allFiles(self) -> tuple[str, ...]:
        return tuple(str(each.path) for each in self._index.instances.values())

    def nameForPatient(self, patient: str) -> str:
        return self._index.patients[int(patient) - 1].split("\n")[1]

    def descriptionForSeries(self, series: str) -> str:
        return self._first_value("0008,103e", self.instancesForSeries(series, 1))

    def descriptionForStudy(self, study: str) -> str:
        return self._first_value("0008,1030", self._index.select("uid", study=study)[:1])

    def patientsCount(self) -> int:
        return len(self.patients())

    def studiesCount(self) -> int:
        return len(self._index.select("study"))

    def seriesCount(self) -> int:
        return len(self._index.select("series"))

    def imagesCount(self) -> int:
        return len(self._index.instances)

    def instanceValue(self, uid: str, *tag: Any) -> str:
        known = self._index.instances.get(uid)
        return known.tags.get(tag_key(*tag), "") if known else ""

    def fileValue(self, file: str, *tag: Any) -> str:
        uid = self.instanceForFile(file)
        if uid:
            return self.instanceValue(uid, *tag)
        try:
            return read_instance(Path(file)).tags.get(tag_key(*tag), "")
        except NotDicomError:
            return ""

    def fileValueExists(self, file: str, *tag: Any) -> bool:
        if tag_key(*tag) in _PIXEL_DATA:
            return self.fileValue(file, "0028,0010") != ""
        return self.fileValue(file, *tag) != ""

    def instanceValueExists(self, uid: str, *tag: Any) -> bool:
        return self.fileValueExists(self.fileForInstance(uid), *tag)

    def removeSeries(self, series: str, _clear_cached_tags: bool = False, _cleanup: bool = True) -> bool:
        for uid in self.instancesForSeries(series):
            self._forget(uid)
        self.seriesRemoved.emit(series)
        self.databaseChanged.emit()
        return True

    def removeStudy(self, study: str, _cleanup: bool = True) -> bool:
        return all(self.removeSeries(each) for each in self.seriesForStudy(study))

    def removePatient(self, patient: str, _cleanup: bool = True) -> bool:
        return all(self.removeStudy(each) for each in self.studiesForPatient(patient))

    @property
    def _index(self) -> Index:
        return _contents[self._host_file] if self._host_file else Index()

    def _first_value(self, tag: str, uids: tuple[str, ...]) -> str:
        return self.instanceValue(uids[0], tag) if uids else ""

    def _store(self, instance: Instance) -> Instance:
        folder = Path(self.databaseDirectory) / "dicom" / instance.study / instance.series
        target = folder / instance.uid
        if target != instance.path:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(instance.path, target)
        self._forget(instance.uid, keep=target)
        return dataclasses.replace(instance, path=target)

    def _forget(self, uid: str, keep: Path | None = None) -> None:
        """Drop a record, and its file if that is the database's own copy."""
        known = self._index.instances.pop(uid, None)
        own = known is not None and known.path.is_relative_to(Path(self.databaseDirectory) / "dicom")
        if known is not None and own and known.path != keep:
            known.path.unlink(missing_ok=True)

    def _fail(self, text: str) -> None:
        self._host_error = text
        print(text, file=sys.stderr)


@stand_in(ctk)
class ctkDICOMIndexer(qt.QObject):
    """Puts files and folders into a database and then tells everybody."""

    progress = Signal(int)
    indexingComplete = Signal(int, int, int, int)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_database = None

    backgroundImportEnabled = stored(bool, "backgroundImportEnabled", False)

    def database(self) -> Any:
        return self._host_database

    def setDatabase(self, database: Any) -> None:
        self._host_database = database

    def addDirectory(self, *arguments: Any) -> None:
        database, folder, copy = self._arguments(arguments)
        self._insert(database, sorted(each for each in Path(folder).rglob("*") if each.is_file()), copy=copy)

    def addListOfFiles(self, *arguments: Any) -> None:
        database, files, copy = self._arguments(arguments)
        self._insert(database, files, copy=copy)

    def addFile(self, *arguments: Any) -> None:
        database, file, copy = self._arguments(arguments)
        self._insert(database, [file], copy=copy)

    def waitForImportFinished(self, _milliseconds: int = -1) -> None:
        """Files are inserted at once."""

    def _arguments(self, arguments: tuple[Any, ...]) -> tuple[Any, Any, bool]:
        if not isinstance(arguments[0], ctkDICOMDatabase):
            arguments = (self._host_database, *arguments)
        return arguments[0], arguments[1], bool(arguments[2]) if len(arguments) > 2 else False

    def _insert(self, database: Any, files: Any, *, copy: bool) -> None:
        before = (database.patientsCount(), database.studiesCount(), database.seriesCount(), database.imagesCount())
        for each in files:
            database.insert(str(each), copy)
        after = (database.patientsCount(), database.studiesCount(), database.seriesCount(), database.imagesCount())
        database.updateDisplayedFields()
        self.indexingComplete.emit(*[now - then for now, then in zip(after, before, strict=True)])
