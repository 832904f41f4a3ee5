"""Puts back into a header what a record says of it (role of the re-identifier, PS3.15 E.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VR, tag_for_keyword

from StegoMedLib.dicom import CharacterSet, Node, character_set
from StegoMedLib.dicom.encoding import TEXT
from StegoMedLib.identity.changes import applied
from StegoMedLib.identity.deidentifier import CHARSET, charset_in, leaves, text_of
from StegoMedLib.identity.markers import unmarked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from StegoMedLib.dicom import Tree
    from StegoMedLib.envelope import HeaderRecord
    from StegoMedLib.identity.deidentifier import Path
    from StegoMedLib.identity.headers import Original

__all__ = ["UIDS", "identified", "restored", "uids_between"]

_META, _DATA_SET = 0x0002, 0x0008
"""Group of the file meta information, and the first one of a data set."""
UIDS = {keyword: tag_for_keyword(keyword) or 0 for keyword in ("SOPInstanceUID", "SeriesInstanceUID")}
"""What a new instance has of its own."""
_UTF8 = b"ISO_IR 192"


def restored(nameless: Tree, original: Original) -> tuple[Tree, Tree, list[Path]]:
    """The header of an instance as it was.

    Parameters
    ----------
    nameless : Tree
    original : Original

    Returns
    -------
    tuple of (Tree, Tree, list of Path)
        File meta information, the header without pixel data, and places that are not there any more.
    """
    meta = {path[0]: node for path, node in original.changes.items() if path[0] >> 16 == _META and node is not None}
    header = {path: node for path, node in original.changes.items() if path[0] >> 16 != _META}
    tree, lost = applied(nameless, header)
    return {tag: meta[tag] for tag in sorted(meta)}, tree, lost


def identified(nameless: Tree, record: HeaderRecord, fresh: Mapping[str, str]) -> tuple[Tree, list[str]]:
    """A header with the attributes of a record, and the markers of de-identification taken away.

    Parameters
    ----------
    nameless : Tree
    record : HeaderRecord
    fresh : mapping of str to str
        UIDs to set in place of those of the record, by keyword.

    Returns
    -------
    tuple of (Tree, list of str)
        And the keywords of attributes that cannot be put back.
    """
    values: dict[str, str | bytes] = {**record.attributes, **fresh}
    earlier = str(values.pop("PatientIdentityRemoved", "NO"))
    tree, lost = unmarked(nameless, earlier), list[str]()
    charset = _charset(tree, values)
    if charset != charset_in(tree):
        tree[CHARSET] = Node("CS", _UTF8)
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword) or 0
        vr = dictionary_VR(tag) if tag >> 16 >= _DATA_SET else ""
        encoded = value if isinstance(value, bytes) else charset.encode(value, name=vr == "PN")
        if encoded is None or vr not in _TEXT:
            lost.append(keyword)
        else:
            tree[tag] = Node(vr, encoded)
    return {tag: tree[tag] for tag in sorted(tree)}, lost


def _charset(tree: Tree, values: Mapping[str, str | bytes]) -> CharacterSet:
    """The character set of the header; UTF-8 where that lacks a character, and nothing else in it needs another one."""
    charset = charset_in(tree)
    texts = [value for value in values.values() if isinstance(value, str)]
    if all(charset.encode(text, name=True) is not None or charset.encode(text) is not None for text in texts):
        return charset
    others = [leaf.node.value for leaf in leaves(tree) if leaf.node.vr in _WRITTEN]
    plain = all(value.isascii() and b"\x1b" not in value for value in others)
    return character_set(_UTF8) if plain else charset


_WRITTEN = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_TEXT = TEXT | {"UI"}
"""VRs of what a record of attributes holds (`StegoMedLib.dicom.header_record`)."""


_OF_INSTANCES = frozenset({0x0008_0018, 0x0008_1155, 0x0020_000D, 0x0020_000E, 0x0020_0052})


def uids_between(nameless: Tree, original: Tree) -> dict[str, str]:
    """UIDs of a nameless header, and what they stand for: those at the same places of the header as it was.

    UIDs of instances and of what holds them are among them also where they were retained, and stand for themselves.
    """
    found: dict[str, str] = {}
    for tag, node in nameless.items():
        other = original.get(tag)
        if other is None:
            continue
        if node.items is not None:
            for one, two in zip(node.items, other.items or (), strict=False):
                found |= uids_between(one, two)
        elif node.vr == "UI" and (node.value != other.value or tag in _OF_INSTANCES):
            pairs = (text_of(each, CharacterSet()).split("\\") for each in (node, other))
            found |= {new: old for new, old in zip(*pairs, strict=False) if new and old}
    return found
