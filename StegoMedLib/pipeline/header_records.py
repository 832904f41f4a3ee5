"""Records and headers: which record a slice gets, and whether one that was read is of another patient.

It gets the one that the user gave, or the attributes of its own header. A record that is of another patient than the
header says is for a person to look at.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from StegoMedLib.dicom import header_record
from StegoMedLib.envelope import HeaderRecord, Record
from StegoMedLib.errors import NothingToSealError, UnusableInputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydicom import Dataset

    from StegoMedLib.pipeline.options import Content
    from StegoMedLib.series.slice import Slice

__all__ = ["Records", "claimed_patient", "common_record", "contradicts"]

_PATIENT, _REMOVED = "PatientID", "PatientIdentityRemoved"
_OF_ONE_IMAGE = frozenset({"SOPInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"})
_BLANKS = " \0"
"""What DICOM pads values with (PS3.5 section 6.2); it is no part of them."""

_log = logging.getLogger(__name__)


class Records:
    """Gives the record that somebody named, or that a header makes."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._said: set[str] = set()
        self._noted: dict[object, Record] = {}

    @property
    def given(self) -> bool:
        """See `RecordSource`."""
        return self._content.record is not None

    def note(self, each: Slice) -> object:
        """See `RecordSource`; raises as `of` does."""
        owner, record = self.of(each)
        self._noted[owner] = record
        return owner

    def choices(self, owner: object) -> Iterator[Record]:
        """The only one."""
        yield self._noted[owner]

    def of(self, each: Slice) -> tuple[object, Record]:
        """The record to embed, and what tells it from those of other patients and studies.

        Values, not UIDs, say whose they are: several patients may share a study's UID.

        Raises
        ------
        UsageError
            When it shall come from a header and there is none.
        NothingToSealError
            When the header holds none of the attributes, or one of them malformed.
        """
        if self._content.record is not None:
            return None, self._content.record
        attributes = self._attributes(each.header)
        return tuple(attributes.items()), HeaderRecord(attributes)

    def _attributes(self, header: Dataset | None) -> dict[str, str | bytes]:
        if header is None:
            raise UsageError("These images have no DICOM header to take a record from; embed a text or a file.")
        try:
            attributes = header_record(header, self._content.attributes)
        except UnusableInputError as error:
            raise NothingToSealError(str(error)) from None
        if not attributes:
            raise NothingToSealError(
                "The header holds none of the attributes to embed, so there is nothing to seal; name others, or embed "
                "a text or a file."
            )
        self._say_undecoded(attributes)
        return attributes

    def _say_undecoded(self, attributes: Mapping[str, str | bytes]) -> None:
        """Say once which attributes are sealed as bytes; their values go nowhere but into the record."""
        names = ", ".join(keyword for keyword, value in attributes.items() if isinstance(value, bytes))
        if names and names not in self._said:
            self._said.add(names)
            _log.warning("The header's character set does not decode %s; the bytes are sealed unchanged.", names)


def common_record(records: Sequence[Record]) -> HeaderRecord | None:
    """What several records say that tell images of one study apart and nothing else; None where they differ in more."""
    if len(records) < 2 or not all(isinstance(each, HeaderRecord) for each in records):  # noqa: PLR2004 several
        return None
    said = [
        {word: value for word, value in each.attributes.items() if word not in _OF_ONE_IMAGE}
        for each in records
        if isinstance(each, HeaderRecord)
    ]
    return HeaderRecord(said[0]) if said[0] and all(each == said[0] for each in said) else None


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
