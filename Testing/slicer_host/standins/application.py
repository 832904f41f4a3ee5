"""Stand-ins for the application object, the module manager and the parent widget of a panel."""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
import types
from typing import Any

import slicer

from .base import Property, Signal, qt, stand_in, stored

_VERSION = tuple(int(each) for each in importlib.metadata.version("slicer-core").split(".")[:2])


@stand_in(slicer)
class qSlicerModuleManager(qt.QObject):
    """The loaded modules by name."""

    moduleLoaded = Signal(str)
    moduleAboutToBeUnloaded = Signal(str)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_modules: dict[str, Any] = {}

    def modulesNames(self) -> tuple[str, ...]:
        return tuple(self._host_modules)

    def module(self, name: str) -> Any:
        return self._host_modules.get(name)

    def factoryManager(self) -> Any:
        return _FactoryManager(self)


class _FactoryManager:
    """The part of the factory manager that Slicer's own Python uses."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    def loadedModuleNames(self) -> tuple[str, ...]:
        return tuple(self._manager.modulesNames())


@stand_in(slicer)
class qSlicerWidget(qt.QWidget):
    """A widget that knows the scene."""

    mrmlSceneChanged = Signal(object)

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self.__dict__.get("_host_scene"):
            self._host_scene = scene
            self.mrmlSceneChanged.emit(scene)


@stand_in(slicer)
class qSlicerScriptedLoadableModuleWidget(qSlicerWidget):
    """The parent of a panel's Python widget; passes on entering and leaving."""

    isEntered = Property(bool, lambda self: self.__dict__.get("_host_entered", False))
    moduleName = Property(str, lambda self: self.__dict__.get("_host_module_name", ""))

    def self(self) -> Any:
        return self.__dict__.get("_host_python")

    def reload(self) -> bool:
        """Make the Python widget of the module as it is now, and let it build its panel."""
        name = self._host_module_name
        self._host_python = getattr(sys.modules[name], f"{name}Widget")(self)
        setattr(slicer.modules, f"{name}Widget", self._host_python)
        self._host_python.setup()
        return True

    def enter(self) -> None:
        self._host_entered = True
        self._host_call("enter")

    def exit(self) -> None:
        self._host_entered = False
        self._host_call("exit")

    def _host_call(self, name: str) -> None:
        method = getattr(self.self(), name, None)
        if method is not None:
            method()


@stand_in(slicer)
class qSlicerApplication(qt.QApplication):
    """`slicer.app`: version, folders, settings, and the way to all managers."""

    startupCompleted = Signal()
    mrmlSceneChanged = Signal(object)

    def __init__(self, arguments: list[str], *, testing: bool = True) -> None:
        super().__init__(arguments)
        self.setApplicationName("Slicer")
        self._host_folder = tempfile.TemporaryDirectory(prefix="slicer_host_")
        self._host_testing, self._host_pauses, self._host_exit_status = testing, 0, 0
        self._host_managers: dict[str, Any] = {"module": qSlicerModuleManager()}
        self._host_options = types.SimpleNamespace(runPythonAndExit=True)
        self._host_logic = slicer.vtkSlicerApplicationLogic()
        qt.QSettings.setDefaultFormat(qt.QSettings.IniFormat)
        qt.QSettings.setPath(qt.QSettings.IniFormat, qt.QSettings.UserScope, self._host_folder.name)
        self.setOrganizationName("slicer_host")
        self._host_settings = qt.QSettings()
        self.__dict__["_host_temporaryPath"] = self._host_folder.name

    majorVersion = Property(int, lambda _self: _VERSION[0])
    minorVersion = Property(int, lambda _self: _VERSION[1])
    mainApplicationName = Property(str, lambda _self: "Slicer")
    temporaryPath = stored(str, "temporaryPath", "")
    slicerHome = Property(str, lambda self: self._host_folder.name)
    documentationBaseUrl = Property(str, lambda _self: "https://slicer.readthedocs.io")

    def exit(self, status: int = 0) -> None:
        """The launcher ends with this status."""
        self._host_exit_status = status
        super().exit(status)

    def startupEnvironment(self) -> Any:
        """What the application was started in; the host changes nothing of it."""
        return qt.QProcessEnvironment.systemEnvironment()

    def commandOptions(self) -> Any:
        return self._host_options

    def testingEnabled(self) -> bool:
        return bool(self._host_testing)

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def applicationLogic(self) -> Any:
        return self._host_logic

    def moduleLogic(self, name: str) -> Any:
        return self._host_logic.GetModuleLogic(name)

    def moduleManager(self) -> Any:
        return self._host_managers["module"]

    def layoutManager(self) -> Any:
        return self._host_managers.get("layout")

    def ioManager(self) -> Any:
        return self._host_managers.get("io")

    def coreIOManager(self) -> Any:
        return self._host_managers.get("io")

    def dicomDatabase(self) -> Any:
        return getattr(slicer, "dicomDatabase", None)

    def settings(self) -> Any:
        return self._host_settings

    def userSettings(self) -> Any:
        return self._host_settings

    def revisionUserSettings(self) -> Any:
        return self._host_settings

    def pauseRender(self) -> int:
        self._host_pauses += 1
        return int(self._host_pauses)

    def resumeRender(self) -> int:
        self._host_pauses -= 1
        return int(self._host_pauses)

    def restart(self) -> None:
        raise RuntimeError("the module asked for a restart")
