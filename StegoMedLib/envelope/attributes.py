"""How the attributes of a header record become a CBOR map: small numbers for usual keywords, packed digits.

=======  ========================  =======  ========================  =======  ========================
number   keyword                   number   keyword                   number   keyword
=======  ========================  =======  ========================  =======  ========================
0        PatientName               7        OtherPatientIDs           14       SeriesInstanceUID
1        PatientID                 8        AccessionNumber           15       SOPInstanceUID
2        IssuerOfPatientID         9        StudyDate                 16       ReferringPhysicianName
3        PatientBirthDate          10       StudyTime                 17       InstitutionName
4        PatientSex                11       StudyID                   18       PatientWeight
5        PatientAge                12       StudyDescription          19       PatientSize
6        PatientAddress            13       StudyInstanceUID          20       PatientComments
=======  ========================  =======  ========================  =======  ========================

The numbers are part of the envelope's version 1: they may be added to, never changed. Any other keyword stands as text.

A value of decimal digits and dots alone (UIDs, dates, times, many identifiers) is packed as a byte string, two
characters a byte: the digits are 0 to 9, the dot is 10, and 15 fills an odd last half. All other text is text.

A value that is no text, because the character set of its header does not decode it, is a byte string: FF, which no
packed digits begin with, and then the bytes of the header without padding. SpecificCharacterSet stands beside it where
the header declares one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NUMBERED_KEYWORDS", "attributes_from_map", "attributes_to_map"]

NUMBERED_KEYWORDS = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "PatientAge",
    "PatientAddress",
    "OtherPatientIDs",
    "AccessionNumber",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "StudyDescription",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "ReferringPhysicianName",
    "InstitutionName",
    "PatientWeight",
    "PatientSize",
    "PatientComments",
)
_AS_BYTES = b"\xff"
_NUMBERS = {keyword: number for number, keyword in enumerate(NUMBERED_KEYWORDS)}
_PACKABLE = frozenset("0123456789.")


def attributes_to_map(attributes: Mapping[str, str | bytes]) -> dict[int | str, bytes | str]:
    """Put numbers for keywords and pack digits.

    Parameters
    ----------
    attributes : mapping of str to str or bytes
        DICOM keyword to value, text or bytes that are none.

    Returns
    -------
    dict
        What CBOR writes, in the order of `attributes`.
    """
    return {_NUMBERS.get(keyword, keyword): _pack(value) for keyword, value in attributes.items()}


def attributes_from_map(packed: Mapping[object, object]) -> dict[str, str | bytes]:
    """Undo `attributes_to_map`.

    Values that `attributes_to_map` cannot have made may come through; whoever reads foreign bytes encodes the result
    again and compares.

    Raises
    ------
    ValueError
        A key or value has another type, or a number stands for no keyword.
    """
    return {_keyword(key): _unpack(value) for key, value in packed.items()}


def _pack(value: str | bytes) -> bytes | str:
    if isinstance(value, bytes):
        return _AS_BYTES + value
    if not value or not _PACKABLE.issuperset(value):
        return value
    return bytes.fromhex(value.replace(".", "a") + "f" * (len(value) % 2))


def _unpack(value: object) -> str | bytes:
    if isinstance(value, bytes) and value.startswith(_AS_BYTES):
        return value.removeprefix(_AS_BYTES)
    if isinstance(value, bytes):
        return value.hex().removesuffix("f").replace("a", ".")
    if isinstance(value, str):
        return value
    raise ValueError("the value of an attribute is neither text nor packed digits")


def _keyword(key: object) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int) and 0 <= key < len(NUMBERED_KEYWORDS):
        return NUMBERED_KEYWORDS[key]
    raise ValueError("an attribute has no known keyword")
