"""A series that shows, in every walk, which slices come after the one at hand."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.slice import Key, PartT, Series, Slice

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from StegoMedLib.dicom import Number

__all__ = ["Foreseen"]


class Foreseen(Generic[PartT]):
    """A series as it is, each part of which is opened once in a walk, however far ahead somebody looks.

    Parameters
    ----------
    series : Series

    Attributes
    ----------
    coming : iterator of Slice
        In the walk that goes on: slices from the first of the part at hand on, when it is first asked, each once, in
        the order of the walk. A part that cannot be read gives those before the fault; its own turn tells why.
    """

    def __init__(self, series: Series[PartT]) -> None:
        self._series, self.count = series, series.count
        self.coming: Iterator[Slice] = iter(())

    def __len__(self) -> int:
        """Number of parts."""
        return len(self._series)

    def __iter__(self) -> Iterator[PartT]:
        """The parts, as a new walk."""
        source, seen, given = iter(self._series), deque[PartT](), deque[PartT](maxlen=1)
        self.coming = _slices(source, seen, given)
        while True:
            if seen:
                yield seen.popleft()
                continue
            part = next(source, None)
            if part is None:
                return
            given.append(part)
            yield part

    def taking(self, part: PartT, *rows: MutableSequence[Any]) -> AbstractContextManager[list[Path]]:
        """See `Series`."""
        return self._series.taking(part, *rows)

    def left_out(self, part: PartT) -> bool:
        """See `Series`."""
        return self._series.left_out(part)

    def check_taken(self) -> None:
        """See `Series`."""
        self._series.check_taken()

    def beside(self, key: Key) -> tuple[Key, ...]:
        """See `Series`."""
        return self._series.beside(key)

    def number(self, key: Key) -> Number:
        """See `Series`."""
        return self._series.number(key)

    def at(self, key: Key) -> Slice:
        """See `Series`."""
        return self._series.at(key)

    def check_whole(self, key: Key) -> None:
        """See `Series`."""
        self._series.check_whole(key)


def _slices(source: Iterator[PartT], seen: deque[PartT], given: deque[PartT]) -> Iterator[Slice]:
    """The slices of the part that the walk was `given`, and of those behind, which go to `seen` for the walk."""
    while True:
        if given:
            part: PartT | None = given.popleft()
        else:
            part = next(source, None)
            if part is not None:
                seen.append(part)
        if part is None:
            return
        with suppress(UnusableInputError):
            yield from part.slices()
