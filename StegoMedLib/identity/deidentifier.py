"""Takes the identity out of a header: the table of the standard, applied at every level of nesting."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pydicom import DataElement
from pydicom.datadict import tag_for_keyword
from pydicom.valuerep import VR

from StegoMedLib.dicom import CharacterSet, Node, character_set, tree_of
from StegoMedLib.dicom.element_headers import vr_in_dictionary
from StegoMedLib.identity.dummies import dummy
from StegoMedLib.identity.pseudonyms import Patient
from StegoMedLib.identity.rules import Action, action_on, basic_action, private_action
from StegoMedLib.identity.vocabulary import SCHEMES, cleaned, is_standard_uid, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from StegoMedLib.dicom import Tree
    from StegoMedLib.identity.options import Options
    from StegoMedLib.identity.pseudonyms import Pseudonyms

__all__ = ["CHARSET", "Deidentifier", "Leaf", "Nameless", "Path"]
__all__ += ["charset_in", "leaves", "patient_of", "text_of", "value_in"]

CHARSET = 0x0008_0005
SOP_CLASS, STUDY_UID = 0x0008_0016, 0x0020_000D
NAME, ID, ISSUER, STUDY_ID = 0x0010_0010, 0x0010_0020, 0x0010_0021, 0x0020_0010
_TEXT = frozenset({"AE", "AS", "CS", "DS", "IS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_CLEANABLE = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
_DATED = frozenset({"DA", "DT"})
_TIME = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?|[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
"""TM, now and as it was in ACR-NEMA (PS3.5 6.2)."""
_NUMBERING = frozenset({0x0008_0050, 0x0010_0020, 0x0010_1000})
"""AccessionNumber, PatientID and OtherPatientIDs: people write them into descriptions."""
_UID = re.compile(rb"[0-9]+(?:\.[0-9]+){3,}")
_SCHEME, _CODES = 0x0008_0102, frozenset({0x0008_0100, 0x0008_0102, 0x0008_0103})
"""CodingSchemeDesignator; with CodeValue and CodingSchemeVersion."""
_KNOWN = frozenset(each.value for each in VR)
_RESERVED = range(0x10, 0x100)
"""Elements of an odd group that reserve a block (PS3.5 7.8.1)."""

Path = tuple[int, ...]
"""Tags of the sequences around an element and its own, and between them the numbers of items, from 0."""


@dataclass(frozen=True)
class Leaf:
    """A value that is no sequence, and where it stands."""

    path: Path
    node: Node = field(repr=False)
    charset: CharacterSet = field(repr=False)

    @property
    def text(self) -> str:
        """The value as text."""
        return text_of(self.node, self.charset)


@dataclass(frozen=True)
class Nameless:
    """A header without the identity, and the values that are not in it any more."""

    tree: Tree = field(repr=False)
    gone: tuple[Leaf, ...] = field(repr=False)


def text_of(node: Node, charset: CharacterSet) -> str:
    """A value as text without padding; what its character set does not decode is read as Latin 1."""
    value = node.value.rstrip(b"\0 ")
    text = charset.decode(value, name=node.vr == "PN")
    return value.decode("latin-1") if text is None else text


def value_in(tree: Tree, keyword: str) -> str:
    """Value of an attribute as text; "" where there is none."""
    node = tree.get(tag_for_keyword(keyword) or 0)
    return "" if node is None else text_of(node, charset_in(tree))


def charset_in(tree: Tree, around: CharacterSet | None = None) -> CharacterSet:
    """The character set of a data set, or of an item, which has that of what is around it unless it says otherwise."""
    declared = tree.get(CHARSET)
    if declared is not None:
        return character_set(declared.value.rstrip(b"\0 "))
    return around or CharacterSet()


def patient_of(tree: Tree) -> Patient:
    """Whose header it is."""
    charset = charset_in(tree)
    patient, issuer, name = (text_of(tree[tag], charset).strip() if tag in tree else "" for tag in (ID, ISSUER, NAME))
    return Patient(patient, issuer) if patient else Patient("", "", name.rstrip("^ "))


def leaves(tree: Tree, path: Path = (), around: CharacterSet | None = None) -> list[Leaf]:
    """All values of a tree, at every level."""
    charset, found = charset_in(tree, around), list[Leaf]()
    for tag, node in tree.items():
        if node.items is None:
            found.append(Leaf((*path, tag), node, charset))
        for number, item in enumerate(node.items or ()):
            found += leaves(item, (*path, tag, number), charset)
    return found


class Deidentifier:
    """Makes headers nameless, in one way.

    Parameters
    ----------
    options : Options
    pseudonyms : Pseudonyms
    """

    def __init__(self, options: Options, pseudonyms: Pseudonyms) -> None:
        self._options, self._pseudonyms = options, pseudonyms

    def nameless(self, tree: Tree) -> Nameless:
        """A header without the identity.

        PatientName, PatientID and StudyID have a value in any case, since archives merge studies that have none.

        Parameters
        ----------
        tree : Tree
            A whole header; stays as it is.
        """
        charset, patient = charset_in(tree), patient_of(tree)
        sop_class = text_of(tree[SOP_CLASS], charset) if SOP_CLASS in tree else ""
        names = frozenset(_names_in(leaves(tree)))
        made = _Header(self._options, self._pseudonyms, patient, sop_class, names).without(tree, (), charset)
        name = self._pseudonyms.name(patient).encode("ascii", "replace")
        study = text_of(tree[STUDY_UID], charset) if STUDY_UID in tree else ""
        made |= {NAME: Node("PN", name), ID: Node("LO", name)}
        made[STUDY_ID] = Node("SH", self._pseudonyms.study(study).encode("ascii"))
        made = {tag: made[tag] for tag in sorted(made)}
        left = {leaf.path: leaf.node for leaf in leaves(made)}
        return Nameless(made, tuple(leaf for leaf in leaves(tree) if left.get(leaf.path) != leaf.node))


def _names_in(values: Iterable[Leaf]) -> Iterator[str]:
    """Words of the names and numbers of persons in a header, in small letters."""
    for leaf in values:
        tag = leaf.path[-1]
        if "PN" in (leaf.node.vr, vr_in_dictionary(tag)) or tag in _NUMBERING:
            yield from (word.lower() for word in words_of(leaf.text))


@lru_cache(maxsize=1 << 10)
def _dummy(tag: int, vr: str) -> Node:
    """A value of a VR that says nothing; an unknown VR, as malformed files have it, becomes UN."""
    known = vr if vr in _KNOWN else "UN"
    return tree_of({tag: DataElement(tag, known, dummy(tag, known))}, ["iso8859"])[tag]


@dataclass(frozen=True)
class _Header:
    """One header at work."""

    options: Options
    pseudonyms: Pseudonyms
    patient: Patient
    sop_class: str
    names: frozenset[str]
    cleaning: bool = False
    """Inside a sequence that is cleaned, where no text stays as it is."""

    def without(self, tree: Tree, path: tuple[int, ...], charset: CharacterSet) -> Tree:
        """A data set or an item, inside the sequences of `path`, without the identity."""
        charset, made = charset_in(tree, charset), dict[int, Node]()
        for tag, node in tree.items():
            if (tag >> 16) % 2:
                continue
            done = self._done(self._action(tag, node, tree, path), tag, node, path, charset)
            if done is not None:
                made[tag] = done
        made |= self._private(tree, path, charset)
        return {tag: made[tag] for tag in sorted(made)}

    def _action(self, tag: int, node: Node, around: Tree, path: tuple[int, ...]) -> Action:
        """What is done with an element among others."""
        if vr_in_dictionary(tag) == "SQ" and node.items is None and node.value:
            return Action.REMOVE  # nobody knows what is in it
        action = action_on(tag, node.vr, self.options, self.sop_class, path)
        if self.cleaning and action is Action.KEEP and node.vr in _CLEANABLE:
            known = _SCHEME in around and text_of(around[_SCHEME], CharacterSet()) in SCHEMES
            return Action.KEEP if known and tag in _CODES else Action.CLEAN
        return action

    def _private(self, tree: Tree, path: tuple[int, ...], charset: CharacterSet) -> Tree:
        """Private elements that are known to be safe, and what reserves their blocks."""
        kept: Tree = {}
        for tag, node in tree.items():
            creator = (tag & 0xFFFF_0000) | (tag & 0xFFFF) >> 8
            if not (tag >> 16) % 2 or creator not in tree or (creator & 0xFFFF) not in _RESERVED:
                continue
            if private_action(text_of(tree[creator], charset), tag, self.options) is Action.KEEP:
                kept |= {creator: tree[creator], tag: self._safe(tag, node, path, charset)}
        return kept

    def _safe(self, tag: int, node: Node, path: tuple[int, ...], charset: CharacterSet) -> Node:
        """A private element that is safe; a UID in it stands for the same as elsewhere."""
        if node.items is not None:
            return self._inside(tag, node.items, path, charset)
        is_uid = node.vr == "UI" or (node.vr == "UN" and _UID.fullmatch(node.value.rstrip(b"\0 ")))
        if is_uid and "uids" not in self.options.chosen:
            return replace(self._mapped(node), vr=node.vr)
        return node

    def _done(self, action: Action, tag: int, node: Node, path: tuple[int, ...], charset: CharacterSet) -> Node | None:
        if action is Action.REMOVE:
            return None
        if action is Action.EMPTY:
            return Node(node.vr, items=() if node.items is not None else None)
        if action is Action.REPLACE:
            return self._dummy(tag, node)
        if node.items is not None:
            inside = replace(self, cleaning=self.cleaning or action is Action.CLEAN)
            return inside._inside(tag, node.items, path, charset)  # noqa: SLF001  its own
        kept = self._kept(action, tag, node, charset)
        if kept is None:
            return self._done(basic_action(tag, self.sop_class, path), tag, node, path, charset)
        return kept

    def _kept(self, action: Action, tag: int, node: Node, charset: CharacterSet) -> Node | None:
        """What stays of a value; None where that is nothing."""
        if action is Action.MAP:
            return self._mapped(node)
        if action is Action.KEEP or not node.value.rstrip(b"\0 "):
            return node
        if action is Action.MOVE:
            return self._moved(node) if node.vr == vr_in_dictionary(tag) else None
        made = cleaned(text_of(node, charset), self.names) if node.vr in _CLEANABLE else ""
        return Node(node.vr, made.encode("ascii", "replace")) if made else None

    def _inside(self, tag: int, items: tuple[Tree, ...], path: tuple[int, ...], charset: CharacterSet) -> Node:
        """A sequence that stays, with what is in it made nameless."""
        return Node("SQ", items=tuple(self.without(item, (*path, tag), charset) for item in items))

    def _dummy(self, tag: int, node: Node) -> Node:
        """A value that says nothing, in place of each that is there."""
        if node.items is not None:
            return Node("SQ", items=tuple(map(self._dummies, node.items)))
        if node.vr == "UI":
            return self._mapped(node)
        return _dummy(tag, node.vr)

    def _dummies(self, item: Tree) -> Tree:
        """An item with such values; nothing of it is private."""
        return {tag: self._dummy(tag, item[tag]) for tag in item if tag & 0xFFFF and not (tag >> 16) % 2}

    def _mapped(self, node: Node) -> Node:
        """UIDs that stand for those that are there; those of the standard identify nobody, and stay."""
        uids = (uid.strip("\0 ") for uid in text_of(node, CharacterSet()).split("\\"))
        made = (self.pseudonyms.uid(uid) if uid and not is_standard_uid(uid) else uid for uid in uids)
        return Node("UI", "\\".join(made).encode("ascii"))

    def _moved(self, node: Node) -> Node | None:
        """Dates moved, times as they are: by whole weeks, the same for all images of a patient; None for neither."""
        values = [each.strip() for each in text_of(node, CharacterSet()).split("\\")]
        if node.vr not in _DATED:
            return node if all(_TIME.fullmatch(each) for each in values if each) else None
        dates = [self.pseudonyms.moved(each, self.patient) if each else "" for each in values]
        known = [date for date in dates if date is not None]
        return Node(node.vr, "\\".join(known).encode("ascii")) if len(known) == len(dates) else None
