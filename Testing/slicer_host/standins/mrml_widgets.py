"""Stand-ins for widgets that know the scene, apart from the node selector."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from .base import Property, Signal, qt, row_layout, stand_in, stored
from .ctk_widgets import ctkCollapsibleButton


@stand_in(slicer)
class qMRMLWidget(qt.QWidget):
    """A widget that hands the scene on."""

    mrmlSceneChanged = Signal(object)

    def mrmlScene(self) -> Any:
        return self.__dict__.get("_host_scene")

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self.mrmlScene():
            self._host_scene = scene
            self.mrmlSceneChanged.emit(scene)


@stand_in(slicer)
class qMRMLCollapsibleButton(ctkCollapsibleButton):
    """A collapsible button that hands the scene on."""

    mrmlSceneChanged = Signal(object)

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self.__dict__.get("_host_scene"):
            self._host_scene = scene
            self.mrmlSceneChanged.emit(scene)


@stand_in(slicer)
class qMRMLSegmentsTableView(qMRMLWidget):
    """The segments of a segmentation, one a row."""

    selectionChanged = Signal(object, object)
    segmentAboutToBeModified = Signal(str)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        table = self._host_table = qt.QTableWidget(0, 3)
        table.setHorizontalHeaderLabels(["Visible", "Color", "Name"])
        table.horizontalHeader().setStretchLastSection(True)
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        row_layout(self, table)
        self._host_node: Any = None
        self._host_tag = 0
        table.connect("itemSelectionChanged()", lambda: self.selectionChanged.emit(None, None))

    headerVisible = stored(bool, "headerVisible", True)
    readOnly = stored(bool, "readOnly", False)
    visibilityColumnVisible = stored(bool, "visibilityColumnVisible", True)
    colorColumnVisible = stored(bool, "colorColumnVisible", True)
    opacityColumnVisible = stored(bool, "opacityColumnVisible", False)
    statusColumnVisible = stored(bool, "statusColumnVisible", False)
    layerColumnVisible = stored(bool, "layerColumnVisible", False)
    filterBarVisible = stored(bool, "filterBarVisible", False)
    selectionMode = stored(int, "selectionMode", 3)
    segmentCount = Property(int, lambda self: len(self.displayedSegmentIDs()))

    def segmentationNode(self) -> Any:
        return self._host_node

    def setSegmentationNode(self, node: Any) -> None:
        if self._host_node is not None:
            self._host_node.RemoveObserver(self._host_tag)
        self._host_node = node
        if node is not None:
            self._host_tag = node.AddObserver(vtk.vtkCommand.AnyEvent, lambda *_: self._fill())
        self._fill()

    def displayedSegmentIDs(self) -> tuple[str, ...]:
        node = self._host_node
        return tuple(node.GetSegmentation().GetSegmentIDs()) if node is not None else ()

    def selectedSegmentIDs(self) -> tuple[str, ...]:
        identifiers = self.displayedSegmentIDs()
        return tuple(identifiers[row.row()] for row in self._host_table.selectionModel().selectedRows())

    def setSelectedSegmentIDs(self, identifiers: Any) -> None:
        self._host_table.clearSelection()
        for row, identifier in enumerate(self.displayedSegmentIDs()):
            if identifier in identifiers:
                self._host_table.selectRow(row)

    def _fill(self) -> None:
        identifiers = self.displayedSegmentIDs()
        self._host_table.setRowCount(len(identifiers))
        for row, identifier in enumerate(identifiers):
            segment = self._host_node.GetSegmentation().GetSegment(identifier)
            color = qt.QTableWidgetItem()
            color.setBackground(qt.QBrush(qt.QColor.fromRgbF(*segment.GetColor())))
            for column, item in enumerate(
                (qt.QTableWidgetItem("\u25c9"), color, qt.QTableWidgetItem(segment.GetName()))
            ):
                self._host_table.setItem(row, column, item)


@stand_in(slicer)
class qMRMLSegmentEditorWidget(qMRMLWidget):
    """The Segment Editor, as far as another module hands it nodes; it edits nothing."""

    segmentationNodeChanged = Signal(object)
    sourceVolumeNodeChanged = Signal(object)
    currentSegmentIDChanged = Signal(str)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_editor_node: Any = None
        row_layout(self, qt.QLabel("Segment Editor"))

    def mrmlSegmentEditorNode(self) -> Any:
        return self._host_editor_node

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        self._host_editor_node = node

    def segmentationNode(self) -> Any:
        return self._host_editor_node.GetSegmentationNode() if self._host_editor_node else None

    def setSegmentationNode(self, node: Any) -> None:
        self._host_editor_node.SetAndObserveSegmentationNode(node)
        self.segmentationNodeChanged.emit(node)

    def sourceVolumeNode(self) -> Any:
        return self._host_editor_node.GetSourceVolumeNode() if self._host_editor_node else None

    def setSourceVolumeNode(self, node: Any) -> None:
        self._host_editor_node.SetAndObserveSourceVolumeNode(node)
        self.sourceVolumeNodeChanged.emit(node)

    def currentSegmentID(self) -> str:
        return str(self._host_editor_node.GetSelectedSegmentID() or "") if self._host_editor_node else ""

    def setCurrentSegmentID(self, identifier: str) -> None:
        self._host_editor_node.SetSelectedSegmentID(identifier)
        self.currentSegmentIDChanged.emit(identifier)
