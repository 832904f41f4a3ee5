"""Stand-in for the node selector."""

from __future__ import annotations

from typing import Any

import slicer

from .base import Property, Signal, qt, row_layout, stand_in, stored

_SCENE_EVENTS = ("NodeAddedEvent", "NodeRemovedEvent", "EndCloseEvent", "EndImportEvent", "EndBatchProcessEvent")
_CREATE, _DELETE = "+", "-"


@stand_in(slicer)
class qMRMLNodeComboBox(qt.QWidget):
    """The nodes of some classes, one of them current; follows the scene."""

    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)
    nodeActivated = Signal(object)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_box = qt.QComboBox()
        self._host_scene: Any = None
        self._host_observers: list[tuple[Any, int]] = []
        self._host_node_observers: list[tuple[Any, int]] = []
        self._host_attributes: dict[tuple[str, str], Any] = {}
        self._host_current, self._host_filling = "", False
        row_layout(self, self._host_box)
        self._host_box.connect("activated(int)", self._activated)

    nodeTypes = stored("QStringList", "nodeTypes", [], "_fill")
    hideChildNodeTypes = stored("QStringList", "hideChildNodeTypes", [], "_fill")
    noneEnabled = stored(bool, "noneEnabled", False, "_fill")
    addEnabled = stored(bool, "addEnabled", True, "_fill")
    removeEnabled = stored(bool, "removeEnabled", True, "_fill")
    renameEnabled = stored(bool, "renameEnabled", False, "_fill")
    editEnabled = stored(bool, "editEnabled", False)
    showHidden = stored(bool, "showHidden", False, "_fill")
    showChildNodeTypes = stored(bool, "showChildNodeTypes", True, "_fill")
    selectNodeUponCreation = stored(bool, "selectNodeUponCreation", True)
    noneDisplay = stored(str, "noneDisplay", "None", "_fill")
    baseName = stored(str, "baseName", "")
    interactionNodeSingletonTag = stored(str, "interactionNodeSingletonTag", "")
    currentNodeID = Property(str, lambda self: self._host_current, lambda self, value: self.setCurrentNodeID(value))

    sizeAdjustPolicy = Property(
        int,
        lambda self: self._host_box.sizeAdjustPolicy.value,
        lambda self, value: setattr(self._host_box, "sizeAdjustPolicy", qt.QComboBox.SizeAdjustPolicy(value)),
    )

    def mrmlScene(self) -> Any:
        return self._host_scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._host_scene:
            return
        for sender, tag in self._host_observers:
            sender.RemoveObserver(tag)
        events = [getattr(slicer.vtkMRMLScene, name) for name in _SCENE_EVENTS] if scene is not None else []
        self._host_observers = [(scene, scene.AddObserver(event, lambda *_: self._fill())) for event in events]
        self._host_scene = scene
        self._fill()

    def addAttribute(self, node_type: str, name: str, value: Any = None) -> None:
        self._host_attributes[node_type, name] = value
        self._fill()

    def removeAttribute(self, node_type: str, name: str) -> None:
        self._host_attributes.pop((node_type, name), None)
        self._fill()

    def nodeCount(self) -> int:
        return len(self._nodes())

    def nodeFromIndex(self, index: int) -> Any:
        nodes = self._nodes()
        return nodes[index] if 0 <= index < len(nodes) else None

    def currentNode(self) -> Any:
        if self._host_scene is None or not self._host_current:
            return None
        return self._host_scene.GetNodeByID(self._host_current)

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node if isinstance(node, str) else node.GetID() if node is not None else "")

    def setCurrentNodeID(self, identifier: str | None) -> None:
        identifier = identifier or ""
        if identifier and identifier not in [each.GetID() for each in self._nodes()]:
            return
        self._select(identifier)

    def setCurrentNodeIndex(self, index: int) -> None:
        self.setCurrentNode(self.nodeFromIndex(index))

    def addNode(self, node_type: str | None = None) -> Any:
        node_type = node_type or self.nodeTypes[0]
        name = self.baseName or node_type.removeprefix("vtkMRML").removesuffix("Node")
        node = self._host_scene.AddNewNodeByClass(node_type, self._host_scene.GenerateUniqueName(name))
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        self.nodeAdded.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        if self.currentNode() is not None:
            self._host_scene.RemoveNode(self.currentNode())

    def _accepts(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self.showHidden:
            return False
        types = [each for each in self.nodeTypes if node.IsA(each)]
        if not types or any(node.IsA(each) for each in self.hideChildNodeTypes):
            return False
        if not self.showChildNodeTypes and node.GetClassName() not in self.nodeTypes:
            return False
        wanted = [(name, value) for (kind, name), value in self._host_attributes.items() if node.IsA(kind)]
        found = [(node.GetAttribute(name), value) for name, value in wanted]
        return all(has is not None and (value is None or has == str(value)) for has, value in found)

    def _nodes(self) -> list[Any]:
        scene = self._host_scene
        if scene is None:
            return []
        every = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
        return [each for each in every if self._accepts(each)]

    def _fill(self) -> None:
        """Show the nodes anew; a current node that has gone is followed by the first one, or by none."""
        if self._host_filling:
            return
        self._host_filling = True
        nodes, box = self._nodes(), self._host_box
        self._observe_names(nodes)
        identifiers = [each.GetID() for each in nodes]
        box.clear()
        if self.noneEnabled or not nodes:
            box.addItem(self.noneDisplay, "")
        for each in nodes:
            box.addItem(each.GetName(), each.GetID())
        for label, data in self._actions():
            box.addItem(label, data)
        self._host_filling = False
        fallback = "" if self.noneEnabled or not identifiers else identifiers[0]
        self._select(self._host_current if self._host_current in identifiers else fallback)

    def _observe_names(self, nodes: list[Any]) -> None:
        for node, tag in self._host_node_observers:
            node.RemoveObserver(tag)
        self._host_node_observers = [(each, each.AddObserver("ModifiedEvent", self._rename)) for each in nodes]

    def _rename(self, node: Any, _event: str) -> None:
        row = self._host_box.findData(node.GetID())
        if row >= 0 and self._host_box.itemText(row) != node.GetName():
            self._host_box.setItemText(row, node.GetName())

    def _actions(self) -> list[tuple[str, str]]:
        if self._host_scene is None:
            return []
        types = self.nodeTypes if self.addEnabled else ()
        short = [each.removeprefix("vtkMRML").removesuffix("Node") for each in types]
        create = [(f"Create new {name}...", _CREATE + each) for name, each in zip(short, types, strict=True)]
        return create + ([("Delete current node", _DELETE)] if self.removeEnabled else [])

    def _select(self, identifier: str) -> None:
        self._host_box.setCurrentIndex(self._host_box.findData(identifier))
        if identifier != self._host_current:
            self._host_current = identifier
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(identifier)

    def _activated(self, row: int) -> None:
        chosen = self._host_box.itemData(row)
        if chosen.startswith(_CREATE):
            self.nodeAddedByUser.emit(self.addNode(chosen[1:]))
        elif chosen == _DELETE:
            self.removeCurrentNode()
        else:
            self._select(chosen)
            self.nodeActivated.emit(self.currentNode())
