"""What each slice of a series carries: the sender of a mode decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from StegoMedLib.choices import REPLICATE, SPREAD, TILES
from StegoMedLib.codec.profiles import PROFILES, profile_info
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.replicate import Replicate
from StegoMedLib.pipeline.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.message import Message, NoMessage
    from StegoMedLib.pipeline.options import Method
    from StegoMedLib.pipeline.slice_work import Room
    from StegoMedLib.series.slice import Slice

__all__ = ["SENDERS", "Sender", "check_method"]


class Sender(Protocol):
    """Gives each slice its message.

    Attributes
    ----------
    surveys : bool
        Whether the sender has to see the whole series before it gives the first message.
    """

    surveys: bool

    def survey(self, cover: Slice, room: Callable[[], Room]) -> None:
        """Look at a slice in the first walk; `room` gives its capacity."""

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


def check_method(method: Method) -> None:
    """Raise `UsageError` when there is no such mode, or the profile tells nothing of tiles."""
    if method.mode not in SENDERS:
        raise UsageError(f"There is no mode {method.mode!r}; choose one of {', '.join(SENDERS)}.")
    if method.tiles and not profile_info(method.profile).exact:
        exact = " or ".join(name for name, info in PROFILES.items() if info.exact)
        raise UsageError(f"--tiles goes with --profile {exact}; choose one of them, or leave --tiles out.")
    if method.tiles not in {0, *TILES}:
        raise UsageError(f"Tiles may have {' or '.join(map(str, TILES))} pixels a side; choose one of these.")
