"""The module of 3D Slicer. StegoMedPanel has the parts of its panel; StegoMedLib does the work."""

import importlib.util
import sys
import unittest
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

PACKAGES = ("StegoMedPanel", "StegoMedLib")
OLDEST_PYTHON = (3, 10)
TOO_OLD = "StegoMed needs Slicer 5.10 or later: this Slicer's Python is older than 3.10. Update Slicer to use StegoMed."


class StegoMed(ScriptedLoadableModule):
    """The module as Slicer lists it."""

    def __init__(self, parent: qt.QWidget) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "StegoMed"
        parent.categories = ["Informatics"]
        parent.dependencies = []
        parent.contributors = ["StegoMed maintainers"]
        parent.helpText = (
            "StegoMed embeds a patient's identity, encrypted, in the air around the body of a CT or MR image. The "
            "study can then travel without the patient's name in its header, and whoever has the passphrase, or "
            "another of its keys, can get the name back from the image, and sees whether it was altered since. No "
            "pixel of the patient changes.<p>"
            "Sample Data has a phantom to try it on: StegoMedPhantomCT. The "
            '<a href="https://github.com/StegoMed/SlicerStegoMed">project page</a> explains each step.<p>'
            "Python packages that are missing are listed with their size and source, and installed only if you agree. "
            "To remove them: slicer.util.pip_uninstall in the Python console.<p>For research; not a medical device."
        )
        parent.acknowledgementText = (
            "If you use StegoMed, please cite the paper whose method it follows: H. Saidi, O. Tibermacine, A. Elhadad, "
            "High-capacity data hiding for medical images based on the mask-RCNN model, Scientific Reports 14:7166 "
            '(2024), <a href="https://doi.org/10.1038/s41598-024-55639-9">doi:10.1038/s41598-024-55639-9</a>; and this '
            'software: <a href="https://github.com/StegoMed/SlicerStegoMed/blob/main/CITATION.cff">CITATION.cff</a>.'
        )
        find_library()
        slicer.app.connect("startupCompleted()", register_sample_data)


def find_library() -> None:
    """Put the library on the path in a source checkout, where it lies beside this folder."""
    if importlib.util.find_spec("StegoMedLib") is None:
        sys.path.append(str(Path(__file__).resolve().parents[1]))


def register_sample_data() -> None:
    """Offer the phantom series in the Sample Data module, where there is one."""
    if sys.version_info < OLDEST_PYTHON:
        return
    from StegoMedPanel.sample_data import register  # noqa: PLC0415 kept from Slicer's start

    register()


class StegoMedWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Hands the panel its widgets, its parameters, and the events of scene and module."""

    def __init__(self, parent: qt.QWidget = None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic: Any = None
        self.panel: Any = None

    def setup(self) -> None:
        """Build the panel, or say why there is none."""
        ScriptedLoadableModuleWidget.setup(self)
        if sys.version_info < OLDEST_PYTHON:
            self.layout.addWidget(_note(TOO_OLD))
            return
        from StegoMedPanel.panel import Panel  # noqa: PLC0415 kept from Slicer's start

        widget = slicer.util.loadUI(self.resourcePath("UI/StegoMed.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = StegoMedLogic()
        self.panel = Panel(self.ui, self.logic.work())
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.on_scene_start_close)
        self.addObserver(scene, scene.EndCloseEvent, self.on_scene_end_change)
        self.addObserver(scene, scene.EndImportEvent, self.on_scene_end_change)
        for event in (scene.NodeAddedEvent, scene.NodeRemovedEvent):
            self.addObserver(scene, event, self.on_nodes_change)
        self.take_parameters()

    def cleanup(self) -> None:
        """Let go of everything."""
        self.removeObservers()
        if self.panel is not None:
            self.panel.close()

    def enter(self) -> None:
        """The module comes to the front."""
        if self.panel is not None:
            self.take_parameters()
            self.panel.enter()

    def exit(self) -> None:
        """The module is left; the panel follows the scene all the same, for work may be running."""

    def onReload(self) -> None:  # noqa: N802 Slicer's name
        """Reload the packages too, not this file alone."""
        for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def take_parameters(self) -> None:
        """Work with the parameter node of the scene."""
        if not self.panel.bound:
            self.panel.set_parameters(self.logic.getParameterNode())

    def on_scene_start_close(self, _caller: object = None, _event: object = None) -> None:
        """The scene is about to be emptied."""
        self.panel.scene_closes()

    def on_scene_end_change(self, _caller: object = None, _event: object = None) -> None:
        """The scene was emptied, or something was loaded into it."""
        self.panel.set_parameters(self.logic.getParameterNode())

    def on_nodes_change(self, _caller: object = None, _event: object = None) -> None:
        """A node that the panel shows may be gone, or a volume that it can work on has come."""
        if not slicer.mrmlScene.IsClosing():
            self.panel.nodes_change()


def _note(words: str) -> qt.QLabel:
    """A label for a module that cannot be used."""
    label = qt.QLabel(words)
    label.wordWrap = True
    return label


class StegoMedLogic(ScriptedLoadableModuleLogic):
    """Parameters, and the work without a panel."""

    def getParameterNode(self) -> object:  # noqa: N802 Slicer's name
        """The typed parameters of the scene."""
        from StegoMedPanel.parameters import parameters_of  # noqa: PLC0415

        return parameters_of(super().getParameterNode())

    def work(self) -> object:
        """What the buttons do, for scripts: find, measure, embed, save and extract."""
        from StegoMedPanel.work import Work  # noqa: PLC0415

        return Work()


class StegoMedTest(ScriptedLoadableModuleTest):
    """Self-tests for Slicer's Reload and Test button, and for unittest; they lie in StegoMedPanel."""

    def setUp(self) -> None:
        """Start with an empty scene; without packages, which only a user agrees to, nothing can be tested."""
        if sys.version_info < OLDEST_PYTHON:
            self.skipTest(TOO_OLD)
        from StegoMedPanel.self_test import why_skipped  # noqa: PLC0415

        reason = why_skipped()
        if reason:
            self.skipTest(reason)
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:  # noqa: N802 Slicer's name
        """Run every test of this class; Slicer's Reload and Test button takes a skipped test for a failed one."""
        for name in sorted(name for name in dir(self) if name.startswith("test_")):
            try:
                self.setUp()
            except unittest.SkipTest as reason:
                self.delayDisplay(f"Skipped: {reason}")
                return
            getattr(self, name)()

    def test_phantom_from_dicom(self) -> None:
        """The whole journey on a phantom series in a DICOM database of its own."""
        from StegoMedPanel.self_test import journey_through_dicom  # noqa: PLC0415

        journey_through_dicom(self)

    def test_without_identity_and_back(self) -> None:
        """A series without identity in the database, its identity put back, and a clean scene."""
        from StegoMedPanel.self_test import journey_without_identity  # noqa: PLC0415

        journey_without_identity(self)

    def test_through_photographs_and_back(self) -> None:
        """A series in photographs, and out of some of them into the database."""
        from StegoMedPanel.self_test import journey_through_photographs  # noqa: PLC0415

        journey_through_photographs(self)

    def test_whole_numbers_without_dicom(self) -> None:
        """Embedding in, and extracting from, the voxels of a volume that has no DICOM header."""
        from StegoMedPanel.self_test import journey_through_voxels  # noqa: PLC0415

        journey_through_voxels(self)

    def test_servers_of_settings(self) -> None:
        """The servers that Slicer's settings name, as Slicer writes them."""
        from StegoMedPanel.self_test import settings_name_servers  # noqa: PLC0415

        settings_name_servers(self)

    def test_mistakes_get_a_sentence(self) -> None:
        """No volume, no passphrase, nothing embedded: a sentence each, and the scene as it was."""
        from StegoMedPanel.self_test import mistakes_get_a_sentence  # noqa: PLC0415

        mistakes_get_a_sentence(self)
