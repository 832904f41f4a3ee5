"""What a process does that helps another one with its slices (`StegoMedLib.pipeline.ahead`)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydicom import Dataset

from StegoMedLib.errors import MarkedAlreadyError
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.geometry import PLACE
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.pipeline.slice_work import SliceWork
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key

__all__ = ["Done", "Seen", "Source", "look", "make", "set_up", "source_of"]

_KEPT = 16
"""Slices that were looked at and wait to be made."""

Source = tuple["Key", "Callable[[], Slice]"]
"""A slice's key, and what gives it."""


@dataclass(frozen=True)
class Done:
    """What was worked out; None where it went wrong, whatever the cause. With the seconds that each station took."""

    made: Any
    seconds: dict[str, float]


@dataclass(frozen=True)
class Seen:
    """What looking gave: whether there is a record in the slice already, and its region where that was asked for."""

    marked: bool
    region: Region | None


@dataclass
class _Bench:
    work: SliceWork
    masks: MaskSource | None
    waiting: OrderedDict[Key, Slice] = field(default_factory=OrderedDict)

    def keep(self, each: Slice) -> None:
        """Have a slice at hand for what comes next."""
        self.waiting[each.key] = each
        if len(self.waiting) > _KEPT:
            self.waiting.popitem(last=False)


_bench: list[_Bench] = []
"""Of this process; none before it is set up."""


def set_up(work: SliceWork, masks: MaskSource | None) -> None:
    """Begin to work in one way: under its key and method, with its masks where they travel."""
    _bench[:] = [_Bench(work, masks)]


def look(source: Source, check: bool, find: bool) -> Done:  # noqa: FBT001  positional, as executors call it
    """Look at a slice: see whether it is marked where that is to be `check`-ed, `find` its region.

    Returns
    -------
    Done
        With `Seen`.
    """
    return _timed(partial(_look, source, check=check, find=find))


def make(source: Source, what: str, *given: object) -> Done:
    """Do to a slice what the method of `SliceWork` called `what` does; with what that gives."""
    return _timed(partial(_make, source, what, *given))


def _timed(do: Callable[[], object]) -> Done:
    clock = _bench[0].work.clock = Clock()
    try:
        made = do()
    except Exception:  # noqa: BLE001  whoever asked does it again, and sees for himself
        made = None
    return Done(made, clock.seconds)


def _look(source: Source, *, check: bool, find: bool) -> Seen:
    bench, (key, gives) = _bench[0], source
    each = bench.waiting.get(key) or gives()
    try:
        if check:
            bench.work.check(each)
    except MarkedAlreadyError:
        return Seen(marked=True, region=None)
    region = None
    if find and bench.masks is not None:
        region = bench.masks.region(each)
        bench.work.clock.lap("finding")
    if check:
        bench.keep(each)
    return Seen(marked=False, region=region)


def _make(source: Source, what: str, *given: object) -> object:
    bench, (key, gives) = _bench[0], source
    each = bench.waiting.pop(key, None) or gives()
    return getattr(bench.work, what)(each, *given)


def source_of(each: Slice) -> Source:
    """What gives a slice in another process; raises `UnusableInputError` where it cannot be decoded here.

    A slice that only this process has goes along decoded, with as much of its header as says where it lies.
    """
    if each.again is not None:
        return each.key, each.again
    plane, header = replace(each.plane), None
    if each.header is not None:
        header = Dataset({each.header[word].tag: each.header[word] for word in PLACE if word in each.header})
    return each.key, partial(Slice, each.name, each.frame, each.frames, header, partial(_given, plane))


def _given(plane: Plane) -> Plane:
    return plane
