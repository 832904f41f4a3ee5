"""The module Segment Editor, as far as another module opens it: a widget that holds the nodes."""

from __future__ import annotations

import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModule, ScriptedLoadableModuleWidget


class SegmentEditor(ScriptedLoadableModule):
    pass


class SegmentEditorWidget(ScriptedLoadableModuleWidget):
    def setup(self) -> None:
        super().setup()
        self.editor = slicer.qMRMLSegmentEditorWidget(self.parent)
        self.editor.setMRMLScene(slicer.mrmlScene)
        self.layout.addWidget(self.editor)
        self.parameterSetNode = None
        self.selectParameterNode()

    def enter(self) -> None:
        self.selectParameterNode()

    def selectParameterNode(self) -> None:
        node = slicer.mrmlScene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag("SegmentEditor")
            node = slicer.mrmlScene.AddNode(node)
        self.parameterSetNode = node
        self.editor.setMRMLSegmentEditorNode(node)
