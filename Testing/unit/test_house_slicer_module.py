"""The scripted module keeps PythonQt's rules; run here against stand-ins, not inside Slicer."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import StegoMedLib

MODULE = Path(__file__).parents[2] / "StegoMed/StegoMed.py"
TREE = ast.parse(MODULE.read_text(encoding="utf-8"))


class Label:
    """As much of QLabel as the panel uses; like PythonQt it takes no keyword arguments and no new attributes."""

    __slots__ = ("flags", "text", "wordWrap")

    def __init__(self, text: str, /) -> None:
        self.text = text

    def setTextInteractionFlags(self, flags: str) -> None:  # noqa: N802
        self.flags = flags


class Layout:
    def __init__(self) -> None:
        self.widgets: list[Label] = []

    def addWidget(self, widget: Label) -> None:  # noqa: N802
        self.widgets.append(widget)

    def addStretch(self, _stretch: int) -> None:  # noqa: N802
        pass


class ModuleBase:
    def __init__(self, parent: Any = None) -> None:
        self.parent = parent


class WidgetBase:
    def setup(self) -> None:
        self.layout = Layout()


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    qt = ModuleType("qt")
    qt.__dict__.update(QLabel=Label, QWidget=object, Qt=SimpleNamespace(TextSelectableByMouse="by mouse"))
    base = ModuleType("slicer.ScriptedLoadableModule")
    base.__dict__.update(
        ScriptedLoadableModule=ModuleBase,
        ScriptedLoadableModuleWidget=WidgetBase,
        ScriptedLoadableModuleLogic=object,
        ScriptedLoadableModuleTest=SimpleNamespace,
    )
    for name, stand_in in (("qt", qt), ("slicer", ModuleType("slicer")), (base.__name__, base)):
        monkeypatch.setitem(sys.modules, name, stand_in)
    spec = importlib.util.spec_from_file_location("StegoMed", MODULE)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_panel_names_the_library_and_the_command_line(module: ModuleType) -> None:
    widget = module.StegoMedWidget()
    widget.setup()
    (label,) = widget.layout.widgets
    assert StegoMedLib.__version__ in label.text
    assert "stegomed embed" in label.text


@pytest.mark.parametrize(
    ("present", "said"),
    [
        ({"onnxruntime"}, "finder: ONNX Runtime<"),
        ({"onnxruntime", "torch"}, "ONNX Runtime and PyTorch<"),
        (set(), "none of ONNX Runtime and PyTorch is installed"),
    ],
)
def test_the_panel_names_the_engines_that_are_there(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, present: set[str], said: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in present else None)
    assert said in module.StegoMedLogic().describe_library()


def test_the_module_introduces_itself(module: ModuleType) -> None:
    parent = SimpleNamespace()
    module.StegoMed(parent)
    assert parent.title == "StegoMed"
    assert parent.dependencies == []


def test_qt_is_called_without_keyword_arguments() -> None:
    calls = [node for node in ast.walk(TREE) if isinstance(node, ast.Call) and node.keywords]
    assert not [ast.unparse(call) for call in calls if ast.unparse(call.func).startswith(("qt.", "ctk."))]


def test_loading_the_module_imports_nothing_but_slicer_s_own() -> None:
    names = {alias.name for node in TREE.body if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in TREE.body if isinstance(node, ast.ImportFrom)}
    assert names <= {"importlib.util", "sys", "pathlib", "qt", "slicer.ScriptedLoadableModule"}
