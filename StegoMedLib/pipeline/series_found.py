"""How much of a series that was sealed is here: its slices know their numbers, and how many they were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from StegoMedLib.pipeline.tying import State
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport

__all__ = ["FoundSeries", "in_words", "series_found"]

Run = tuple[int, int]
"""First and last of numbers that follow each other."""

_RUNS = 6
"""Runs of numbers that a sentence names at most."""


@dataclass(frozen=True)
class FoundSeries:
    """What is here of one series that was sealed in one run.

    Attributes
    ----------
    run, series : int
        Which one, among all that were found.
    count : int
        Slices that it had when it was sealed, with a record or without.
    found : Counter of int
        How often each of its numbers (from 0) was found.
    unread : int
        Slices here that no record was extracted from, and that may be those which are not found.
    foreign : tuple of str
        Slices that carry a record of the series but are other images.
    ordered : bool
        The numbers rise, or fall, as the headers say that the slices lie.
    """

    run: int
    series: int
    count: int
    found: Counter[int] = field(repr=False)
    unread: int
    foreign: tuple[str, ...] = ()
    ordered: bool = True

    @property
    def missing(self) -> list[Run]:
        """Runs of numbers that were not found: a sender may say that there are millions."""
        edges = [-1, *sorted(self.found), self.count]
        return [(before + 1, after - 1) for before, after in pairwise(edges) if after - before > 1]

    @property
    def doubled(self) -> list[Run]:
        """Runs of numbers that were found more than once."""
        return _runs(sorted(number for number, times in self.found.items() if times > 1))

    @property
    def lacking(self) -> int:
        """Slices that are not here for certain, whatever those are that no record was extracted from."""
        return max(0, self.count - len(self.found) - self.unread)

    @property
    def complete(self) -> bool:
        """Whether every slice is here, once, by its record, and no other."""
        return not self.missing and self.sound

    @property
    def sound(self) -> bool:
        """Whether nothing is known to be wrong: slices that never had a record cannot be told from others."""
        return not (self.lacking or self.doubled or self.foreign)

    @property
    def disorder(self) -> str:
        """A sentence for a person who must look; empty when slices lie as they did."""
        if self.ordered:
            return ""
        return (
            "The slices do not lie in the order in which they were sealed, so a person must check the positions in "
            "their headers."
        )

    def __str__(self) -> str:
        """What people want to know, in a sentence."""
        if self.complete:
            return f"The series is complete: {counted(self.count, 'slice')}."
        if self.sound:
            return (
                f"{len(self.found)} of the {counted(self.count, 'slice')} of the series carry their record here; "
                f"whether the others ({_in_words(self.missing)}) are among those here without one cannot be told."
            )
        parts = []
        if self.lacking:
            parts.append(f"{_are(self.lacking)} missing of its {self.count} slices, {_in_words(self.missing)}")
        if self.doubled:
            doubled = sum(last - first + 1 for first, last in self.doubled)
            parts.append(f"{_are(doubled)} here more than once, {_in_words(self.doubled)}")
        if self.foreign:
            parts.append(f"{_are(len(self.foreign))} foreign")
        return f"The series is not as it was sealed: {'; '.join(parts)}."

    def as_json(self) -> dict[str, object]:
        """Row of the JSON report; numbers count from 1, in runs from the first to the last."""
        return {
            "count": self.count,
            "complete": self.complete,
            "lacking": self.lacking,
            "missing": [[first + 1, last + 1] for first, last in self.missing],
            "doubled": [[first + 1, last + 1] for first, last in self.doubled],
            "foreign": list(self.foreign),
            "in_order": self.ordered,
        }


def series_found(
    rows: Sequence[ExtractedSliceReport], places: Sequence[tuple[object, float] | None]
) -> list[FoundSeries]:
    """What is here of each series, by its slices whose number is certain.

    Parameters
    ----------
    rows : sequence of ExtractedSliceReport
    places : sequence of (object, float) or None
        The stack that each slice is in, and where in it.
    """
    unread = sum(row.verdict is None for row in rows)
    kinds: dict[tuple[int, int, int], list[int]] = {}
    for index, row in enumerate(rows):
        number = None if row.verdict is None else row.verdict.number
        if row.run is not None and number is not None and number.count:
            kinds.setdefault((row.run, number.series, number.count), []).append(index)
    return [_found(kind, members, rows, places, unread) for kind, members in kinds.items()]


def in_words(found: Sequence[FoundSeries]) -> list[str]:
    """A sentence for each series; one for all slices that were sealed by themselves, as the service does."""
    alone = [each for each in found if each.count == 1 and each.complete]
    if len(alone) <= 1:
        return [str(each) for each in found]
    others = [str(each) for each in found if each not in alone]
    return [
        f"{len(alone)} slices were sealed one by one, so whether others of their series are missing cannot be told.",
        *others,
    ]


def _found(
    kind: tuple[int, int, int],
    members: list[int],
    rows: Sequence[ExtractedSliceReport],
    places: Sequence[tuple[object, float] | None],
    unread: int,
) -> FoundSeries:
    mine = [index for index in members if not rows[index].is_(State.ANOTHER)]
    numbers = {index: _number(rows[index]) for index in mine}
    foreign = tuple(rows[index].file for index in members if rows[index].is_(State.ANOTHER))
    return FoundSeries(*kind, Counter(numbers.values()), unread, foreign, _ordered(numbers, places))


def _number(row: ExtractedSliceReport) -> int:
    return -1 if row.verdict is None or row.verdict.number is None else row.verdict.number.number


def _ordered(numbers: dict[int, int], places: Sequence[tuple[object, float] | None]) -> bool:
    """Whether numbers rise, or fall, along every stack of slices."""
    stacks: dict[object, list[tuple[float, int]]] = {}
    for index, number in numbers.items():
        place = places[index]
        if place is not None:
            stacks.setdefault(place[0], []).append((place[1], number))
    for slices in stacks.values():
        along = [number for _, number in sorted(slices)]
        steps = {second > first for first, second in pairwise(along) if second != first}
        if len(steps) > 1:
            return False
    return True


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count} are"


def _runs(numbers: list[int]) -> list[Run]:
    """Rising numbers as runs of those that follow each other."""
    runs: list[Run] = []
    for number in numbers:
        first = runs.pop()[0] if runs and number == runs[-1][1] + 1 else number
        runs.append((first, number))
    return runs


def _in_words(runs: list[Run]) -> str:
    """Runs in words, counted from 1."""
    words = [f"{first + 1}" if first == last else f"{first + 1} to {last + 1}" for first, last in runs]
    more = f" and {len(words) - _RUNS} more runs" if len(words) > _RUNS else ""
    return f"number {', '.join(words[:_RUNS])}{more}"
