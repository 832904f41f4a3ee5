"""Data sets as explicit VR little endian, value fields byte for byte as they were (PS3.5 section 7.1.2).

pydicom decodes every value when the encoding changes, and stumbles over malformed ones. Here undecoded values stay
undecoded: only their headers are written anew, and numbers and words that were big endian are swapped.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydicom import DataElement

__all__ = ["Element", "Elements", "encoded"]

_LONG_HEADER = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_WORD_BYTES = {
    **dict.fromkeys(("AT", "OW", "SS", "US"), 2),
    **dict.fromkeys(("FL", "OF", "OL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}
_TEXT = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"})
_AMBIGUOUS_WORDS = frozenset({"US or OW", "US or SS or OW", "OB or OW"})
_UNDEFINED = 0xFFFF_FFFF
_SHORT_LIMIT = 0xFFFF
_ITEM, _SEQUENCE_END = BaseTag(0xFFFE_E000), BaseTag(0xFFFE_E0DD)

Element: TypeAlias = "DataElement | RawDataElement"
Elements: TypeAlias = dict[BaseTag, Element]


def _vr_of(element: RawDataElement, *, signed: bool) -> str:
    """VR to write; for implicit sources from the dictionary, UN where that has none (PS3.5 6.2.2)."""
    if element.VR is not None and len(element.VR) == len("UN"):
        return element.VR
    if element.tag.is_private_creator:
        return "LO"
    try:
        vr = dictionary_VR(element.tag)
    except KeyError:
        return "UN"
    if vr == "US or SS":
        return "SS" if signed else "US"
    return "OW" if vr in _AMBIGUOUS_WORDS else vr


def _header(tag: BaseTag, vr: str, length: int) -> bytes:
    """Element header; a VR with a short length field that cannot say the length becomes UN."""
    if vr not in _LONG_HEADER and length > _SHORT_LIMIT:
        vr = "UN"
    start = struct.pack("<HH2s", tag.group, tag.element, vr.encode("ascii"))
    return start + (struct.pack("<HL", 0, length) if vr in _LONG_HEADER else struct.pack("<H", length))


def _item_mark(tag: BaseTag, length: int) -> bytes:
    return struct.pack("<HHL", tag.group, tag.element, length)


def _swapped(value: bytes, vr: str) -> bytes:
    """Value with its words turned from big to little endian."""
    size = _WORD_BYTES.get(vr, 1)
    if size == 1 or len(value) % size:
        return value
    return np.frombuffer(value, f">u{size}").astype(f"<u{size}").tobytes()


def _raw(element: RawDataElement, vr: str) -> Iterator[bytes]:
    value = element.value or b""
    if not element.is_little_endian:
        value = _swapped(value, vr)
    if element.length == _UNDEFINED:
        yield _header(element.tag, vr if vr in _LONG_HEADER else "UN", _UNDEFINED)
        yield value
        yield _item_mark(_SEQUENCE_END, 0)
        return
    if len(value) % 2:
        value += b" " if vr in _TEXT else b"\0"
    yield _header(element.tag, vr, len(value))
    yield value


def _sequence(element: DataElement, charset: list[str], *, signed: bool) -> Iterator[bytes]:
    """Sequence with items of defined length and an undefined length of its own."""
    yield _header(element.tag, "SQ", _UNDEFINED)
    for item in element.value or []:
        elements = dict(item.items())  # as they are: only indexing decodes them
        content = b"".join(encoded(elements, charset, signed=signed).values())
        yield _item_mark(_ITEM, len(content))
        yield content
    yield _item_mark(_SEQUENCE_END, 0)


def _decoded(element: DataElement, charset: list[str]) -> bytes:
    """Element that somebody set or looked at, through pydicom's own writer."""
    buffer = DicomBytesIO()
    buffer.is_little_endian = True
    buffer.is_implicit_VR = False
    write_data_element(buffer, element, charset)
    return buffer.getvalue()


def _one(element: Element, charset: list[str], *, signed: bool) -> Iterator[bytes]:
    if isinstance(element, RawDataElement):
        vr = _vr_of(element, signed=signed)
        if vr != "SQ" or element.length == 0:
            yield from _raw(element, vr)
            return
        element = convert_raw_data_element(element._replace(VR="SQ"), encoding=charset)
    if element.VR == "SQ":
        yield from _sequence(element, charset, signed=signed)
    else:
        yield _decoded(element, charset)


def encoded(elements: Mapping[BaseTag, Element], charset: list[str], *, signed: bool) -> dict[BaseTag, bytes]:
    """Elements as they stand in an explicit VR little endian data set.

    Group lengths (retired, PS3.5 7.2) are left out.

    Parameters
    ----------
    elements : mapping of tag to DataElement or RawDataElement
        As :meth:`pydicom.Dataset.get_item` gives them.
    charset : list of str
        Python encodings for the text elements that are not raw.
    signed : bool
        Pixels are signed, which decides the VR of "US or SS" attributes from implicit sources.

    Returns
    -------
    dict of tag to bytes
        In the order of the tags.
    """
    return {tag: b"".join(_one(elements[tag], charset, signed=signed)) for tag in sorted(elements) if tag.element != 0}
