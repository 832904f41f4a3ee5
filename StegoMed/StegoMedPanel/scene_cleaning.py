"""Takes what tells whose images they are out of a scene: names, DICOM attributes and UIDs, paths, texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import slicer

from StegoMedPanel import stego
from StegoMedPanel.scene_identity import SceneIdentity, attributes_of, items_of, uids_of_item
from StegoMedPanel.scene_texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from StegoMedPanel.untyped import Node

__all__ = ["CleanScene", "Cleaned", "clean_scene"]

_DICOM = "DICOM."
_KEPT = frozenset({"DICOM.Modality", "Level"})
"""Attributes of items that Slicer asks for, and that name nobody."""
_PATH = "path of its file"
_ELEMENT = re.compile(r"<(\w+)([^<>]*)")
_VALUE = re.compile(r'="([^"]*)"')
_SHORTEST = 3
"""Letters of a node's old name that is looked for in the names of others."""


@dataclass(frozen=True)
class Cleaned:
    """What was taken out of which node or item, called by its new name."""

    name: str
    what: str


@dataclass(frozen=True)
class CleanScene:
    """What was cleaned, and the nodes in which something is left all the same."""

    cleaned: list[Cleaned]
    left: list[str]


def clean_scene(scene: Node) -> CleanScene:
    """Take what tells whose images they are out of a scene, and out of scenes that are kept in it.

    Volumes from DICOM, patients and studies get names that say nothing; DICOM attributes, UIDs and paths go; and every
    other text goes that holds a value of a header that the scene's images come from.
    """
    identity = SceneIdentity(scene)
    cleaning = _Cleaning(identity)
    cleaning.clean(scene)
    scene.ClearUndoStack()
    scene.ClearRedoStack()
    left = _left_in(scene, identity)
    cleaning.clean_paths()  # writing the scene gave each node one
    return CleanScene(cleaning.done, left)


def _left_in(scene: Node, identity: SceneIdentity) -> list[str]:
    """What of a scene, as it would be saved, still holds a value that tells whose images they are."""
    before = scene.GetSaveToXMLString()
    scene.SetSaveToXMLString(1)
    try:
        scene.Commit()
        written = str(scene.GetSceneXMLString())
    finally:
        scene.SetSaveToXMLString(before)
        scene.SetSceneXMLString("")
    said = ((kind, " ".join(_VALUE.findall(inside))) for kind, inside in _ELEMENT.findall(written))
    return sorted({kind for kind, values in said if "Storage" not in kind and identity.is_in(values)})


