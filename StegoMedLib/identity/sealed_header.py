"""Files whose pixels carry nothing, for want of air: what was taken out of their headers stays there, sealed.

One private element holds an envelope (see ``docs/format.md``) with the headers record of this one instance. The digest
of the pixels in there ties it to its image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom import CharacterSet, Node
from StegoMedLib.identity.deidentifier import text_of

if TYPE_CHECKING:
    from pydicom import Dataset

    from StegoMedLib.dicom import Tree

__all__ = ["envelope_in", "may_be_sealed", "with_envelope", "without_envelope"]

CREATOR = "STEGOMED"
_GROUP = 0x534D_0000
_RESERVED, _BLOCKS = range(0x10, 0x100), 0x100
_ELEMENT = 0x01


def with_envelope(tree: Tree, envelope: str) -> Tree:
    """A header with the text of an envelope, in the first block of the group that nobody has (PS3.5 7.8.1)."""
    block = next(block for block in _RESERVED if _GROUP | block not in tree)
    made = tree | {
        _GROUP | block: Node("LO", CREATOR.encode("ascii")),
        _GROUP | block * _BLOCKS | _ELEMENT: Node("UT", envelope.encode("ascii")),
    }
    return {tag: made[tag] for tag in sorted(made)}


def _blocks(tree: Tree) -> list[int]:
    """Our blocks of the group."""
    tags = (_GROUP | block for block in _RESERVED)
    return [tag & 0xFF for tag in tags if tag in tree and text_of(tree[tag], CharacterSet()) == CREATOR]


def may_be_sealed(dataset: Dataset) -> bool:
    """Whether there is any element of the group in a header; a quick look before `envelope_in`."""
    return any(int(tag) & 0xFFFF_0000 == _GROUP for tag in dataset.keys())  # noqa: SIM118  its values are not read


def envelope_in(tree: Tree) -> str:
    """The text of the envelope in a header; "" where there is none."""
    elements = (tree.get(_GROUP | block * _BLOCKS | _ELEMENT) for block in _blocks(tree))
    return next((text_of(node, CharacterSet()) for node in elements if node is not None), "")


def without_envelope(tree: Tree) -> Tree:
    """A header without our blocks of the group."""
    blocks = _blocks(tree)
    ours = {_GROUP | block for block in blocks} | {_GROUP | block * _BLOCKS | _ELEMENT for block in blocks}
    return {tag: node for tag, node in tree.items() if tag not in ours}
