"""A sequence that lies in memory as a whole data set, as in Encrypted Content (PS3.3 C.12.1.1.4.2): written, and read.

Reading is stricter than of files: what was decrypted without a proof that it is what was encrypted has to be right to
the last byte.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from pydicom.charset import convert_encodings
from pydicom.dataelem import RawDataElement
from pydicom.filereader import read_sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian

from StegoMedLib.dicom.element_headers import ITEM, UNDEFINED, Headers, element_header, item_header, vr_in_dictionary
from StegoMedLib.dicom.encoding import encoded
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.dicom.parsing import inflated
from StegoMedLib.dicom.structure import encoding_of, held_in
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydicom import Dataset

__all__ = ["item_in_memory", "item_of"]

_BROKEN = "it is damaged; get it anew from its source."


def item_in_memory(tag: int, item: Dataset) -> bytes:
    """A data set that has one sequence with one item, in explicit VR little endian, of defined lengths.

    Parameters
    ----------
    tag : int
        Of the sequence.
    item : pydicom.Dataset
        Elements that nobody looked at keep the bytes of their values; text of the others is encoded in the item's own
        SpecificCharacterSet. Where it has PixelRepresentation, that decides what an attribute "US or SS" is.

    Raises
    ------
    UnusableInputError
        One of its attributes cannot be written; the sentence has the item as its unnamed subject ("it").
    """
    with translated("it has an attribute that cannot be written; export it again from its source."):
        charset = convert_encodings(item.get("SpecificCharacterSet") or "")
        signed = item.get("PixelRepresentation") == 1
        content = b"".join(encoded(dict(item.items()), charset, signed=signed).values())
        whole = item_header(ITEM, len(content)) + content
    return element_header(tag, "SQ", len(whole)) + whole


def item_of(content: bytes, tag: int, syntax: str, charset: str | Sequence[str] = "") -> Dataset:
    """Read a data set that has one sequence with one item, and nothing else.

    Parameters
    ----------
    content : bytes
        May be anything.
    tag : int
        Of the sequence.
    syntax : str
        UID of the transfer syntax; "" where nothing says it.
    charset : str or sequence of str, optional
        SpecificCharacterSet that counts where the item has none.

    Returns
    -------
    pydicom.Dataset
        The item, its elements undecoded.

    Raises
    ------
    UnusableInputError
        It is something else, is damaged, or holds more than an image needs.
    """
    with translated(_BROKEN):
        if syntax == DeflatedExplicitVRLittleEndian:
            content = inflated(io.BytesIO(content))
        # Once to look into every sequence, which decodes it, and once to be given away as it is.
        _check(_read(content, tag, syntax, charset))
        return _read(content, tag, syntax, charset)


def _read(content: bytes, tag: int, syntax: str, charset: str | Sequence[str]) -> Dataset:
    stream: BinaryIO = io.BytesIO(content)
    implicit, little = encoding_of(stream, 0, syntax)
    held_in(stream, len(content), 0, little=little)  # counts what pydicom would go through
    found, vr, length, at = Headers(stream, little=little).header(0, implicit=implicit)
    if found != tag or vr not in ("SQ", None):
        raise UnusableInputError(_BROKEN)
    stream.seek(at)
    encodings = convert_encodings(charset if isinstance(charset, str) else list(charset))
    items = read_sequence(stream, implicit, little, length, encodings)
    if len(items) != 1 or stream.tell() != len(content):
        raise UnusableInputError(_BROKEN)
    return items[0]


def _check(item: Dataset) -> None:
    """Go through all levels: every value is as long as its header says, every sequence can be read.

    Other values stay undecoded: malformed ones that came in go out.
    """
    for tag, element in list(item.items()):
        vr = element.VR or vr_in_dictionary(tag)
        if isinstance(element, RawDataElement) and len(element.value or b"") != element.length != UNDEFINED:
            raise UnusableInputError(_BROKEN)
        if vr == "SQ":
            for each in item[tag].value or ():
                _check(each)
