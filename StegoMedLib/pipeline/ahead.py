"""Slices of a walk in the hands of several processes, so that each is ready when its turn comes.

Two things are done to a slice elsewhere. First it is looked at: decoded, and its region found. Then, when the regions
of those beside it are known, comes what the walk is for. What is drawn at random is drawn here, in the order of the
walk, and what goes wrong elsewhere is done here once more when it is the slice's turn: so that results and errors are
those of one process.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from StegoMedLib.errors import MarkedAlreadyError, UnusableInputError, WorkerEndedError
from StegoMedLib.pipeline.begun import Begun
from StegoMedLib.pipeline.elsewhere import Done, Seen, look, make, source_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from StegoMedLib.pipeline.begun import Wanted
    from StegoMedLib.pipeline.crew import Crew
    from StegoMedLib.series.foreseen import Foreseen
    from StegoMedLib.series.neighbours import Regions
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key, Slice

__all__ = ["Ahead"]

_WINDOW, _AT_ONCE = 8, 4
"""Slices for each process that are begun before their turn, and how many of them another process has at a time."""

MadeT = TypeVar("MadeT")


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
        What is wanted of a slice with its region; asked in the order of the walk.
    """

    def __init__(
        self,
        crew: Crew,
        series: Foreseen[Any],
        regions: Regions,
        *,
        checks: Callable[[Key], bool],
        task: Callable[[Slice, Region], Wanted],
    ) -> None:
        self._crew, self._series, self._regions = crew, series, regions
        self._checks, self._task, self._finds = checks, task, crew.masks.travels
        self._begun: dict[Key, Begun] = {}
        self._beside: dict[Key, Begun] = {}
        self._bad: set[str] = set()
        self._has_begun = False

    def take(self, each: Slice) -> MadeT | None:
        """What was made of the slice whose turn it is; None where it has to be made by whoever walks.

        Raises
        ------
        WorkerEndedError
        """
        if not self._crew.is_there:
            return None
        self._begin_more(each)
        begun = self._begun.get(each.key)
        if begun is None:
            return None
        for passed in takewhile(lambda key: key != each.key, list(self._begun)):
            del self._begun[passed]  # of a part that was left out, so that its turn never came
        self._proceed(begun)
        if begun.made is not None:
            self._wait(begun.made)
            begun.result = self._result(begun.made)
        elif begun.has_to_be_made_here:
            self._make(begun)
        del self._begun[each.key]
        result: MadeT | None = begun.result
        return result

    def _begin_more(self, at_hand: Slice) -> None:
        """Begin with the slices that come next, the one at hand the first of them."""
        if not self._has_begun:
            self._has_begun = True
            self._begin(next((each for each in self._series.coming if each.key == at_hand.key), None))
        while len(self._begun) < _WINDOW * (1 + len(self._crew.others)):
            if not self._begin(next(self._series.coming, None)):
                break
        self._look_beside()
        self._give_away()

    def _begin(self, each: Slice | None) -> bool:
        if each is None:
            return False
        find = self._finds and each.key in self._regions.missing(each.key) and each.key not in self._beside
        check = self._checks(each.key)
        self._begun[each.key] = Begun(each, check, find, looked=not (check or find))
        return True

    def _look_beside(self) -> None:
        """Let slices be looked at that lie beside those whose turn is near, and whose own turn is far off."""
        self._beside = {key: one for key, one in self._beside.items() if not (one.looked or one.failed)}
        for begun in islice(self._begun.values(), len(self._begun) // 2) if self._finds else ():
            for key in () if begun.is_settled else self._regions.missing(begun.each.key):
                if key not in self._begun and key not in self._beside:
                    with suppress(UnusableInputError):
                        self._beside[key] = Begun(self._series.at(key), check=False, find=True, is_beside=True)

    @property
    def _all(self) -> list[Begun]:
        """What is looked at, in the order in which it is needed, but for the slice at hand."""
        return [*self._beside.values(), *islice(self._begun.values(), 1, None)]

    def _give_away(self) -> None:
        """Give the others what comes next, as they have little to do; the slice at hand stays."""
        with_whom = Counter(begun.is_with for begun in (*self._beside.values(), *self._begun.values()))
        free = (begun for begun in self._all if begun.which is None and not begun.is_settled)
        for which in range(len(self._crew.others)):
            for begun in islice(free, max(0, _AT_ONCE - with_whom[which])):
                self._give(begun, which)

    def _give(self, begun: Begun, which: int) -> None:
        try:
            begun.source = source_of(begun.each)
        except UnusableInputError:
            begun.failed = True
            return
        begun.which = which
        if not begun.looked:
            begun.seen = self._crew.others.submit(which, look, begun.source, begun.check, begun.find)

    def _proceed(self, turn: Begun | None = None) -> None:
        """Decide, in the order of the walk, what becomes of slices as far as that is known; of one at hand, always."""
        for begun in list(self._begun.values()):
            if begun is turn:
                self._look_around(begun)
            elif not begun.is_settled and not self._is_known(begun):
                return
            if begun.marked:
                return  # its turn ends the walk
            if not begun.is_settled and begun.each.name not in self._bad:
                self._draw(begun)
            if not begun.drawn:
                begun.failed = True  # what is left of a part that is not whole is not wanted
                self._bad.add(begun.each.name)

    def _look_around(self, begun: Begun) -> None:
        """See to it that a slice, and those beside it, were looked at."""
        if begun.is_settled:
            return
        self._see(begun)
        for one in self._around(begun):
            self._see(one)

    def _see(self, begun: Begun) -> None:
        """Look at a slice, or wait until another process has."""
        if begun.seen is None:
            self._look(begun)
            return
        self._wait(begun.seen)
        self._note(begun)

    def _wait(self, future: Future[Done]) -> None:
        """Do what there is to do here, the nearest slice that can be made or the farthest that nobody looked at."""
        while not future.done():
            makes = next((each for each in self._begun.values() if each.has_to_be_made_here), None)
            looks = next((each for each in reversed(self._all) if each.is_untouched), None)
            if makes is not None:
                self._make(makes)
            elif looks is not None:
                self._look(looks)
            else:
                return
            self._give_away()
            self._proceed()

    def _make(self, begun: Begun) -> None:
        """Make a slice here."""
        assert begun.wanted is not None  # noqa: S101  that is why it has to be made
        what, given = begun.wanted
        begun.result = getattr(self._crew.work, what)(begun.each, *given)

    def _look(self, begun: Begun) -> None:
        """Look at a slice here."""
        if begun.looked or begun.failed:
            return
        begun.looked = True
        try:
            if begun.check:
                self._crew.work.check(begun.each)
            if begun.find:
                self._regions.give(begun.each.key, self._crew.masks.region(begun.each))
                self._crew.work.clock.lap("finding")
        except MarkedAlreadyError:
            begun.marked = begun.failed = True
        except UnusableInputError:
            begun.failed = True

    def _note(self, begun: Begun) -> None:
        """Note what another process saw."""
        if begun.seen is None:
            return
        seen: Seen | None = self._result(begun.seen)
        begun.seen, begun.looked = None, True
        begun.marked = seen is not None and seen.marked
        begun.failed = seen is None or seen.marked
        if seen is not None and seen.region is not None:
            self._regions.give(begun.each.key, seen.region)

    def _is_known(self, begun: Begun) -> bool:
        """Whether a slice was looked at, and those beside it."""
        near = [begun, *self._around(begun)]
        for one in near:
            if one.seen is not None and one.seen.done():
                self._note(one)
        return all(one.looked or one.failed for one in near)

    def _around(self, begun: Begun) -> list[Begun]:
        """Slices whose regions are missing beside one, and its own, as far as somebody is to look at them."""
        missing = self._regions.missing(begun.each.key) if self._finds else ()
        known = (self._beside.get(key) or self._begun.get(key) for key in missing)
        return [one for one in known if one is not None]

    def _draw(self, begun: Begun) -> None:
        """Ask what is wanted of a slice, and let the process that has it make that."""
        try:
            region = self._regions.of(begun.each)
        except UnusableInputError:
            begun.failed = True
            return
        begun.drawn, begun.wanted = True, self._task(begun.each, region)
        if begun.wanted is not None and begun.which is not None and begun.source is not None:
            what, given = begun.wanted
            begun.made = self._crew.others.submit(begun.which, make, begun.source, what, *given)

    def _result(self, future: Future[Done]) -> Any:  # noqa: ANN401  what the work gives
        clock = self._crew.work.clock
        clock.lap("writing")
        try:
            done = future.result()
        except WorkerEndedError:
            raise
        except Exception:  # noqa: BLE001  what cannot be sent, or was not done, is done here
            done = Done(None, {})
        clock.lap("waiting")
        clock.add(done.seconds)
        return done.made
