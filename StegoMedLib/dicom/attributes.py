"""The record's attributes: which header values name a patient and a study, and how they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.valuerep import BYTES_VR

from StegoMedLib.choices import DEFAULT_ATTRIBUTES
from StegoMedLib.dicom.values import declared_charset, value_of
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydicom import Dataset

__all__ = ["DEFAULT_ATTRIBUTES", "header_record"]

_CHARSET = "SpecificCharacterSet"
_TEXTLESS = BYTES_VR | {"SQ", "OB or OW"}


def _checked(keyword: str) -> str:
    """The keyword, if it names an attribute that has a text form."""
    tag = tag_for_keyword(keyword) if keyword else None  # some reserved tags have an empty keyword
    if tag is None:
        raise UsageError(
            f"{keyword!r} is not a DICOM attribute keyword; write it as in PatientName or AccessionNumber."
        )
    if dictionary_VR(tag) in _TEXTLESS:
        raise UsageError(f"{keyword} holds no text or number; choose an attribute that does.")
    return keyword


def header_record(dataset: Dataset, keywords: Iterable[str] = DEFAULT_ATTRIBUTES) -> dict[str, str | bytes]:
    """Header values that make a record.

    Parameters
    ----------
    dataset : Dataset
        Header of an instance.
    keywords : iterable of str, optional
        DICOM attribute keywords; `DEFAULT_ATTRIBUTES` unless given.

    Returns
    -------
    dict of str to str or bytes
        Values by keyword, in the order asked for; missing, empty and blank ones are left out. A value that the
        declared character set does not decode stays as its bytes; then SpecificCharacterSet is there as well.

    Raises
    ------
    UsageError
        A keyword is unknown, or its attribute has no text form.
    UnusableInputError
        A value is malformed.
    """
    values = {keyword: value_of(dataset, _checked(keyword)) for keyword in keywords}
    found = {keyword: value for keyword, value in values.items() if value.strip()}
    if declared_charset(dataset) and any(isinstance(value, bytes) for value in found.values()):
        found.setdefault(_CHARSET, value_of(dataset, _CHARSET))
    return found
