"""What becomes of a header, attribute by attribute, for somebody to look at before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.identity.deidentifier import leaves, text_of
from StegoMedLib.identity.residue import named
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from StegoMedLib.identity.deidentifier import Leaf
    from StegoMedLib.identity.nameless import Both

__all__ = ["Change", "changes_shown"]

_LONGEST = 120
_BYTES = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_NUMBERS = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})


@dataclass(frozen=True)
class Change:
    """A value that changes; shows nothing of it in ``repr``.

    Attributes
    ----------
    attribute : str
        Place in words, as in ``RequestAttributesSequence[0].StudyInstanceUID``; private attributes by their numbers.
    now, afterwards : str or None
        Values as text; None where the attribute is not there.
    """

    attribute: str
    now: str | None = field(repr=False)
    afterwards: str | None = field(repr=False)


def changes_shown(both: Both) -> list[Change]:
    """Values of a header that are removed, replaced or added, in the order of their places, those of items included."""
    before, after = ({leaf.path: leaf for leaf in leaves(tree)} for tree in (both.source, both.nameless))
    places = sorted(path for path in before.keys() | after.keys() if _differs(before.get(path), after.get(path)))
    return [Change(named(path), _shown(before.get(path)), _shown(after.get(path))) for path in places]


def _differs(one: Leaf | None, other: Leaf | None) -> bool:
    return one is None or other is None or one.node != other.node


def _shown(leaf: Leaf | None) -> str | None:
    """A value in words: text as far as a table has room, how long it is where it is no text."""
    if leaf is None:
        return None
    node = leaf.node
    if node.fragments or node.vr in _NUMBERS or (node.vr in _BYTES and not _is_text(node.value)):
        return counted(len(node.value), "byte")
    text = text_of(node, leaf.charset).strip("\0 ")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _is_text(value: bytes) -> bool:
    """Whether bytes can be read: private attributes hold text under an unknown VR."""
    return value.rstrip(b"\0 ").isascii() and value.rstrip(b"\0 ").decode("latin-1").isprintable()
