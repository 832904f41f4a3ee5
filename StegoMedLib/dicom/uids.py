"""New unique identifiers for what StegoMed writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.uid import UID, generate_uid

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MARK", "DerivedSeries", "new_uid"]

MARK = "StegoMed"
"""What the description of every derived series ends with, or holds before a number."""


def new_uid() -> UID:
    """A UID made of a random UUID, root 2.25 (PS3.5 B.2)."""
    return generate_uid(prefix=None)


class DerivedSeries:
    """Series that one run derives: one new series for each source series.

    Parameters
    ----------
    description : str
        What was done, in words; goes to DerivationDescription and must name nothing of the record or the key.
    mark : str, optional
        What joins SeriesDescription, so that the series is told from its source and from others of that source.
    texts : mapping of str to str, optional
        What a person states in place of what the source says, by keyword.
    """

    def __init__(self, description: str, *, mark: str = MARK, texts: Mapping[str, str] | None = None) -> None:
        self.description, self.mark, self.texts = description, mark, dict(texts or {})
        self._uids: dict[str, UID] = {}

    def uid(self, source: str) -> UID:
        """SeriesInstanceUID of the series derived from `source`, the same at every call."""
        return self._uids.setdefault(source, new_uid())
