"""Slices of a walk in the hands of several processes, so that each is ready when its turn comes.

Two things are done to a slice elsewhere. First it is looked at: decoded, and its region found. Then, when the regions
of those beside it are known, comes what the walk is for. What is drawn at random is drawn here, in the order of the
walk, and what goes wrong elsewhere is done here once more when it is the slice's turn: so that results and errors are
those of one process.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from StegoMedLib.errors import UnusableInputError, WorkerEndedError
from StegoMedLib.pipeline.elsewhere import Done, Seen, look, make, set_up, source_of
from StegoMedLib.processes import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from StegoMedLib.pipeline.elsewhere import Source
    from StegoMedLib.pipeline.slice_work import SliceWork
    from StegoMedLib.processes import Workers
    from StegoMedLib.series.foreseen import Foreseen
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.neighbours import Regions
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key, Slice

__all__ = ["Ahead", "Crew", "helped"]

_LOOKED_AT, _MADE = 6, 3
"""Slices for each process that are looked at, and that are made, before their turn."""

MadeT = TypeVar("MadeT")


@dataclass
class _Begun:
    """A slice whose turn comes."""

    each: Slice
    source: Source | None
    which: int
    seen: Future[Done] | None = None
    made: Future[Done] | None = None
    failed: bool = False
    marked: bool = False
    settled: bool = False


class Crew:
    """Processes that work on slices in one way.

    Parameters
    ----------
    workers : Workers
    work : SliceWork
    masks : MaskSource
        What gives regions; where it does not travel, regions are asked of it here.
    """

    def __init__(self, workers: Workers, work: SliceWork, masks: MaskSource) -> None:
        self.workers, self.clock, self.finds = workers, work.clock, masks.travels
        self._is_there, self._set_up = False, list[Future[None]]()
        with suppress(WorkerEndedError):  # `is_there` tells
            for which in range(len(workers)):
                self._set_up.append(workers.submit(which, set_up, work, masks if masks.travels else None))

    @property
    def is_there(self) -> bool:
        """Whether the processes have begun; until they have, and where they cannot, one does it alone."""
        self._is_there = self._is_there or (all(each.done() for each in self._set_up) and self.workers.are_there())
        return self._is_there


class Ahead(Generic[MadeT]):
    """One walk.

    Parameters
    ----------
    crew : Crew
    series : Foreseen
        That is walked.
    regions : Regions
        Of its slices.
    checks : callable
        Whether a slice, by its key, has to be looked at for a record that it carries already.
    task : callable
        Given a slice and its region, in the order of the walk: the method of `SliceWork` that gives what is wanted, and
        what that takes beside the slice; None where the region is all.
    """

    def __init__(
        self,
        crew: Crew,
        series: Foreseen[Any],
        regions: Regions,
        *,
        checks: Callable[[Key], bool],
        task: Callable[[Slice, Region], tuple[str, tuple[object, ...]] | None],
    ) -> None:
        self._crew, self._series, self._regions = crew, series, regions
        self._checks, self._task = checks, task
        self._begun: dict[Key, _Begun] = {}
        self._beside: dict[Key, Future[Done] | None] = {}
        self._bad: set[str] = set()
        self._count, self._has_begun = 0, False

    def take(self, each: Slice) -> MadeT | None:
        """What was made of the slice whose turn it is; None where it has to be made here.

        Raises
        ------
        WorkerEndedError
        """
        if not self._crew.is_there:
            return None
        self._begin_more(each)
        if each.key not in self._begun:
            return None
        self._proceed(each.key)
        begun = self._begun.pop(each.key)
        if begun.failed or begun.made is None:
            return None
        made: MadeT | None = self._result(begun.made)
        return made

    def _begin_more(self, at_hand: Slice) -> None:
        """Let the slices that come next be looked at, the one at hand the first of them."""
        if not self._has_begun:
            self._has_begun = True
            here = next((each for each in self._series.coming if each.key == at_hand.key), None)
            self._begun |= {} if here is None else {here.key: self._begin(here)}
        while len(self._begun) < _LOOKED_AT * len(self._crew.workers):
            each = next(self._series.coming, None)
            if each is None:
                return
            self._begun[each.key] = self._begin(each)

    def _begin(self, each: Slice) -> _Begun:
        self._count += 1
        begun = _Begun(each, _source(each), self._count)
        check, find = self._checks(each.key), self._crew.finds and each.key in self._regions.missing(each.key)
        if begun.source is None:
            begun.failed = True
        elif check or find:
            begun.seen = self._look(begun.which, begun.source, check=check, find=find)
        return begun

    def _look(self, which: int, source: Source, *, check: bool, find: bool) -> Future[Done]:
        return self._crew.workers.submit(which, look, source, check, find)

    def _proceed(self, turn: Key) -> None:
        """Let slices be made, one after the other, as far as what they need is known; in any case the one at hand."""
        most = _MADE * len(self._crew.workers)
        for begun in list(self._begun.values())[:most]:
            waits = begun.each.key == turn
            if begun.made is not None or begun.settled:
                continue
            if not self._is_seen(begun, waits=waits) or not self._knows_beside(begun, waits=waits):
                return
            if begun.marked:
                return  # its turn ends the walk
            begun.failed = begun.failed or begun.each.name in self._bad
            if not begun.failed:
                self._make(begun)
            if begun.failed:
                self._bad.add(begun.each.name)

    def _is_seen(self, begun: _Begun, *, waits: bool) -> bool:
        """Whether it is known what looking at a slice gave."""
        if begun.seen is None:
            return True
        if not (waits or begun.seen.done()):
            return False
        seen: Seen | None = self._result(begun.seen)
        begun.seen, begun.failed = None, seen is None or seen.marked
        begun.marked = seen is not None and seen.marked
        if seen is not None and seen.region is not None:
            self._regions.give(begun.each.key, seen.region)
        return True

    def _knows_beside(self, begun: _Begun, *, waits: bool) -> bool:
        """Whether all was tried elsewhere to know the regions beside a slice; what is still missing is found here."""
        if begun.failed or not self._crew.finds:
            return True
        return all(self._is_known(key, waits=waits) for key in self._regions.missing(begun.each.key))

    def _is_known(self, key: Key, *, waits: bool) -> bool:
        begun = self._begun.get(key)
        if begun is not None:
            return self._is_seen(begun, waits=waits)
        if key not in self._beside:
            self._beside[key] = self._look_beside(key)
        found = self._beside[key]
        if found is None:
            return True
        if not (waits or found.done()):
            return False
        seen: Seen | None = self._result(found)
        self._beside[key] = None
        if seen is not None and seen.region is not None:
            self._regions.give(key, seen.region)
        return True

    def _look_beside(self, key: Key) -> Future[Done] | None:
        """A look at a slice whose turn is far off; None where it cannot be read."""
        try:
            source = source_of(self._series.at(key))
        except UnusableInputError:
            return None
        self._count += 1
        return self._look(self._count, source, check=False, find=True)

    def _make(self, begun: _Begun) -> None:
        assert begun.source is not None  # noqa: S101  or it would have failed
        try:
            region = self._regions.of(begun.each)
        except UnusableInputError:
            begun.failed = True
            return
        wanted = self._task(begun.each, region)
        if wanted is None:
            begun.settled = True
            return
        what, given = wanted
        begun.made = self._crew.workers.submit(begun.which, make, begun.source, what, *given)

    def _result(self, future: Future[Done]) -> Any:  # noqa: ANN401  what the work gives
        self._crew.clock.lap("writing")
        done = future.result()
        self._crew.clock.lap("waiting")
        self._crew.clock.add(done.seconds)
        return done.made


def _source(each: Slice) -> Source | None:
    """What gives a slice in another process; None where it cannot be decoded."""
    try:
        return source_of(each)
    except UnusableInputError:
        return None


@contextmanager
def helped(processes: int, work: SliceWork, masks: MaskSource) -> Iterator[Crew | None]:
    """So many processes that work on slices for a while; None for this one alone."""
    if processes < 2:  # noqa: PLR2004  then nobody else is needed
        yield None
        return
    with workers(processes) as made:
        yield None if made is None else Crew(made, work, masks)
