"""Mode ``replicate``: every slice carries the whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.binding import Shared
from StegoMedLib.errors import DoesNotFitError, NothingToSealError
from StegoMedLib.pipeline.message import Message, seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import Record
    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.message import NoMessage
    from StegoMedLib.pipeline.slice_work import Room
    from StegoMedLib.series.slice import Slice

__all__ = ["Replicate"]


class Replicate:
    """Each slice has an envelope of its own; where what slices say adds up, equal records of a series share one."""

    surveys = False

    def __init__(self, run: EmbedRun) -> None:
        self._run = run
        self._shared: dict[object, Message | NoMessage] = {}

    def survey(self, cover: Slice, room: Callable[[], Room]) -> None:
        """Pass: nothing has to be known before."""

    def forget(self, name: str) -> None:
        """Pass."""

    def plan(self) -> None:
        """Pass."""

    def message(self, cover: Slice) -> Message | NoMessage:
        """The sealed record.

        A slice whose header has nothing to seal, or more than a symbol holds, gets none, and keeps no other from its.

        Raises
        ------
        UsageError
            When the record shall come from a header and there is none.
        DoesNotFitError
            When no symbol holds what every slice shall carry.
        """
        try:
            owner, record = self._run.records.of(cover)
        except NothingToSealError as error:
            return self._run.unsealed(error)
        if not self._run.coding.info.votes:
            return self._sealed(record)
        number = self._run.number(cover.key)
        whose = owner, number.series
        if whose not in self._shared:
            self._shared[whose] = self._sealed(record, Shared.drawn(number.series, number.count))
        return self._shared[whose]

    def _sealed(self, record: Record, shared: Shared | None = None) -> Message | NoMessage:
        try:
            message = seal(self._run.sealer, record, self._run.coding.info.most_symbols, shared)
        except DoesNotFitError as error:
            if self._run.records.given:
                raise
            return self._run.unsealed(error)
        self._run.report.note(message)
        return message

    def finish(self) -> None:
        """Pass: any slice gives the record back."""
