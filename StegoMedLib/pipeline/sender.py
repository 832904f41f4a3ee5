"""What each slice of a series carries: the sender of a mode decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from StegoMedLib.choices import REPLICATE, SPREAD
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.replicate import Replicate
from StegoMedLib.pipeline.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.message import Message, NoMessage
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Slice

__all__ = ["SENDERS", "Sender", "check_mode"]


class Sender(Protocol):
    """Gives each slice its message.

    Attributes
    ----------
    surveys : bool
        Whether the sender has to see the whole series before it gives the first message.
    """

    surveys: bool

    def survey(self, cover: Slice, region: Region) -> None:
        """Look at a slice in the first walk."""

    def forget(self, name: str) -> None:
        """Take back what was noted of the slices of that name: their part is left out after all."""

    def plan(self) -> None:
        """Decide, between the walks, what each slice carries; raises `DoesNotFitError`."""

    def message(self, cover: Slice) -> Message | NoMessage:
        """What a slice carries."""

    def finish(self) -> None:
        """Make sure that the record can be read again; raises `DoesNotFitError`."""


SENDERS: Mapping[str, Callable[[EmbedRun], Sender]] = {REPLICATE: Replicate, SPREAD: Spread}
"""The sender of each mode."""


def check_mode(mode: str) -> None:
    """Raise `UsageError` when there is no such mode."""
    if mode not in SENDERS:
        raise UsageError(f"There is no mode {mode!r}; choose one of {', '.join(SENDERS)}.")
