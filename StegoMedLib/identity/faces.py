"""Faces: images of a head are as good as a photograph to whoever renders them, and nothing here takes that away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom import Node
from StegoMedLib.identity.deidentifier import value_in
from StegoMedLib.identity.vocabulary import words_of

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree

__all__ = ["shows_head", "with_face"]

_SAID_IN = ("BodyPartExamined", "StudyDescription", "SeriesDescription", "ProtocolName")
_HEADS = frozenset(
    [
        "brain",
        "caput",
        "cerebral",
        "cerebrum",
        "cranial",
        "cranium",
        "face",
        "facial",
        "gehirn",
        "head",
        "headneck",
        "hirn",
        "jaw",
        "kopf",
        "mandible",
        "maxilla",
        "neck",
        "neuro",
        "orbit",
        "orbits",
        "orbita",
        "schädel",
        "sella",
        "sinus",
        "sinuses",
        "skull",
        "temporal",
    ]
)
_FEATURES = 0x0028_0302
"""Recognizable Visual Features (PS3.3 C.7.6.1)."""


def shows_head(tree: Tree) -> bool:
    """Whether a header says in any of its descriptions that the image shows a head."""
    return any(word.lower() in _HEADS for keyword in _SAID_IN for word in words_of(value_in(tree, keyword)))


def with_face(tree: Tree) -> Tree:
    """A header that says that somebody could be recognised."""
    made = tree | {_FEATURES: Node("CS", b"YES")}
    return {tag: made[tag] for tag in sorted(made)}
