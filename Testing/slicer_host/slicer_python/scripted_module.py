"""`slicer.ScriptedLoadableModule`: base classes of a scripted module, its panel, its logic and its test."""

from __future__ import annotations

import importlib
import logging
import sys
import unittest
from pathlib import Path
from typing import Any

import qt
import slicer

_log = logging.getLogger(__name__)

__all__ = [
    "ScriptedLoadableModule",
    "ScriptedLoadableModuleLogic",
    "ScriptedLoadableModuleTest",
    "ScriptedLoadableModuleWidget",
]


def _resource(module_name: str, name: str) -> str:
    folder = Path(slicer.util.modulePath(module_name)).parent
    return str(folder / "Resources" / name)


class ScriptedLoadableModule:
    """What a module says of itself."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title, parent.categories, parent.dependencies, parent.contributors = "", [], [], []
        parent.helpText = parent.acknowledgementText = ""
        icon = Path(parent.path).parent / "Resources" / "Icons" / f"{self.moduleName}.png"
        if icon.is_file():
            parent.icon = qt.QIcon(str(icon))
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, name: str) -> str:
        """Path of a file in the module's Resources."""
        return str(Path(self.parent.path).parent / "Resources" / name)

    def getDefaultModuleDocumentationLink(self, docPage: str | None = None) -> str:
        """HTML with a link to the module's page."""
        page = docPage or f"{slicer.app.documentationBaseUrl}/user_guide/modules/{self.moduleName.lower()}.html"
        return f'<p>For more information see the <a href="{page}">module documentation</a>.</p>'

    def runTest(self, msec: int = 100, **_options: Any) -> None:
        """Run the module's own test class, as the Reload and Test button does."""
        source = importlib.import_module(self.moduleName)
        test = getattr(source, f"{self.moduleName}Test")()
        test.messageDelay = msec
        test.runTest()


class ScriptedLoadableModuleWidget:
    """The panel's Python side."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.settingsValue("Developer/DeveloperMode", False, converter=slicer.util.toBool)
        self.parent = parent
        if parent is None:
            self.parent = slicer.qMRMLWidget()
            self.parent.setLayout(qt.QVBoxLayout())
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        slicer.app.moduleManager().connect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)
        if parent is None:
            self.setup()
            self.parent.show()

    def resourcePath(self, name: str) -> str:
        """Path of a file in the module's Resources."""
        return _resource(self.moduleName, name)

    def setup(self) -> None:
        """Build the panel; in developer mode, with the buttons Reload and Reload and Test on top."""
        if not self.developerMode:
            return
        self.reloadButton, self.reloadTestButton = qt.QPushButton("Reload"), qt.QPushButton("Reload and Test")
        self.reloadButton.connect("clicked()", self.onReload)
        self.reloadTestButton.connect("clicked()", self.onReloadAndTest)
        self.layout.addWidget(self.reloadButton)
        self.layout.addWidget(self.reloadTestButton)

    def cleanup(self) -> None:
        """Called before the panel goes."""

    def enter(self) -> None:
        """Called when the module is opened."""

    def exit(self) -> None:
        """Called when another module is opened."""

    def onReload(self) -> None:
        """Load the module's source anew and build the panel again."""
        _log.info("Reloading %s", self.moduleName)
        slicer.util.reloadScriptedModule(self.moduleName)

    def onReloadAndTest(self, **options: Any) -> None:
        """Reload, then run the self-test."""
        with slicer.util.tryWithErrorDisplay("Reload and Test failed."):
            self.onReload()
            slicer.selfTests[self.moduleName](**options)

    def _onModuleAboutToBeUnloaded(self, name: str) -> None:
        if name == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)


class ScriptedLoadableModuleLogic:
    """The module's work without a panel; keeps its parameters in a node of the scene."""

    def __init__(self, parent: Any = None) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        """The node with the module's parameters, made when it is first asked for."""
        if self.isSingletonParameterNode:
            node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
            return node if node is not None else self.createParameterNode()
        nodes = self.getAllParameterNodes()
        return nodes[0] if nodes else self.createParameterNode()

    def getAllParameterNodes(self) -> list[Any]:
        """All nodes with parameters of this module."""
        nodes = slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [each for each in nodes if each.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self) -> Any:
        """A new node for the module's parameters."""
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return slicer.mrmlScene.AddNode(node)


class ScriptedLoadableModuleTest(unittest.TestCase):
    """A module's self-test, for unittest and for the Reload and Test button."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.messageDelay = 1000

    def delayDisplay(self, message: str, requestedDelay: int | None = None, msec: int | None = None) -> None:
        """Show a message for a while."""
        delay = next((each for each in (requestedDelay, msec) if each is not None), self.messageDelay)
        slicer.util.delayDisplay(message, delay)

    def runTest(self) -> None:
        """Run every method whose name contains "test"; the first failure ends the run."""
        for name in sorted(dir(type(self))):
            if name.startswith("test"):
                self.setUp()
                print(f"{type(self).__name__}.{name}", file=sys.stderr)
                getattr(self, name)()
                self.tearDown()
