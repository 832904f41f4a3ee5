"""Element headers: read through a window that moves over a file, and written (PS3.5 section 7.1)."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct, pack
from typing import BinaryIO

from pydicom.datadict import dictionary_VR
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32, VR

__all__ = ["HEADER", "ITEM", "ITEM_END", "KNOWN_VRS", "SEQUENCE_END", "UNDEFINED", "Headers"]
__all__ += ["Header", "element_header", "item_header", "vr_in_dictionary"]

Header = tuple[int, str | None, int, int]
"""Tag, VR (None where there is none), length, and position of the value."""

UNDEFINED = 0xFFFF_FFFF
"""A length that says nothing: a delimiter ends the value."""
ITEM, ITEM_END, SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
HEADER = 8
"""Bytes of the shortest header."""
_LONG_HEADER = 12
_LARGEST_SHORT = 0xFFFF
_WINDOW = 1 << 14
KNOWN_VRS = {vr.value.encode("ascii") for vr in VR}
_LONG = {vr.value.encode("ascii") for vr in EXPLICIT_VR_LENGTH_32}
_LETTERS = range(0x41, 0x5B)


@lru_cache(maxsize=1 << 12)
def vr_in_dictionary(tag: int) -> str | None:
    """VR of a tag in the standard's dictionary; None where it has none."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return None


class Headers:
    """Reads element headers of a stream, which is moved about, in one byte order."""

    def __init__(self, stream: BinaryIO, *, little: bool) -> None:
        self._stream = stream
        order = "<" if little else ">"
        self._explicit = Struct(f"{order}HH2sH").unpack_from
        self._implicit = Struct(f"{order}HHL").unpack_from
        self._long = Struct(f"{order}L").unpack_from
        self._window, self._base = b"", 0

    def _at(self, at: int) -> int:
        """Index in the window of a position; the window moves there where it has to."""
        index = at - self._base
        if index < 0 or index + _LONG_HEADER > len(self._window):
            self._stream.seek(at)
            self._window, self._base, index = self._stream.read(_WINDOW).ljust(_LONG_HEADER, b"\0"), at, 0
        return index

    def header(self, at: int, *, implicit: bool) -> Header:
        """Tag, VR, length, and position of the value of the element at `at`."""
        index = self._at(at)
        if not implicit:
            group, element, vr, length = self._explicit(self._window, index)
            if vr in _LONG:
                (length,) = self._long(self._window, index + HEADER)
                return group << 16 | element, vr.decode("ascii"), length, at + _LONG_HEADER
            if vr in KNOWN_VRS or b"AA" <= vr <= b"ZZ":
                return group << 16 | element, vr.decode("latin-1"), length, at + HEADER
        group, element, length = self._implicit(self._window, index)
        return group << 16 | element, None, length, at + HEADER

    def text(self, at: int, length: int) -> str:
        """Short value as text."""
        self._stream.seek(at)
        return self._stream.read(min(length, 64)).decode("latin-1").strip("\0 ")

    def looks_implicit(self, at: int) -> bool:
        """Whether the element at `at` has no VR where an explicit one would be."""
        index = self._at(at)
        return not (self._window[index + 4] in _LETTERS and self._window[index + 5] in _LETTERS)

    def mark(self, at: int) -> tuple[int, int]:
        """Tag and length at `at`, as items and delimiters have them."""
        index = self._at(at)
        group, element, length = self._implicit(self._window, index)
        return group << 16 | element, length


def element_header(tag: int, vr: str, length: int) -> bytes:
    """Header in explicit VR little endian; a VR with a short length field that cannot say the length becomes UN."""
    if vr not in EXPLICIT_VR_LENGTH_32 and length > _LARGEST_SHORT:
        vr = "UN"
    start = pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
    return start + (pack("<HL", 0, length) if vr in EXPLICIT_VR_LENGTH_32 else pack("<H", length))


def item_header(tag: int, length: int) -> bytes:
    """Header of an item or a delimiter, in little endian."""
    return pack("<HHL", tag >> 16, tag & 0xFFFF, length)
