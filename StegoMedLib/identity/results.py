"""Brings results home: objects that others made of a nameless study get its patient, its study and its UIDs back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from StegoMedLib.dicom import SIGNATURES, SIGNED, Removed
from StegoMedLib.identity.deidentifier import STUDY_UID
from StegoMedLib.identity.nameless import SOP_INSTANCE
from StegoMedLib.identity.patient_modules import said_as_in
from StegoMedLib.identity.residue import named
from StegoMedLib.identity.restoring import uids_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.dicom import Node, Tree
    from StegoMedLib.identity.deidentifier import Path

__all__ = ["Belonging", "Home", "Result", "belonging", "brought_home", "own_uid"]

_OWN = (SOP_INSTANCE, STUDY_UID, 0x0020_000E, 0x0020_0052)
"""Instance, study, series, and frame of reference."""
_REFERENCED_INSTANCE = 0x0008_1155
_GIVEN_BY_DICOM = "1.2.840.10008."
"""Root of UIDs that stand for no patient: of kinds of objects, of transfer syntaxes, of atlases (PS3.6 Annex A)."""
_LONGEST_UID = 64


class Belonging(Enum):
    """What an object is to a nameless study: of it, with references to it, an image of it itself, or nothing."""

    STUDY = "study"
    REFERENCES = "references"
    IMAGE = "image"
    NOTHING = "nothing"


@dataclass
class Home:
    """Where results belong.

    Attributes
    ----------
    uids : dict of str to str
        UIDs of nameless studies, and what they stand for.
    studies : dict of str to Tree
        A header as it was of each study, by its UID in the nameless files.
    """

    uids: dict[str, str] = field(default_factory=dict, repr=False)
    studies: dict[str, Tree] = field(default_factory=dict, repr=False)

    def add(self, nameless: Tree, tree: Tree) -> None:
        """Learn from a nameless header, and from what was made of it.

        What an instance is called now counts more than what others called it, since it may have got a new UID.
        """
        for uid, meant in uids_between(nameless, tree).items():
            if not uid.startswith(_GIVEN_BY_DICOM):
                self.uids.setdefault(uid, meant)
        for tag in _OWN:
            uid, meant = own_uid(nameless, tag), own_uid(tree, tag)
            if uid and meant and not uid.startswith(_GIVEN_BY_DICOM):
                self.uids[uid] = meant
        study = own_uid(nameless, STUDY_UID)
        if study:
            self.studies.setdefault(study, tree)


@dataclass(frozen=True)
class Result:
    """An object that is at home again.

    Attributes
    ----------
    tree : Tree
    patient : bool
        It got patient and study back.
    uids : int
        UIDs that were put back, each as often as it stands there.
    unknown : frozenset of str
        UIDs of instances that it refers to, and that nobody knows here.
    removed : tuple of Removed
        What would not be true any more.
    """

    tree: Tree = field(repr=False)
    patient: bool
    uids: int
    unknown: frozenset[str] = field(repr=False)
    removed: tuple[Removed, ...] = ()


def own_uid(tree: Tree, tag: int = SOP_INSTANCE) -> str:
    """A UID of a header; empty where it has none."""
    found = _uids(tree[tag]) if tag in tree else []
    return found[0] if len(found) == 1 else ""


def _uids(node: Node) -> list[str]:
    return [uid.strip("\0 ") for uid in node.value.decode("latin-1").split("\\")]


def belonging(tree: Tree, home: Home) -> Belonging:
    """What an object is to the studies of a run."""
    if own_uid(tree) in home.uids:
        return Belonging.IMAGE
    if own_uid(tree, STUDY_UID) in home.studies:
        return Belonging.STUDY
    known = any(uid in home.uids for _, node in _leaves(tree) for uid in _uids_in(node))
    return Belonging.REFERENCES if known else Belonging.NOTHING


def _leaves(tree: Tree) -> Iterator[tuple[int, Node]]:
    """Values of a tree at all levels, with their tags."""
    for tag, node in tree.items():
        if node.items is None:
            yield tag, node
        for item in node.items or ():
            yield from _leaves(item)


def _uids_in(node: Node) -> list[str]:
    """UIDs of a value; one of unknown VR, as of private attributes without VRs, may be some, too."""
    return _uids(node) if node.vr == "UI" or (node.vr == "UN" and len(node.value) <= _LONGEST_UID) else []


def brought_home(tree: Tree, home: Home) -> Result:
    """An object with the UIDs of a study as they were, at every level; with patient and study, if it is of that study.

    Its own UIDs and dates stay. Signatures over what is changed go, and so do lengths of groups.

    Parameters
    ----------
    tree : Tree
        A whole header; stays as it is.
    home : Home

    Raises
    ------
    UnusableInputError
        Its text cannot stand beside that of the study; the sentence has its file as its unnamed subject ("it").
    """
    study = home.studies.get(own_uid(tree, STUDY_UID))
    back = _Back(home.uids)
    unknown = frozenset(
        uid
        for tag, node in _leaves(tree)
        if tag == _REFERENCED_INSTANCE
        for uid in _uids(node)
        if uid and uid not in home.uids
    )
    made = back.level(tree, ())
    if study is not None:
        made = back.without_proofs(said_as_in(made, study), ())
    return Result(made, study is not None, back.count, unknown, tuple(back.removed))


class _Back:
    """Puts UIDs back, level by level, and counts them."""

    def __init__(self, uids: dict[str, str]) -> None:
        self._uids, self.count = uids, 0
        self.removed: dict[Removed, None] = {}

    def level(self, tree: Tree, path: Path) -> Tree:
        """A data set, or the item at `path`; the same object where nothing changes."""
        made = {tag: self._node(node, (*path, tag)) for tag, node in tree.items()}
        if all(made[tag] is node for tag, node in tree.items()):
            return tree
        return self.without_proofs(made, path)

    def without_proofs(self, tree: Tree, path: Path) -> Tree:
        """What was changed, without signatures (PS3.3 C.12.1.1.3) and lengths of groups (PS3.5 7.2)."""
        for tag in sorted(SIGNATURES & tree.keys()):
            self.removed[Removed(named((*path, tag)), SIGNED)] = None
        return {tag: node for tag, node in tree.items() if tag not in SIGNATURES and tag & 0xFFFF}

    def _node(self, node: Node, path: Path) -> Node:
        if node.items is not None:
            items = tuple(self.level(item, (*path, number)) for number, item in enumerate(node.items))
            same = all(one is other for one, other in zip(items, node.items, strict=True))
            return node if same else replace(node, items=items)
        found = _uids_in(node)
        count = sum(uid in self._uids for uid in found)
        if not count:
            return node
        self.count += count
        return replace(node, value="\\".join(self._uids.get(uid, uid) for uid in found).encode("ascii", "replace"))
