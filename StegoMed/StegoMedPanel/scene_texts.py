"""Texts that nodes of some kinds hold beside name and attributes; each is cleaned by what is given to it."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from StegoMedPanel.untyped import Node

    Clean = Callable[[str], str]

__all__ = ["TEXTS"]


def _text(node: Node, clean: Clean) -> Iterator[str]:
    """The text of a text node."""
    if node.IsA("vtkMRMLTextNode") and node.GetText():
        text = str(node.GetText())
        if clean(text) != text:
            node.SetText(clean(text))
            yield "text"


def _parameters(node: Node, clean: Clean) -> Iterator[str]:
    """Parameters of modules, paths among them."""
    if not node.IsA("vtkMRMLScriptedModuleNode"):
        return
    for name in tuple(node.GetParameterNames()):
        value = str(node.GetParameter(name))
        if clean(value) != value or _is_path(value):
            node.SetParameter(name, "")
            yield f"parameter {name}"


def _is_path(value: str) -> bool:
    """Whether a parameter is a place on a disk, of any system."""
    return PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()


def _segments(node: Node, clean: Clean) -> Iterator[str]:
    """Names of segments."""
    segments = node.GetSegmentation() if node.IsA("vtkMRMLSegmentationNode") else None
    if segments is None:
        return
    for number, identifier in enumerate(segments.GetSegmentIDs(), start=1):
        segment = segments.GetSegment(identifier)
        name = str(segment.GetName())
        if clean(name) != name:
            segment.SetName(clean(name) or f"Segment {number}")
            yield f"name of segment {number}"


def _markups(node: Node, clean: Clean) -> Iterator[str]:
    """Labels and descriptions of points."""
    if not node.IsA("vtkMRMLMarkupsNode"):
        return
    for number in range(node.GetNumberOfControlPoints()):
        for what in ("Label", "Description"):
            text = str(getattr(node, f"GetNthControlPoint{what}")(number))
            if clean(text) != text:
                getattr(node, f"SetNthControlPoint{what}")(number, clean(text))
                yield f"{what.lower()} of point {number + 1}"


def _cells(node: Node, clean: Clean) -> Iterator[str]:
    """Cells and names of columns of tables."""
    if not node.IsA("vtkMRMLTableNode"):
        return
    for column in range(node.GetNumberOfColumns()):
        title = str(node.GetColumnName(column))
        if clean(title) != title:
            node.RenameColumn(column, f"Column {column + 1}")
            yield f"name of column {column + 1}"
    for row in range(node.GetNumberOfRows()):
        for column in range(node.GetNumberOfColumns()):
            text = str(node.GetCellText(row, column))
            if clean(text) != text:
                node.SetCellText(row, column, clean(text))
                yield f"cell in row {row + 1}"


TEXTS: tuple[Callable[[Node, Clean], Iterator[str]], ...] = (_text, _parameters, _segments, _markups, _cells)
"""Each says what it cleaned of a node."""
