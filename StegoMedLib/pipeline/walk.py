"""The one walk over a series that is written anew: slices are looked at as often as is needed, then given on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from StegoMedLib.series.slice import PartT, Progress, Series, silent, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.clock import Clock
    from StegoMedLib.series.sinks import Sink
    from StegoMedLib.series.slice import Slice

__all__ = ["Look", "Work", "walk"]


class Look(Protocol):
    """Sees the whole series before anything of it is written."""

    def survey(self, each: Slice) -> None:
        """Look at a slice."""

    def forget(self, name: str) -> None:
        """Take back what was noted of the slices of that name: their part is left out after all."""

    def plan(self) -> None:
        """Decide, when all slices were seen, what becomes of them; raises what keeps that from being done."""


class Work(Protocol):
    """What is done to each slice.

    Attributes
    ----------
    looks : sequence of Look
        Walks before the one that writes, each after the plan of the one before.
    clock : Clock
    rows : sequence of list
        Of the report: rows of a part that is left out go again.
    """

    looks: Sequence[Look]
    clock: Clock
    rows: Sequence[MutableSequence[Any]]

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """New stored values (H, W) of a slice, None for one that stays."""


def walk(series: Series[PartT], work: Work, sink: Sink[PartT], progress: Progress = silent) -> None:
    """Let `work` see the slices of a series, and give what it makes of them to `sink`.

    Raises
    ------
    UnusableInputError
        When every part was left out.
    """
    total, done = len(series) * (1 + len(work.looks)), 0
    for look in work.looks:
        for part in steps(series, progress, before=done, total=total):
            with series.taking(part):
                for each in part.slices():
                    look.survey(each)
            if series.left_out(part):
                look.forget(part.name)
        series.check_taken()
        look.plan()
        done += len(series)
    for part in steps(series, progress, before=done, total=total):
        with series.taking(part, *work.rows) as made:
            sink.take(part, _made(part.slices(), work), made)
        work.clock.lap("writing")
    series.check_taken()


def _made(slices: Iterator[Slice], work: Work) -> Iterator[NDArray[np.int32] | None]:
    """What becomes of one slice after the other; each is taken before the next."""
    for each in slices:
        yield work.stego(each)
        work.clock.lap("writing")
