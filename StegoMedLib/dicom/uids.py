"""New unique identifiers for what StegoMed writes."""

from __future__ import annotations

from pydicom.uid import UID, generate_uid

__all__ = ["DerivedSeries", "new_uid"]


def new_uid() -> UID:
    """A UID made of a random UUID, root 2.25 (PS3.5 B.2)."""
    return generate_uid(prefix=None)


class DerivedSeries:
    """Series that one run derives: one new series for each source series.

    Parameters
    ----------
    description : str
        What was done, in words; goes to DerivationDescription and must name nothing of the record or the key.
    """

    def __init__(self, description: str) -> None:
        self.description = description
        self._uids: dict[str, UID] = {}

    def uid(self, source: str) -> UID:
        """SeriesInstanceUID of the series derived from `source`, the same at every call."""
        return self._uids.setdefault(source, new_uid())
