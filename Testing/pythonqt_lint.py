"""Finds what breaks under PythonQt or between Qt 5 and Qt 6, though PySide6 and a reader would let it pass.

Run it on files or folders: ``python Testing/pythonqt_lint.py StegoMed``.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Finding", "lint"]

_QT_CALLS = ("qt.", "ctk.", "slicer.qMRML", "slicer.qSlicer")
_AT_THE_START = (
    frozenset({"ctk", "DICOMLib", "numpy", "qt", "slicer", "StegoMedPanel", "vtk"}) | sys.stdlib_module_names
)
"""What files of the module may import when they are loaded; all else is imported where it is used."""
_LIGHT = {"choices", "codec.profiles", "errors", "packing", "plain", "wording"}
_LIGHT_PARTS = frozenset({"StegoMedLib", *(f"StegoMedLib.{name}" for name in _LIGHT)})
"""What imports no package but NumPy."""
_GONE_IN_QT6 = frozenset({"QDesktopWidget", "QRegExp", "QSignalMapper", "QTextCodec", "MidButton", "QGLWidget"})
_GONE_METHODS = frozenset({"setMargin", "globalPos", "setUserData"})
_ONLY_IN_QT6 = frozenset({"QStringDecoder", "QStringEncoder", "QPermission", "QEventPoint"})
_ONLY_METHODS_IN_QT6 = frozenset({"checkStateChanged", "globalPosition", "setPromptText"})
_PROPERTIES = frozenset({"sizeHint", "minimumSizeHint", "echoMode", "currentIndex", "currentText", "plainText"})
_NOT_IN_SLICER = ("slicer.vtkITK", "slicer.vtkTeem")


@dataclass(frozen=True)
class Finding:
    """One trap: where it is, and what is wrong with it."""

    line: int
    words: str


def lint(source: str) -> list[Finding]:
    """Findings in a module's text, by line."""
    tree = ast.parse(source)
    found = [finding for node in ast.walk(tree) for finding in _look(node)]
    found += _heavy_imports(tree.body)
    found += _running(tree.body)
    return sorted(found, key=lambda finding: finding.line)


def _look(node: ast.AST) -> Iterator[Finding]:
    if isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Attribute):
        yield from _name(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from _overload(node)


def _call(node: ast.Call) -> Iterator[Finding]:
    name = ast.unparse(node.func)
    if name.startswith(_QT_CALLS) and node.keywords:
        yield Finding(node.lineno, f"{name} gets keyword arguments, which PythonQt refuses")
    if isinstance(node.func, ast.Attribute) and node.func.attr in _PROPERTIES and not node.args:
        yield Finding(node.lineno, f"{name} is called, but PythonQt makes it a property")


def _name(node: ast.Attribute) -> Iterator[Finding]:
    name = ast.unparse(node)
    if name.startswith(_NOT_IN_SLICER):
        yield Finding(node.lineno, f"{name} is in slicer-core, but not in Slicer's namespace")
    if node.attr in _GONE_IN_QT6 | _GONE_METHODS:
        yield Finding(node.lineno, f"{name} is not in Qt 6")
    if node.attr in _ONLY_IN_QT6 | _ONLY_METHODS_IN_QT6:
        yield Finding(node.lineno, f"{name} is not in Qt 5")
    parts = name.split(".")
    scoped = 4  # qt.Class.Enum.Value
    if parts[0] == "qt" and len(parts) == scoped and all(part[:1].isupper() for part in parts[1:]):
        yield Finding(node.lineno, f"{name} names its enumeration, which PythonQt on Qt 5 does not know")


def _overload(node: ast.Subscript) -> Iterator[Finding]:
    if isinstance(node.value, ast.Attribute) and node.value.attr[:1].isupper():
        return  # a class with a parameter, not a signal
    if isinstance(node.value, ast.Attribute) and ast.unparse(node.slice) in {"bool", "int", "str", "float", "object"}:
        yield Finding(node.lineno, f"{ast.unparse(node)} chooses an overload, which PythonQt's signals cannot")


def _heavy_imports(body: list[ast.stmt]) -> Iterator[Finding]:
    """Imports that run when the module is loaded."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _heavy_imports(node.orelse)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (
                Finding(node.lineno, f"{name} is imported while Slicer starts; import it where it is used")
                for name in _imported(node)
                if _is_heavy(name)
            )
        else:
            for field in ("body", "orelse", "finalbody", "handlers"):
                yield from _heavy_imports(getattr(node, field, []))


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module)]


def _is_heavy(name: str) -> bool:
    root = name.partition(".")[0]
    return name not in _LIGHT_PARTS if root == "StegoMedLib" else root not in _AT_THE_START


def _running(body: list[ast.stmt]) -> Iterator[Finding]:
    """What runs when the module is loaded, beside imports, definitions, constants and docstrings."""
    quiet = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from _running(node.orelse)
        elif not isinstance(node, quiet) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield Finding(node.lineno, "code runs while Slicer starts; put it into a function")


def main(places: list[str]) -> int:
    """Print findings of files and folders; 1 when there are some."""
    count = 0
    for place in map(Path, places):
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for finding in lint(path.read_text(encoding="utf-8")):
                print(f"{path}:{finding.line}: {finding.words}")
                count += 1
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
