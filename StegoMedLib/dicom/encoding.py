"""Data sets as explicit VR little endian, value fields byte for byte as they were (PS3.5 section 7.1.2).

pydicom decodes every value when the encoding changes, and stumbles over malformed ones. Here undecoded values stay
undecoded: only their headers are written anew, and numbers and words that were big endian are swapped.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_sequence
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32, STR_VR

from StegoMedLib.dicom.element_headers import ITEM, SEQUENCE_END, UNDEFINED, element_header, item_header
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.dicom.removal import Removal
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydicom import DataElement, Dataset

    from StegoMedLib.dicom.removal import Path

__all__ = ["TEXT", "Element", "Elements", "encoded", "swapped", "vr_of"]

_WORD_BYTES = {
    **dict.fromkeys(("AT", "OW", "SS", "US"), 2),
    **dict.fromkeys(("FL", "OF", "OL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}
TEXT = STR_VR - {"UI"}
"""VRs that are padded with a blank; others are with a zero (PS3.5 6.2)."""
_AMBIGUOUS_WORDS = frozenset({"US or OW", "US or SS or OW", "OB or OW"})

Element: TypeAlias = "DataElement | RawDataElement"
Elements: TypeAlias = dict[BaseTag, Element]


def vr_of(element: RawDataElement, *, signed: bool) -> str:
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


def swapped(value: bytes, vr: str) -> bytes:
    """Value with its words turned from big to little endian."""
    size = _WORD_BYTES.get(vr, 1)
    if size == 1 or len(value) % size:
        return value
    return np.frombuffer(value, f">u{size}").astype(f"<u{size}").tobytes()


def _raw(element: RawDataElement, vr: str) -> Iterator[bytes]:
    value = element.value or b""
    if not element.is_little_endian:
        value = swapped(value, vr)
    if element.length == UNDEFINED:
        yield element_header(element.tag, vr if vr in EXPLICIT_VR_LENGTH_32 else "UN", UNDEFINED)
        yield value
        yield item_header(SEQUENCE_END, 0)
        return
    if len(value) % 2:
        value += b" " if vr in TEXT else b"\0"
    yield element_header(element.tag, vr, len(value))
    yield value


class _Writer:
    """Encodes elements at all levels; parameters as of `encoded`."""

    def __init__(self, charset: list[str], removal: Removal, *, signed: bool) -> None:
        self._charset, self._removal, self._signed = charset, removal, signed

    def data_set(self, elements: Mapping[BaseTag, Element], path: Path) -> dict[BaseTag, bytes]:
        """Elements of a data set or an item, inside the sequences of `path`."""
        found: dict[BaseTag, bytes] = {}
        for tag in sorted(elements):
            if not self._removal.takes(elements[tag], path):
                content = self._element(elements[tag], (*path, tag))
                if content:
                    found[tag] = content
        return found

    def _element(self, element: Element, path: Path) -> bytes:
        """One element with its header; nothing where all items of a sequence are taken out."""
        if isinstance(element, RawDataElement):
            vr = vr_of(element, signed=self._signed)
            if vr == "UN":
                return self._unknown(element, path)
            if vr != "SQ" or element.length == 0:
                return b"".join(_raw(element, vr))
            element = convert_raw_data_element(element._replace(VR="SQ"), encoding=self._charset)
        if element.VR == "SQ":
            return self._sequence(element.value or [], path)
        return self._decoded(element)

    def _sequence(self, items: Sequence[Dataset], path: Path) -> bytes:
        """Sequence with items of defined length and an undefined length of its own."""
        # As they are: only indexing decodes elements.
        found = (dict(item.items()) for item in items)
        kept = [self.data_set(item, path) for item in found if not self._removal.takes_item(item, path)]
        if not kept and len(items):
            return b""
        parts = [element_header(path[-1], "SQ", UNDEFINED)]
        for item in kept:
            content = b"".join(item.values())
            parts += [item_header(ITEM, len(content)), content]
        return b"".join([*parts, item_header(SEQUENCE_END, 0)])

    def _unknown(self, element: RawDataElement, path: Path) -> bytes:
        """Value of VR UN as it is, unless it is a sequence with something in it that does not come along.

        A sequence in there is implicit VR little endian whatever the file is (PS3.5 6.2.2).
        """
        value = element.value or b""
        if value.startswith(item_header(ITEM, 0)[:4]) and self._removal.may_concern(value):
            part = self._removal.part()
            with suppress(UnusableInputError), translated("it is not a sequence."):
                items = read_sequence(BytesIO(value), True, True, len(value), self._charset)  # noqa: FBT003 pydicom's
                content = _Writer(self._charset, part, signed=self._signed)._sequence(items, path)  # noqa: SLF001 its own
                if part.found:
                    self._removal.join(part)
                    return content
        return b"".join(_raw(element, "UN"))

    def _decoded(self, element: DataElement) -> bytes:
        """Element that somebody set or looked at, through pydicom's own writer."""
        buffer = DicomBytesIO()
        buffer.is_little_endian = True
        buffer.is_implicit_VR = False
        write_data_element(buffer, element, self._charset)
        return buffer.getvalue()


def encoded(
    elements: Mapping[BaseTag, Element], charset: list[str], *, signed: bool, removal: Removal | None = None
) -> dict[BaseTag, bytes]:
    """Elements as they stand in an explicit VR little endian data set.

    Parameters
    ----------
    elements : mapping of tag to DataElement or RawDataElement
        As :meth:`pydicom.Dataset.get_item` gives them.
    charset : list of str
        Python encodings for the text elements that are not raw.
    signed : bool
        Pixels are signed, which decides the VR of "US or SS" attributes from implicit sources.
    removal : Removal, optional
        Takes out what shall not come along, and keeps the names of it.

    Returns
    -------
    dict of tag to bytes
        In the order of the tags.
    """
    return _Writer(charset, removal or Removal(), signed=signed).data_set(elements, ())
