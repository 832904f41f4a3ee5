"""A walk shows which slices come next, each part being opened once, and misses none whatever is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from StegoMedLib.errors import UnusableFileError
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.foreseen import Foreseen
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.series.slice import Series


def nothing() -> Any:
    raise AssertionError("a slice was decoded")


@dataclass(eq=False)
class Part:
    """Frames of a file, which is damaged after some."""

    name: str
    frames: int
    damaged: bool = False
    opened: int = 0

    @property
    def title(self) -> str:
        return self.name

    def slices(self) -> Iterator[Slice]:
        self.opened += 1
        yield from (Slice(self.name, frame, self.frames, None, nothing) for frame in range(self.frames))
        if self.damaged:
            raise UnusableFileError(f"{self.name} is damaged.")


@dataclass
class Parts:
    """A series of them."""

    parts: list[Part]
    count: FileCount = field(default_factory=FileCount)

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)


def foreseen(*parts: Part) -> Foreseen[Part]:
    return Foreseen(cast("Series[Part]", Parts(list(parts))))


def test_slices_come_in_the_order_of_the_walk_from_the_one_at_hand_on() -> None:
    series = foreseen(Part("a", 1), Part("b", 3), Part("c", 1))
    walked, shown = [], []
    for part in series:
        walked.append(part.name)
        shown += [each.key for each in (next(series.coming, None), next(series.coming, None)) if each is not None]

    assert walked == ["a", "b", "c"]
    assert shown == [("a", 0), ("b", 0), ("b", 1), ("b", 2), ("c", 0)]


def test_nothing_is_left_out_where_all_is_looked_at_before_the_first_turn() -> None:
    series = foreseen(Part("a", 2), Part("b", 1, damaged=True), Part("c", 1))
    walk = iter(series)
    first = next(walk)

    assert [each.key for each in series.coming] == [("a", 0), ("a", 1), ("b", 0), ("c", 0)]
    assert [first.name, *(part.name for part in walk)] == ["a", "b", "c"]


def test_a_walk_in_which_nobody_looks_ahead_is_as_any() -> None:
    parts = [Part("a", 1), Part("b", 1)]
    series = foreseen(*parts)

    assert list(series) == parts
    assert list(series) == parts
    assert [part.opened for part in parts] == [0, 0]


def test_whoever_begins_late_sees_what_comes_from_the_part_at_hand_on_and_parts_before_are_let_go() -> None:
    series = foreseen(*(Part(name, 2) for name in "abcd"))
    shown: list[tuple[str, int]] = []
    for part in series:
        if part.name >= "c":
            shown += [each.key for each in series.coming]

    assert shown == [("c", 0), ("c", 1), ("d", 0), ("d", 1)]
