"""Whose image a header says it is: a record that says otherwise is for a person to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom import header_record
from StegoMedLib.envelope import HeaderRecord
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom import Dataset

    from StegoMedLib.envelope import Record

__all__ = ["claimed_patient", "contradicts"]

_PATIENT, _REMOVED = "PatientID", "PatientIdentityRemoved"
_BLANKS = " \0"
"""What DICOM pads values with (PS3.5 section 6.2); it is no part of them."""


def claimed_patient(header: Dataset | None) -> str | bytes | None:
    """PatientID that a header claims, bytes where they are no text; None where it claims nobody.

    A header claims nobody without a PatientID, and when it says that identities were taken out of it: where
    PatientIdentityRemoved (0012,0062) is YES (PS3.3 C.7.1.1), the PatientID is a pseudonym, which differs from the
    record on purpose.
    """
    if header is None:
        return None
    try:
        values = header_record(header, (_PATIENT, _REMOVED))
    except UnusableInputError:  # what cannot be read claims nothing
        return None
    if str(_bare(values.get(_REMOVED, ""))).upper() == "YES":
        return None
    return _bare(values.get(_PATIENT, "")) or None


def _bare(value: str | bytes) -> str | bytes:
    return value.strip(_BLANKS) if isinstance(value, str) else value.strip(_BLANKS.encode())


def contradicts(record: Record, claimed: str | bytes | None) -> bool:
    """Whether a record is of another patient than the header of its slice claims."""
    if claimed is None or not isinstance(record, HeaderRecord):
        return False
    sealed = _bare(record.attributes.get(_PATIENT, ""))
    return bool(sealed) and sealed != claimed
