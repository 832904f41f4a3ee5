"""Whether a header is nameless already: to make it so once more would put a pseudonym in the place of who it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from StegoMedLib.identity.deidentifier import Deidentifier, value_in
from StegoMedLib.identity.markers import says_nameless
from StegoMedLib.identity.nameless import DERIVED
from StegoMedLib.identity.pseudonyms import Pseudonyms, is_pseudonym, is_study_pseudonym
from StegoMedLib.identity.sealed_header import without_envelope

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree
    from StegoMedLib.identity.deidentifier import Leaf
    from StegoMedLib.identity.options import Options

__all__ = ["has_pseudonym", "is_nameless"]

_ENCRYPTED, _DESCRIPTION, _STUDY_ID = 0x0400_0500, 0x0008_2111, 0x0020_0010
_PATIENT = frozenset({0x0010_0010, 0x0010_0020})
_DATED = frozenset({"DA", "DT"})
_MAPPED = re.compile(r"2\.25\.[0-9]{1,39}(?:\\2\.25\.[0-9]{1,39})*")


def has_pseudonym(tree: Tree) -> bool:
    """Whether the patient of a header, by name and by ID, is a pseudonym."""
    name = value_in(tree, "PatientName")
    return is_pseudonym(name) and name == value_in(tree, "PatientID")


def is_nameless(tree: Tree, options: Options) -> bool:
    """Whether a header says that StegoMed made it nameless, and nothing in it speaks against that.

    Another pass with these options must find nothing to take out but what the first one put there: pseudonyms, UIDs of
    its own, moved dates. So a header into which somebody wrote a name, or anything else, is not nameless any more.

    Parameters
    ----------
    tree : Tree
        A whole header.
    options : Options
    """
    if not (says_nameless(tree) and has_pseudonym(tree)):
        return False
    bare = {tag: node for tag, node in without_envelope(tree).items() if tag != _ENCRYPTED}
    moved = "modified-dates" in options.chosen
    gone = Deidentifier(options, Pseudonyms(b"")).nameless(bare).gone
    return all(_is_ours(leaf, moved=moved) for leaf in gone)


def _is_ours(leaf: Leaf, *, moved: bool) -> bool:
    """Whether a value may be one that the first pass wrote."""
    tag, vr, text = leaf.path[-1], leaf.node.vr, leaf.text
    if leaf.path == (tag,):
        if tag in _PATIENT:  # which were looked at
            return True
        if tag == _STUDY_ID:
            return is_study_pseudonym(text)
        if tag == _DESCRIPTION:
            return text == DERIVED
    return (vr == "UI" and _MAPPED.fullmatch(text) is not None) or (moved and vr in _DATED)
