"""Descriptions of a derived instance: the source's text and what was done, lawful in its character set (PS3.5 6.2)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pydicom.config import RAISE
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag, Tag
from pydicom.valuerep import ALLOW_BACKSLASH, MAX_VALUE_LEN, validate_value

from StegoMedLib.dicom.values import charset_of, value_of
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from pydicom import Dataset

    from StegoMedLib.dicom.removal import Removal

__all__ = ["described", "stated"]

_UNDECODED = "bytes that are not in its declared character set are written as question marks"
_LINES = "\n\f\r"


def described(dataset: Dataset, keyword: str, addition: str, between: str, removal: Removal) -> RawDataElement:
    """A description that says what was done behind what the source says, which is cut where both are too long.

    Parameters
    ----------
    dataset : Dataset
        Header of the source.
    keyword : str
        Of an attribute with VR LO or ST.
    addition : str
        What was done, in ASCII.
    between : str
        What stands between the two.
    removal : Removal
        Is told when the source's description has bytes that are no text.
    """
    tag = BaseTag(Tag(keyword))
    vr, charset = dictionary_VR(tag), charset_of(dataset)
    most = MAX_VALUE_LEN[vr]
    earlier = value_of(dataset, keyword)
    if isinstance(earlier, bytes):
        removal.note((tag,), _UNDECODED)
        earlier = "".join(chr(byte) if byte in range(0x20, 0x7F) else "?" for byte in earlier[:most])
    earlier = _lawful(earlier, vr)[: max(most - len(between) - len(addition), 0)].strip()
    text = (f"{earlier}{between}{addition}" if earlier else addition)[:most]
    value = charset.encode(text) or text.encode("ascii", "replace")
    return RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)


def stated(dataset: Dataset, keyword: str, text: str) -> RawDataElement:
    """What a person states (one value, or none) in place of what the source says, in the source's character set.

    Raises
    ------
    UsageError
        The attribute cannot hold it (PS3.5 6.2), or the character set lacks one of its characters.
    """
    tag = BaseTag(Tag(keyword))
    vr, charset = dictionary_VR(tag), charset_of(dataset)
    try:
        validate_value(vr, text, RAISE)
        lawful = vr in ALLOW_BACKSLASH or "\\" not in text  # which would make several values of it
    except ValueError:
        lawful = False
    if not lawful:
        raise UsageError(f"{keyword} cannot hold this text; type a shorter text, or one of the right form.")
    value = charset.encode(text, name=vr == "PN")
    if value is None:
        raise UsageError(f"{keyword} has characters that the character set of the images lacks; use others.")
    return RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)


def _lawful(text: str, vr: str) -> str:
    """Text without control characters, and in LO without what separates values: there is one value only."""
    lines = _LINES if vr == "ST" else ""
    shown = (" " if unicodedata.category(each) == "Cc" and each not in lines else each for each in text)
    return "".join("/" if each == "\\" and vr == "LO" else each for each in shown)
