"""Modules are loaded, opened, left, reloaded and tested as in Slicer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_SOURCE = """
import slicer
from slicer.ScriptedLoadableModule import *
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

events = slicer.__dict__.setdefault("_host_test_events", [])

class Recorder(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Recorder")
        self.parent.categories = ["Testing"]

class RecorderWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = RecorderLogic()
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onClosed)
        events.append("setup")
    def enter(self): events.append("enter")
    def exit(self): events.append("exit")
    def onClosed(self, caller, event): events.append("scene closed")
    def cleanup(self):
        self.removeObservers()
        events.append("cleanup")

class RecorderLogic(ScriptedLoadableModuleLogic):
    pass

class RecorderTest(ScriptedLoadableModuleTest):
    def setUp(self): events.append("set up")
    def test_something(self): events.append("tested")
"""


@pytest.fixture
def events(scene: Any) -> list[str]:
    import slicer

    recorded: list[str] = vars(slicer).setdefault("_host_test_events", [])
    recorded.clear()
    return recorded


@pytest.fixture
def path(tmp_path: Path, host: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that writes down what happens to it."""
    import sys

    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "Recorder.py"
    (tmp_path / "Resources").mkdir()
    file.write_text(_SOURCE, encoding="utf-8")
    yield file
    host.close_module("Recorder")


def test_a_module_is_entered_left_and_cleaned_up(host: Any, path: Path, events: list[str]) -> None:
    import slicer

    panel = host.load_module(path)
    assert panel is slicer.modules.RecorderWidget
    assert panel.parent.isEntered
    slicer.util.selectModule("SegmentEditor")
    assert not panel.parent.isEntered
    slicer.util.selectModule("Recorder")
    slicer.mrmlScene.Clear(False)
    host.close_module("Recorder")
    slicer.mrmlScene.Clear(False)
    assert events == ["setup", "enter", "exit", "enter", "scene closed", "exit", "cleanup"]


def test_a_module_says_what_it_is(host: Any, path: Path, events: list[str]) -> None:
    import slicer

    panel = host.load_module(path)
    module = slicer.util.getModule("Recorder")
    assert (module.title, module.categories, module.path) == ("Recorder", ["Testing"], str(path))
    assert module is slicer.modules.recorder
    assert "Recorder" in slicer.util.moduleNames()
    assert panel.resourcePath("UI/x.ui") == str(path.parent / "Resources" / "UI" / "x.ui")
    assert slicer.modules.RecorderInstance.resourcePath("x") == panel.resourcePath("x")
    assert host.logic("Recorder") is panel.logic
    with pytest.raises(AttributeError):
        module.titel = "misspelt"


def test_a_module_is_reloaded_from_its_file(host: Any, path: Path, events: list[str]) -> None:
    import slicer

    host.load_module(path)
    path.write_text(_SOURCE.replace('events.append("setup")', 'events.append("new setup")'), encoding="utf-8")
    slicer.util.reloadScriptedModule("Recorder")
    assert events == ["setup", "enter", "cleanup", "new setup"]
    slicer.mrmlScene.Clear(False)
    assert events.count("scene closed") == 1


def test_reload_and_test_runs_the_test_class(host: Any, path: Path, events: list[str]) -> None:
    import slicer

    slicer.app.settings().setValue("Developer/DeveloperMode", True)
    try:
        host.load_module(path).reloadTestButton.click()
    finally:
        slicer.app.settings().setValue("Developer/DeveloperMode", False)
    assert events[-2:] == ["set up", "tested"]


def test_a_logic_keeps_one_parameter_node(host: Any, path: Path, events: list[str], scene: Any) -> None:
    logic = host.load_module(path).logic
    node = logic.getParameterNode()
    assert logic.getParameterNode() is node
    assert (node.GetAttribute("ModuleName"), node.GetSingletonTag()) == ("Recorder", "Recorder")
    scene.Clear(False)
    assert logic.getParameterNode() is node  # a singleton outlives the clearing of a scene, without its values
    assert node.GetAttribute("ModuleName") is None


def test_the_segment_editor_takes_nodes(scene: Any) -> None:
    import slicer

    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    slicer.util.selectModule("SegmentEditor")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    editor.setSegmentationNode(segmentation)
    editor.setSourceVolumeNode(volume)
    assert editor.mrmlSegmentEditorNode().GetSegmentationNode() is segmentation
    assert (editor.segmentationNode(), editor.sourceVolumeNode()) == (segmentation, volume)
    assert slicer.util.selectedModule() == "SegmentEditor"


def test_sample_data_makes_its_nodes(scene: Any) -> None:
    import SampleData
    import slicer

    def make(source: Any) -> Any:
        return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", source.sampleName)

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="Testing", sampleName="HostSample", customDownloader=make
    )
    assert SampleData.downloadSample("HostSample").GetName() == "HostSample"
    with pytest.raises(ValueError, match="no sample"):
        SampleData.downloadSample("NoSuchSample")


def test_what_slicer_cores_flat_namespace_has_too_much_is_hidden(host: Any) -> None:
    import slicer
    import vtkITK

    assert [each for each in vars(slicer) if each.startswith("vtkITK")] == []
    assert vtkITK.vtkITKArchetypeImageSeriesScalarReader().GetClassName() == "vtkITKArchetypeImageSeriesScalarReader"


@pytest.mark.parametrize("answer", [True, False])
def test_dialogs_are_answered_from_the_queue(scene: Any, host: Any, answer: bool) -> None:
    import qt
    import slicer

    host.answer.extend([answer, "/a/file"])
    assert slicer.util.confirmYesNoDisplay("Sure?") is answer
    assert qt.QFileDialog.getSaveFileName(None, "Where?") == "/a/file"
    slicer.util.errorDisplay("It failed.")
    assert slicer.util.confirmOkCancelDisplay("Still sure?") is False
    assert host.messages == [
        ("confirm", "Sure?"),
        ("file", "Where?"),
        ("error", "It failed."),
        ("confirm", "Still sure?"),
    ]


def test_packaging_checks_and_asks(scene: Any, host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import slicer
    from slicer_host.slicer_python import packaging

    monkeypatch.setattr(packaging, "asked", [])
    (tmp_path / "requirements.txt").write_text("# needs\nnumpy>=1.26  # arrays\nno-such-package>=1\n", encoding="utf-8")
    requirements = packaging.load_requirements(tmp_path / "requirements.txt")
    assert requirements == ["numpy>=1.26", "no-such-package>=1"]
    assert [packaging.pip_check(each) for each in requirements] == [True, False]
    packaging.pip_ensure(requirements)
    assert packaging.asked == []
    with pytest.raises(RuntimeError, match="declined to install no-such-package"):
        packaging.pip_ensure(requirements, skip_in_testing=False)
    host.answer.append(True)
    packaging.pip_ensure(requirements, skip_in_testing=False)
    slicer.util.pip_install("other==1")
    assert packaging.asked == [["no-such-package>=1"], ["other==1"]]
