"""Whose images are in the scene: values that tell it, as the DICOM database and the subject hierarchy have them."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import slicer
import vtk

from StegoMedLib.errors import StegoMedError
from StegoMedPanel import nodes, stego

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.identity.deidentifier import Leaf
    from StegoMedPanel.untyped import Node

__all__ = ["SceneIdentity", "attributes_of", "items_of", "uids_of_item"]

_PREFIX = "DICOM."
_SAYS_NOTHING = re.compile(r"(?i)(no|name|unnamed|unknown|anonymous|anonymi[sz]ed|patient|study|[\d\s^])+")
"""What stands in place of a name."""
_SECRET_BYTES = 32


class SceneIdentity:
    """Looks for what tells whose images are in a scene; shows nothing of it."""

    def __init__(self, scene: Node) -> None:
        from StegoMedLib.identity.residue import Search  # noqa: PLC0415 needs packages

        self._search = Search()
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        for item in items_of(hierarchy):
            self._search.add(_leaves_of_item(hierarchy, item))
        for uids in _series_in(scene, hierarchy):
            self._add_series(uids)

    def is_in(self, text: str, *, in_words: bool = False) -> bool:
        """Whether a text holds one of the values; be it inside of a word, where `in_words` says so."""
        return bool(text) and self._search.in_text(text, in_words=in_words) is not None

    def _add_series(self, uids: tuple[str, ...]) -> None:
        """All UIDs, and what the header of the first image that the database has says."""
        self._search.add(_leaf("SOPInstanceUID", uid) for uid in uids)
        opened = nodes.open_database()
        files = (str(opened.fileForInstance(uid)) for uid in uids) if opened is not None else iter(())
        first = next(filter(None, files), "")
        if first:
            self._search.add(_taken_out(first))


def items_of(hierarchy: Node) -> list[int]:
    """All items of the subject hierarchy."""
    found = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), found, True)  # noqa: FBT003 Slicer's signature
    return [found.GetId(number) for number in range(found.GetNumberOfIds())]


def uids_of_item(hierarchy: Node, item: int) -> dict[str, str]:
    """UIDs of an item by their names."""
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    names = (
        hierarchy.GetItemUIDNames(item)
        if hasattr(hierarchy, "GetItemUIDNames")
        else (constants.GetDICOMUIDName(), constants.GetDICOMInstanceUIDName())
    )
    return {name: value for name in names if (value := str(hierarchy.GetItemUID(item, name)))}


def attributes_of(hierarchy: Node, item: int) -> dict[str, str]:
    """Attributes of an item."""
    return {name: str(hierarchy.GetItemAttribute(item, name)) for name in hierarchy.GetItemAttributeNames(item)}


def _series_in(scene: Node, hierarchy: Node) -> Iterator[tuple[str, ...]]:
    """SOPInstanceUIDs that nodes and items of a scene name."""
    for number in range(scene.GetNumberOfNodes()):
        node = scene.GetNthNode(number)
        for attribute in (nodes.SOURCES, stego.SOURCES):
            uids = nodes.uids_of(node, attribute)
            if uids:
                yield uids
    name = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMInstanceUIDName()
    for item in items_of(hierarchy):
        uids = tuple(str(hierarchy.GetItemUID(item, name)).split())
        if uids:
            yield uids


def _leaves_of_item(hierarchy: Node, item: int) -> Iterator[Leaf]:
    """What an item says, as values of a header."""
    for name, value in attributes_of(hierarchy, item).items():
        if name.startswith(_PREFIX) and value:
            yield from _maybe_leaf(name.removeprefix(_PREFIX), value)
    for value in uids_of_item(hierarchy, item).values():
        for uid in value.split():
            keyword = "StudyInstanceUID" if uid.replace(".", "").isdigit() and "." in uid else "PatientID"
            yield _leaf(keyword, uid)
    if hierarchy.GetItemLevel(item) == slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelPatient():
        yield from _maybe_leaf("PatientName", str(hierarchy.GetItemName(item)).partition(" (")[0])


def _maybe_leaf(keyword: str, value: str) -> Iterator[Leaf]:
    from pydicom.datadict import tag_for_keyword  # noqa: PLC0415 needs packages

    if tag_for_keyword(keyword) is not None and not _SAYS_NOTHING.fullmatch(value):
        yield _leaf(keyword, value)


def _leaf(keyword: str, value: str) -> Leaf:
    from pydicom.datadict import dictionary_VR, tag_for_keyword  # noqa: PLC0415 needs packages

    from StegoMedLib.dicom import Node as Value  # noqa: PLC0415 needs packages
    from StegoMedLib.dicom import character_set  # noqa: PLC0415
    from StegoMedLib.identity.deidentifier import Leaf  # noqa: PLC0415

    tag = int(tag_for_keyword(keyword) or 0)
    node = Value(dictionary_VR(tag), value.encode("utf-8", "surrogateescape"))
    return Leaf((tag,), node, character_set(b"ISO_IR 192"))


def _taken_out(file: str) -> tuple[Leaf, ...]:
    """Values of a file's header that would be taken out of it; none where it cannot be read."""
    from StegoMedLib.dicom.hostile import open_object  # noqa: PLC0415 needs packages
    from StegoMedLib.identity.nameless import NamelessHeaders  # noqa: PLC0415
    from StegoMedLib.identity.options import Options  # noqa: PLC0415
    from StegoMedLib.identity.pseudonyms import Pseudonyms  # noqa: PLC0415

    headers = NamelessHeaders(Options(), Pseudonyms(secrets.token_bytes(_SECRET_BYTES), lasting=False), derived=False)
    try:
        return headers.of(open_object(Path(file)).dataset).gone
    except StegoMedError:
        return ()
