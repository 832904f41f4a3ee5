"""Values of attributes as lists, codes and text; as bytes where the text would not be exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from pydicom.tag import Tag
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR, STR_VR

from StegoMedLib.dicom.charsets import CharacterSet, character_set
from StegoMedLib.dicom.hostile import translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydicom import DataElement, Dataset
    from pydicom.tag import BaseTag

__all__ = ["as_list", "charset_of", "code_of", "codes_of", "declared_charset", "value_of"]

_PADDING = " \0"
_CHARSET = Tag("SpecificCharacterSet")
_PLAIN = CharacterSet()


def as_list(value: object) -> list[object]:
    """Values of an element as pydicom gives them: several, one, or none where it is missing or empty."""
    if isinstance(value, MultiValue | list | tuple):  # numbers come as a plain list
        return list(value)
    return [] if value is None or value == "" else [value]


def codes_of(dataset: Dataset, keyword: str) -> list[str]:
    """Values of a code string; none where the attribute is missing or empty."""
    return ["" if each is None else str(each).strip(_PADDING) for each in as_list(dataset.get(keyword))]


def code_of(dataset: Dataset, keyword: str) -> str:
    """The only value of a code string, or all of them with backslashes between; "" where there is none."""
    return "\\".join(codes_of(dataset, keyword))


def _raw(dataset: Dataset, tag: BaseTag) -> DataElement | RawDataElement | None:
    """An element as it lies in the file, also when somebody has looked at it."""
    kept: Mapping[BaseTag, DataElement | RawDataElement] = getattr(dataset, "undecoded", {})
    return kept.get(tag) or (dataset.get_item(tag) if tag in dataset else None)


def _unpadded(value: bytes) -> bytes:
    """A value without what made its length even, so that it can be told from all others (PS3.5 6.2, 7.1.1)."""
    bare = value.rstrip(b"\0")
    return bare[:-1] if bare.endswith(b" ") and len(value) % 2 == 0 else bare


def declared_charset(dataset: Dataset) -> bytes:
    """SpecificCharacterSet as it lies in the file, without padding; empty where it is missing."""
    element = _raw(dataset, _CHARSET)
    if isinstance(element, RawDataElement):
        return _unpadded(element.value or b"")
    return b"" if element is None else _joined(element.value).encode("utf-8", "replace")


def charset_of(dataset: Dataset) -> CharacterSet:
    """The character set that a data set declares for its text."""
    return character_set(declared_charset(dataset))


def value_of(dataset: Dataset, keyword: str) -> str | bytes:
    """Value of an attribute with a text form.

    Returns
    -------
    str or bytes
        Text with leading blanks, several values as DICOM writes them, with backslashes between; "" where there is
        none. Bytes, without padding, where the declared character set does not decode them.

    Raises
    ------
    UnusableInputError
        Another value than text is malformed.
    """
    element = _raw(dataset, Tag(keyword))
    if element is None or element.value is None:
        return ""
    if isinstance(element, RawDataElement):
        vr = element.VR if element.VR not in (None, "UN") else dictionary_VR(element.tag)
        if vr in STR_VR:
            value = _unpadded(element.value)
            charset = charset_of(dataset) if vr in CUSTOMIZABLE_CHARSET_VR else _PLAIN
            text = charset.decode(value, name=vr == "PN")
            return value if text is None else text
    with translated(f"{keyword} is malformed in this file; leave it out of the record."):
        return _joined(dataset.get(keyword))


def _joined(value: object) -> str:
    """Values as DICOM writes them; what pads them is no part of them."""
    return "\\".join("" if one is None else str(one).rstrip(_PADDING) for one in as_list(value))
