"""The test host: enough of 3D Slicer, in one Python process, for a scripted module and its tests."""

from __future__ import annotations

import importlib
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections import deque

os.environ.setdefault("PYSIDE6_OPTION_PYTHON_ENUM", "0x02")

_BUILT_IN = Path(__file__).with_name("built_in_modules")
_VIEWS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}
_CLEAN_ROOM = {
    "ScriptedLoadableModule": "scripted_module",
    "i18n": "i18n",
    "testing": "testing",
    "parameterNodeWrapper": "parameter_node",
}

_started: list[Host] = []


class Host:
    """The running host.

    Attributes
    ----------
    window
        The main window: a module's panel beside the Red slice view.
    slice_view
        The Red slice view; `slice_view.render()` gives its pixels.
    unhandled
        Exceptions that slots raised. Slicer prints them and goes on; tests assert that there are none.
    vtk_errors
        What VTK and MRML complained of.
    """

    def __init__(self, *, packaging: bool, testing: bool, main_window: bool) -> None:
        from . import pythonqt

        pythonqt.install()
        import slicer
        import slicer.util

        from . import dialogs, modules, scene, slice_view, standins, ui_loader, window  # noqa: F401 two only register

        self._modules, self.unhandled = modules, pythonqt.unhandled
        self._errors = scene.VtkErrors()
        sys.modules["vtkITK"] = types.ModuleType("vtkITK")
        vars(sys.modules["vtkITK"]).update(scene.hide_foreign_names())
        app = slicer.app = slicer.qSlicerApplication(["slicer_host"], testing=testing)
        logics = scene.set_up_scene(app.applicationLogic())
        self._kept = scene.allow_bundles(app.applicationLogic(), str(Path(app.temporaryPath) / "cache"))
        modules.make_namespaces()
        for name, logic in logics.items():
            modules.register(modules.LoadableModule(name, logic))
        self._views = [
            slice_view.SliceView(app.applicationLogic(), name, orientation) for name, orientation in _VIEWS.items()
        ]
        self.slice_view = self._views[0]
        _add_managers(app, self._views)
        _add_python(packaging=packaging)
        from . import dicom

        dicom.start()
        self._dialogs = dialogs.Dialogs()
        self._dialogs.take_over()
        self.window: Any = None
        if main_window:
            self.window = window.MainWindow(self.slice_view)
            self.window.show()
        for path in sorted(_BUILT_IN.glob("*.py")):
            modules.load_scripted_module(path)
        app.startupCompleted.emit()

    @property
    def vtk_errors(self) -> list[str]:
        return self._errors.texts

    @property
    def answer(self) -> deque[Any]:
        """Answers for the next dialogs; append to it."""
        return self._dialogs.answers

    @property
    def messages(self) -> list[Any]:
        """What dialogs said, as (kind, text)."""
        return self._dialogs.messages

    def load_module(self, path: Path | str) -> Any:
        """Import a scripted module's file as Slicer does and open it; gives its Python widget, None without one."""
        return self.open_module(self.import_module(path))

    def import_module(self, path: Path | str) -> str:
        """Import a scripted module's file without opening it; gives its name."""
        return str(self._modules.load_scripted_module(Path(path)).name)

    def open_module(self, name: str) -> Any:
        """Show a loaded module's panel; gives its Python widget."""
        import slicer

        if slicer.util.getModule(name).widgetRepresentation() is None:
            return None
        slicer.util.selectModule(name)
        slicer.app.processEvents()
        return slicer.util.getModuleWidget(name)

    def close_module(self, name: str) -> None:
        """Leave a module and take its panel down, as the application does at its end."""
        import slicer

        module = slicer.app.moduleManager().module(name)
        if module is None:
            return
        if self.window is not None and slicer.util.selectedModule() == name:
            self.window.close_panel()
        if hasattr(module, "forget_widget"):
            module.forget_widget()
        slicer.app.processEvents()

    def stop(self) -> None:
        """Take down the panels of all modules, as the application does at its end."""
        import slicer

        for name in slicer.app.moduleManager().modulesNames():
            self.close_module(name)

    @property
    def exit_status(self) -> int:
        """What `slicer.util.exit` was given last; 0 without it."""
        import slicer

        return int(slicer.app._host_exit_status)

    def logic(self, name: str) -> Any:
        """Logic of a module: the C++ one, or the `logic` of a scripted module's panel."""
        import slicer

        return slicer.util.getModuleLogic(name)

    def follow_views(self) -> Any:
        """Draw the slice views whenever what they show changes, from now on; what counts the drawings."""
        from .slice_view import LiveViews

        return LiveViews(self._views)

    def clear(self) -> None:
        """Empty the scene, the dialogs and the lists of errors."""
        import slicer

        slicer.mrmlScene.Clear(False)
        for each in self._views:
            each.reset()
        slicer.app.processEvents()
        self._dialogs.clear()
        self.unhandled.clear()
        self.vtk_errors.clear()

    def screenshot(self, path: Path | str) -> Path:
        """Write the window as PNG: the panel beside the slice view."""
        return Path(self.window.screenshot(Path(path)))


def _add_managers(app: Any, views: list[Any]) -> None:
    import slicer

    layout, files = slicer.qSlicerLayoutManager(), slicer.qSlicerIOManager()
    layout._host_widgets.update({each.name: slicer.qMRMLSliceWidget(each) for each in views})
    app._host_managers.update(layout=layout, io=files)


def _add_python(*, packaging: bool) -> None:
    """Give `slicer` the Python modules that slicer-core lacks."""
    import slicer

    names = {**_CLEAN_ROOM, **({"packaging": "packaging"} if packaging else {})}
    for name, file in names.items():
        module = importlib.import_module(f".slicer_python.{file}", __package__)
        sys.modules[f"slicer.{name}"] = module
        setattr(slicer, name, module)
    from .slicer_python.packaging import pip_install

    slicer.util.pip_install = pip_install


def start(*, packaging: bool = False, testing: bool = True, main_window: bool = True) -> Host:
    """Start the host, once a process and before anything imports slicer, qt, ctk or vtk.

    Parameters
    ----------
    packaging
        Whether `slicer.packaging` is there, as in Slicer 5.11 and later.
    testing
        What `slicer.app.testingEnabled()` says.
    main_window
        Whether there is a main window.
    """
    if not _started:
        _started.append(Host(packaging=packaging, testing=testing, main_window=main_window))
    return _started[0]
