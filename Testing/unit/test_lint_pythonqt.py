"""The module's files are free of PythonQt traps, and the lint knows each trap."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

TOP = Path(__file__).parents[2]
FILES = sorted((TOP / "StegoMed").rglob("*.py"))


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pythonqt_lint", TOP / "Testing" / "pythonqt_lint.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


LINT: Any = _load()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TOP).as_posix())
def test_the_module_is_free_of_traps(path: Path) -> None:
    assert LINT.lint(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('x = qt.QLabel(text="x")', "keyword"),
        ('x = qt.QLabel("x", parent=None)', "keyword"),
        ("x = ctk.ctkSliderWidget(minimum=1)", "keyword"),
        ("x = slicer.qMRMLNodeComboBox(noneEnabled=True)", "keyword"),
        ("w = widget.sizeHint()", "property"),
        ("x = combo.currentText()", "property"),
        ("x = qt.QRegExp('a')", "not in Qt 6"),
        ("x = layout.setMargin(0)", "not in Qt 6"),
        ("x = box.checkStateChanged.connect(f)", "not in Qt 5"),
        ("x = label.setAlignment(qt.Qt.AlignmentFlag.AlignLeft)", "enumeration"),
        ("x = button.clicked[bool].connect(f)", "overload"),
        ("x = slicer.vtkITKImageWriter()", "namespace"),
        ("import torch", "starts"),
        ("from pydicom import dcmread", "starts"),
        ("class A:\n    if x:\n        import scipy.ndimage", "starts"),
        ("import requests", "starts"),
        ("slicer.util.loadVolume('a.nrrd')", "function"),
        ("class A:\n    import cv2", "starts"),
        ("from StegoMedLib.pipeline.embed import embed_series", "starts"),
    ],
)
def test_a_trap_is_found(source: str, words: str) -> None:
    (finding,) = LINT.lint(source)
    assert words in finding.words
    assert finding.line >= 1


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    import torch",
        "if TYPE_CHECKING:\n    import pydicom",
        "from StegoMedLib.errors import UsageError",
        "def f():\n    slicer.util.errorDisplay('x', windowTitle='y')",
        "combo.currentText = 'a'",
        "def f():\n    label.setAlignment(qt.Qt.AlignLeft)",
        "import json\nimport numpy as np\nimport vtk",
        "names: list[str] = table[row]",
        "def f():\n    button.clicked.connect(g)",
    ],
)
def test_what_is_sound_passes(source: str) -> None:
    assert LINT.lint(source) == []


def test_the_program_names_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.py").write_text("import qt\nimport torch\n", encoding="utf-8")
    assert LINT.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'bad.py'}:2: torch")
    assert LINT.main([str(TOP / "StegoMed")]) == 0
