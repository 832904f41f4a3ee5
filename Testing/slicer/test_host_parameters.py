"""Parameter nodes: typed values, kept in the scene, shown by widgets both ways."""

from __future__ import annotations

import enum
import pathlib
from typing import TYPE_CHECKING, Annotated, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


class Mode(enum.Enum):
    EMBED = 1
    EXTRACT = 2

    def label(self) -> str:
        return self.name.capitalize()


@pytest.fixture
def node(scene: Any) -> Any:
    return scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def wrapper(scene: Any) -> Any:
    """A class of parameters of every type that the host knows."""
    import slicer
    from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

    # The hints are evaluated here, where slicer is there, and not by the module's future import.
    namespace: dict[str, Any] = {
        "__annotations__": {
            "volume": slicer.vtkMRMLScalarVolumeNode,
            "count": int,
            "strength": Annotated[float, WithinRange(0, 1), Default(0.25)],
            "on": bool,
            "text": str,
            "profile": Annotated[str, Choice(["fidelity", "robust"])],
            "folder": pathlib.Path,
            "mode": Mode,
        },
        "count": 3,
        "folder": pathlib.Path("x") / "y",
    }
    return parameterNodeWrapper(type("Parameters", (), namespace))


def test_values_are_kept_as_text_in_the_node(wrapper: Any, node: Any) -> None:
    wrapper(node)
    kept = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    assert kept == {
        "count": "3",
        "strength": "0.25",
        "on": "False",
        "text": "",
        "profile": "fidelity",
        "folder": "x/y",
        "mode": "EMBED",
    }


def test_what_is_set_is_read_by_another_wrapper_of_the_node(wrapper: Any, node: Any) -> None:
    import slicer

    parameters = wrapper(node)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    parameters.volume, parameters.count, parameters.on = volume, 7, True
    parameters.mode, parameters.folder, parameters.strength = Mode.EXTRACT, pathlib.Path("z"), 1
    other = wrapper(node)
    assert other.volume is volume
    assert (other.count, other.on, other.mode, other.folder) == (7, True, Mode.EXTRACT, pathlib.Path("z"))
    assert other.strength == 1.0
    assert other.default("count").value == 3
    slicer.mrmlScene.RemoveNode(volume)
    assert other.volume is None


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("strength", 2.0, ValueError),
        ("profile", "capacity", ValueError),
        ("count", "x", TypeError),
        ("text", 5, TypeError),
        ("mode", "EMBED", TypeError),
        ("volume", "vtkMRMLScalarVolumeNode1", TypeError),
    ],
)
def test_a_value_that_does_not_fit_is_refused(wrapper: Any, node: Any, name: str, value: Any, error: type) -> None:
    with pytest.raises(error):
        setattr(wrapper(node), name, value)


def test_a_reserved_name_and_an_unknown_type_are_refused(scene: Any) -> None:
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    with pytest.raises(ValueError, match="reserved name 'default'"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {"default": int}}))
    with pytest.raises(TypeError, match="does not know the type of things"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {"things": set}}))


def test_parameters_survive_a_saved_scene(wrapper: Any, node: Any, tmp_path: Path) -> None:
    import slicer

    node.SetSingletonTag("Panel")
    parameters = wrapper(node)
    parameters.text, parameters.mode = "kept", Mode.EXTRACT
    path = str(tmp_path / "scene.mrb")
    assert slicer.util.saveScene(path)
    parameters.text, parameters.mode = "changed later", Mode.EMBED
    slicer.util.loadScene(path)
    loaded = wrapper(slicer.mrmlScene.GetSingletonNode("Panel", "vtkMRMLScriptedModuleNode"))
    assert (loaded.text, loaded.mode) == ("kept", Mode.EXTRACT)


@pytest.fixture
def widgets(scene: Any) -> dict[str, Any]:
    import ctk
    import qt
    import slicer

    made = {
        "volume": slicer.qMRMLNodeComboBox(),
        "count": qt.QSpinBox(),
        "strength": ctk.ctkSliderWidget(),
        "on": qt.QCheckBox(),
        "text": qt.QLineEdit(),
        "profile": qt.QComboBox(),
        "folder": ctk.ctkPathLineEdit(),
        "mode": qt.QComboBox(),
    }
    made["volume"].noneEnabled = True
    made["volume"].setMRMLScene(slicer.mrmlScene)
    return made


def test_widgets_show_the_node_and_change_it(wrapper: Any, node: Any, widgets: dict[str, Any]) -> None:
    import slicer

    parameters = wrapper(node)
    tag = parameters.connectParametersToGui(widgets)
    assert (widgets["count"].value, widgets["strength"].value, widgets["strength"].maximum) == (3, 0.25, 1)
    assert [widgets["mode"].itemText(row) for row in range(2)] == ["Embed", "Extract"]
    assert widgets["folder"].currentPath == str(pathlib.Path("x") / "y")
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    parameters.volume, parameters.text, parameters.mode = volume, "from the node", Mode.EXTRACT
    assert widgets["volume"].currentNode() is volume
    assert (widgets["text"].text, widgets["mode"].currentText) == ("from the node", "Extract")
    widgets["count"].value, widgets["on"].checked, widgets["profile"].currentIndex = 9, True, 1
    widgets["volume"].setCurrentNode(None)
    assert (parameters.count, parameters.on, parameters.profile, parameters.volume) == (9, True, "robust", None)
    parameters.disconnectGui(tag)
    widgets["count"].value, parameters.text = 11, "unseen"
    assert (parameters.count, widgets["text"].text) == (9, "from the node")


def test_widgets_are_found_by_the_name_of_their_parameter(wrapper: Any, node: Any) -> None:
    import qt

    form = qt.QWidget()
    spin = qt.QSpinBox(form)
    spin.setProperty("SlicerParameterName", "count")
    wrapper(node).connectGui(form)
    assert spin.value == 3
    spin.setProperty("SlicerParameterName", "cuont")
    with pytest.raises(ValueError, match="cuont"):
        wrapper(node).connectGui(form)


@pytest.mark.parametrize(
    ("name", "widget", "said"),
    [
        ("text", "QPlainTextEdit", "Unable to create GUI connector"),
        ("count", "QSlider", "a slider needs bounds"),
        ("text", "QComboBox", "a combo box needs choices"),
    ],
)
def test_a_widget_that_cannot_show_a_parameter_is_refused(
    wrapper: Any, node: Any, name: str, widget: str, said: str
) -> None:
    import qt

    with pytest.raises(RuntimeError, match=said):
        wrapper(node).connectParametersToGui({name: getattr(qt, widget)()})
