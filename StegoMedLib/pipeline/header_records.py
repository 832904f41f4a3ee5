"""Which record a slice gets: the one that the user gave, or the attributes of the slice's own header."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from StegoMedLib.dicom import header_record
from StegoMedLib.envelope import HeaderRecord, Record
from StegoMedLib.errors import NothingToSealError, UnusableInputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydicom import Dataset

    from StegoMedLib.pipeline.options import Content

__all__ = ["Records"]

_log = logging.getLogger(__name__)


class Records:
    """Gives the record of each slice.

    Parameters
    ----------
    content : Content
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._said: set[str] = set()

    @property
    def given(self) -> bool:
        """Whether every slice gets the same, whatever its header says."""
        return self._content.record is not None

    def of(self, header: Dataset | None) -> tuple[object, Record]:
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
        attributes = self._attributes(header)
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
