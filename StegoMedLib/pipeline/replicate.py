"""Mode ``replicate``: every slice carries the whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import DoesNotFitError, NothingToSealError
from StegoMedLib.pipeline.message import Message, seal

if TYPE_CHECKING:
    from StegoMedLib.envelope import Record
    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.message import NoMessage
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Slice

__all__ = ["Replicate"]


class Replicate:
    """Equal records are sealed once."""

    surveys = False

    def __init__(self, run: EmbedRun) -> None:
        self._run = run
        self._messages: dict[object, Message | NoMessage] = {}

    def survey(self, cover: Slice, region: Region) -> None:
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
            owner, record = self._run.records.of(cover.header)
        except NothingToSealError as error:
            return self._run.unsealed(error)
        if owner not in self._messages:
            self._messages[owner] = self._sealed(record)
        return self._messages[owner]

    def _sealed(self, record: Record) -> Message | NoMessage:
        try:
            message = seal(self._run.sealer, record, self._run.coding.info.most_symbols)
        except DoesNotFitError as error:
            if self._run.records.given:
                raise
            return self._run.unsealed(error)
        self._run.report.note(message)
        return message

    def finish(self) -> None:
        """Pass: any slice gives the record back."""
