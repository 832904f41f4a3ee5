"""What embedding does to each slice of a walk, in this process alone or with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from StegoMedLib.pipeline.ahead import Ahead
from StegoMedLib.pipeline.message import NoMessage
from StegoMedLib.pipeline.slice_work import Outcome, Room, Task
from StegoMedLib.pipeline.tying import draw_nonces

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.covers import Covers, Fresh
    from StegoMedLib.pipeline.crew import Crew
    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.sender import Sender
    from StegoMedLib.pipeline.walk import Look
    from StegoMedLib.series.foreseen import Foreseen
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key, Slice

__all__ = ["Embedding", "EmbeddingAhead"]


class Embedding:
    """The work on each slice, and before, where the sender asks for it, the look at all of them.

    Parameters
    ----------
    run : EmbedRun
    sender : Sender
    covers : Covers
    looks : sequence of Look
        What sees the series before all else.
    """

    def __init__(self, run: EmbedRun, sender: Sender, covers: Covers, looks: Sequence[Look]) -> None:
        self.run, self.sender, self.covers = run, sender, covers
        self.looks: Sequence[Look] = (*looks, *covers.looks, *((self,) if sender.surveys else ()))
        self.clock = run.clock
        self.rows: Sequence[MutableSequence[Any]] = (run.report.slices, run.weightiest)

    def survey(self, each: Slice) -> None:
        """Show the sender a slice."""
        cover = self.covers.of(each)
        self.sender.survey(cover.cover, lambda: self.run.work.room(cover.cover, cover.region))

    def forget(self, name: str) -> None:
        """Let the sender forget a part that is left out."""
        self.sender.forget(name)

    def plan(self) -> None:
        """Let the sender decide what each slice carries."""
        self.sender.plan()
        self.clock.lap("sealing")

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """The slice with its message."""
        cover = self.covers.of(each)
        message = self.sender.message(cover.cover)
        self.clock.lap("sealing")
        return self.run.embed(each, cover, message)


class EmbeddingAhead(Embedding):
    """The same, of slices as they come, by several processes.

    Parameters
    ----------
    run, sender, covers, looks
        As of `Embedding`.
    series : Foreseen
        That is walked.
    crew : Crew or None
        None for this process alone.
    """

    covers: Fresh

    def __init__(
        self,
        run: EmbedRun,
        sender: Sender,
        covers: Fresh,
        looks: Sequence[Look],
        *,
        series: Foreseen[Any],
        crew: Crew | None,
    ) -> None:
        super().__init__(run, sender, covers, looks)
        self._tasks: dict[Key, Task] = {}
        regions, checks = covers.regions, covers.checks
        self._rooms: Ahead[Room] | None = None
        self._outcomes: Ahead[Outcome] | None = None
        if crew is not None:
            self._rooms = Ahead(crew, series, regions, checks=checks, task=_room_task)
            self._outcomes = Ahead(crew, series, regions, checks=checks, task=self._embedding_task)

    def survey(self, each: Slice) -> None:
        """Show the sender a slice."""
        room = None if self._rooms is None else self._rooms.take(each)
        if room is None:
            super().survey(each)
            return
        found: Room = room
        self.covers.passed(each.key)
        self.sender.survey(each, lambda: found)

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """The slice with its message."""
        outcome = None if self._outcomes is None else self._outcomes.take(each)
        if outcome is None:
            return super().stego(each)
        return self.run.noted(each, outcome, self._tasks.pop(each.key).message)

    def _embedding_task(self, each: Slice, region: Region) -> tuple[str, tuple[object, ...]]:
        message, number = self.sender.message(each), self.run.number(each.key)
        nonces: tuple[int, ...] = ()
        if not isinstance(message, NoMessage):
            nonces = draw_nonces(self.run.coding.profile, region.shape, message, number)
        task = self._tasks[each.key] = Task(message, number, nonces)
        self.clock.lap("sealing")
        return "embed_as_it_is", (region, task)


def _room_task(_each: Slice, region: Region) -> tuple[str, tuple[object, ...]]:
    return "room", (region,)