class _Cleaning:
    """One run."""

    def __init__(self, identity: SceneIdentity) -> None:
        self._identity = identity
        self._renamed: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._stored: list[Node] = []
        self.done: list[Cleaned] = []

    def clean(self, scene: Node) -> None:
        """Clean a scene."""
        self._remove_views(scene)
        nodes = (scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes()))
        there = [node for node in nodes if node.GetSaveWithScene()]  # others go nowhere
        hierarchies = [node for node in there if node.IsA("vtkMRMLSubjectHierarchyNode")]
        for node in there:
            if _is_from_dicom(node, hierarchies):
                self._rename(node, self._neutral(_kind_of(node)))
        for node in there:
            self._clean_node(node)
        for hierarchy in hierarchies:
            for item in items_of(hierarchy):
                self._clean_item(hierarchy, item)

    def _remove_views(self, scene: Node) -> None:
        """Remove views of the scene: each is a copy of all names, with a picture that may show them in its corners."""
        for node in [scene.GetNthNode(number) for number in range(scene.GetNumberOfNodes())]:
            if node.IsA("vtkMRMLSceneViewNode"):
                scene.RemoveNode(node)
                self._note(self._neutral("Scene view"), ["all of it, with its picture"])

    def _clean_node(self, node: Node) -> None:
        if node.IsA("vtkMRMLSequenceNode") and node.GetSequenceScene() is not None:
            self.clean(node.GetSequenceScene())
        name = str(node.GetName() or "")
        if self._is_old(name) and not node.GetSingletonTag():  # Slicer finds views and modules by their names
            self._rename(node, self._without_names(name) or self._neutral(_kind_of(node)))
        said = list(filter(None, (self._clean_description(node), *self._clean_attributes(node), self._path_of(node))))
        said += [what for each in TEXTS for what in each(node, self._cleaned_text)]
        self._note(str(node.GetName() or node.GetID()), said)

    def _path_of(self, node: Node) -> str:
        """Remember a node that is stored in a file; whether it has a path."""
        if not node.IsA("vtkMRMLStorageNode"):
            return ""
        self._stored.append(node)
        return _PATH if node.GetFileName() or node.GetURI() or node.GetNumberOfFileNames() else ""

    def clean_paths(self) -> None:
        """Take the paths of all nodes away that are stored in files."""
        for node in self._stored:
            node.ResetFileNameList()
            node.ResetURIList()
            node.SetFileName("")
            node.SetURI("")

    def _clean_description(self, node: Node) -> str:
        if not self._is_old(str(node.GetDescription() or "")):
            return ""
        node.SetDescription("")
        return "description"

    def _clean_attributes(self, node: Node) -> Iterator[str]:
        for name in tuple(node.GetAttributeNames() or ()):
            value = str(node.GetAttribute(name) or "")
            if name.startswith(_DICOM) or name == stego.SOURCES or self._tells(value) or self._tells(name):
                node.RemoveAttribute(name)
                yield f"attribute {self._cleaned_text(name) or '(its name tells it, too)'}"

    def _clean_item(self, hierarchy: Node, item: int) -> None:
        said = [*_clean_uids(hierarchy, item), *self._clean_item_attributes(hierarchy, item)]
        if hierarchy.GetItemDataNode(item) is None:  # else its name is that of the node
            name, level = str(hierarchy.GetItemName(item)), str(hierarchy.GetItemLevel(item))
            constants = slicer.vtkMRMLSubjectHierarchyConstants
            ranked = level in (constants.GetDICOMLevelPatient(), constants.GetDICOMLevelStudy())
            if (ranked and not _is_neutral(name, level)) or self._is_old(name):
                hierarchy.SetItemName(item, self._neutral(level or "Item"))
                said.append("name")
        self._note(str(hierarchy.GetItemName(item)), said)

    def _clean_item_attributes(self, hierarchy: Node, item: int) -> Iterator[str]:
        for name, value in attributes_of(hierarchy, item).items():
            if name not in _KEPT and (name.startswith(_DICOM) or self._tells(value)):
                hierarchy.RemoveItemAttribute(item, name)
                yield f"attribute {name}"

    def _rename(self, node: Node, name: str) -> None:
        before = str(node.GetName() or "")
        if len(before) >= _SHORTEST:
            self._renamed[before] = name
        node.SetName(name)
        self._note(name, ["name"])

    def _without_names(self, text: str) -> str:
        """A text with the new names of nodes in place of the old ones; empty where that does not do."""
        for before in sorted(self._renamed, key=len, reverse=True):
            text = text.replace(before, self._renamed[before])
        return "" if self._identity.is_in(text, in_words=True) else text

    def _is_old(self, name: str) -> bool:
        """Whether a name is made of the old name of another node, or tells whose images they are."""
        return any(before in name for before in self._renamed) or self._identity.is_in(name, in_words=True)

    def _tells(self, text: str) -> bool:
        """Whether a text holds a value that tells whose images they are."""
        return self._identity.is_in(text)

    def _cleaned_text(self, text: str) -> str:
        """A text as it may stay: as it is, or not at all."""
        return "" if self._tells(text) else text

    def _neutral(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind} {self._counts[kind]}"

    def _note(self, name: str, said: Iterable[str]) -> None:
        self.done += [Cleaned(name, what) for what in dict.fromkeys(said)]


def _is_neutral(name: str, level: str) -> bool:
    """Whether an item was given its name here before."""
    return name.startswith(f"{level} ") and name.removeprefix(f"{level} ").isdecimal()


def _is_from_dicom(node: Node, hierarchies: list[Node]) -> bool:
    """Whether a node was loaded from the DICOM database: its name is made of the series' description."""
    if any(name.startswith(_DICOM) for name in node.GetAttributeNames() or ()):
        return True
    items = ((hierarchy, hierarchy.GetItemByDataNode(node)) for hierarchy in hierarchies)
    return any(item and uids_of_item(hierarchy, item) for hierarchy, item in items)


def _kind_of(node: Node) -> str:
    """What a node is, for people."""
    return str(node.GetNodeTagName() or "Node").removeprefix("vtkMRML").removesuffix("Node") or "Node"


def _clean_uids(hierarchy: Node, item: int) -> Iterator[str]:
    for name in uids_of_item(hierarchy, item):
        if hasattr(hierarchy, "RemoveItemUID"):
            hierarchy.RemoveItemUID(item, name)
        else:  # an older Slicer
            hierarchy.SetItemUID(item, name, "")
        yield f"UID {name}"
