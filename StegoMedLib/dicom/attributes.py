"""The record's attributes: which header values name a patient and a study, and how they become strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.multival import MultiValue

from StegoMedLib.choices import DEFAULT_ATTRIBUTES
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydicom import Dataset

__all__ = ["DEFAULT_ATTRIBUTES", "header_record"]

_TEXTLESS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UN", "OB or OW"})


def _checked(keyword: str) -> str:
    """The keyword, if it names an attribute that has a text form."""
    tag = tag_for_keyword(keyword) if keyword else None  # some reserved tags have an empty keyword
    if tag is None:
        raise UsageError(f"{keyword!r} is no DICOM attribute keyword; write it as in PatientName or AccessionNumber.")
    if dictionary_VR(tag) in _TEXTLESS:
        raise UsageError(f"{keyword} holds no text that could be kept; choose an attribute with a text or a number.")
    return keyword


def _value(dataset: Dataset, keyword: str) -> str:
    """Value as DICOM writes it; several values are joined by backslashes."""
    with translated(f"{keyword} is malformed in this file; leave it out of the record."):
        value = dataset.get(keyword)
    if value is None:
        return ""
    values = value if isinstance(value, MultiValue) else [value]
    return "\\".join(str(one).strip() for one in values)


def header_record(dataset: Dataset, keywords: Iterable[str] = DEFAULT_ATTRIBUTES) -> dict[str, str]:
    """Header values to hide, as strings.

    Parameters
    ----------
    dataset : Dataset
        Header of an instance.
    keywords : iterable of str, optional
        DICOM attribute keywords; `DEFAULT_ATTRIBUTES` unless given.

    Returns
    -------
    dict of str to str
        Values by keyword, in the order asked for; missing and empty ones are left out.

    Raises
    ------
    UsageError
        A keyword is unknown, or its attribute has no text form.
    UnusableInputError
        A value is malformed.
    """
    values = {keyword: _value(dataset, _checked(keyword)) for keyword in keywords}
    return {keyword: value for keyword, value in values.items() if value}
