"""What of a source does not come along into a derived instance, at any level of its sequences, and why.

Three kinds: signatures, which changed pixels make false (PS3.3 C.12.1.1.3); compressed values in items of sequences,
which must be compressed like the whole file (PS3.5 A.4); and group lengths, which are retired (PS3.5 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement

from StegoMedLib.dicom.element_headers import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydicom import DataElement
    from pydicom.tag import BaseTag

__all__ = ["SIGNATURES", "SIGNED", "Removal", "Removed"]

SIGNATURES = frozenset({0xFFFA_FFFA, 0x4FFE_0001})
_PIXELS = frozenset({0x7FE0_0008, 0x7FE0_0009, 0x7FE0_0010})
SIGNED = "signatures would be false after the change"
_LENGTH = "group lengths are retired, and would be false"
_COMPRESSED = "a nested image may not be compressed in another way than the file"
_MARKS = tuple(tag.to_bytes(4, "little")[2:] + tag.to_bytes(4, "little")[:2] for tag in (*SIGNATURES, *_PIXELS))

Path = tuple[int, ...]
"""Tags of the sequences around an element, from the outermost in."""


@dataclass(frozen=True)
class Removed:
    """Something that did not come along: its name, as in ``IconImageSequence`` or ``(07A3,10CE).(0029,1010)``, and why.

    The names of what is private are its numbers.
    """

    attribute: str
    reason: str


class Removal:
    """Decides what does not come along, and keeps the names of it.

    What is `compressed` may stay in items where it is in the transfer syntax of the file to be written.
    """

    def __init__(self, *, compressed: bool = False) -> None:
        self._compressed = compressed
        self._found: dict[Removed, None] = {}

    @property
    def found(self) -> tuple[Removed, ...]:
        """What was taken out so far, each name once, in the order in which it was met."""
        return tuple(self._found)

    def part(self) -> Removal:
        """Another one that decides alike and has no names yet, for what may turn out to be no sequence."""
        return Removal(compressed=self._compressed)

    def join(self, part: Removal) -> None:
        """Keep the names of a part, too."""
        self._found |= part._found

    def note(self, path: Path, reason: str) -> None:
        """Keep the name of something that does not come along."""
        self._found[Removed(".".join(map(_name, path)), reason)] = None

    def takes(self, element: DataElement | RawDataElement, path: Path) -> bool:
        """Whether an element, inside the sequences of `path`, does not come along; its name is kept."""
        reason = self._reason(element)
        if reason:
            self.note((*path, element.tag), reason)
        return bool(reason)

    def _reason(self, element: DataElement | RawDataElement) -> str:
        if element.tag in SIGNATURES:
            return SIGNED
        if element.tag.element == 0:
            return _LENGTH
        unlawful = not self._compressed and element.tag not in _PIXELS and _is_compressed(element)
        return _COMPRESSED if unlawful else ""

    def takes_item(self, item: Mapping[BaseTag, DataElement | RawDataElement], path: Path) -> bool:
        """Whether an item of the last sequence of `path` does not come along: an image without its pixels is none."""
        pixels = (element for element in item.values() if element.tag in _PIXELS)
        unlawful = not self._compressed and any(_is_compressed(element) for element in pixels)
        if unlawful:
            self.note(path, _COMPRESSED)
        return unlawful

    @staticmethod
    def may_concern(value: bytes) -> bool:
        """Whether bytes that may be a sequence can hold anything that does not come along, group lengths aside."""
        return any(mark in value for mark in _MARKS)


def _is_compressed(element: DataElement | RawDataElement) -> bool:
    """Whether a value consists of fragments; what pydicom took for items because its VR is UN is met, too."""
    if element.VR == "SQ":
        return element.tag in _PIXELS
    if isinstance(element, RawDataElement):
        return element.length == UNDEFINED
    return bool(element.is_undefined_length)


def _name(tag: int) -> str:
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
