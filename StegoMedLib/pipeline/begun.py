"""Slices that were begun with before their turn: what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from concurrent.futures import Future

    from StegoMedLib.pipeline.elsewhere import Done, Source
    from StegoMedLib.series.slice import Slice

__all__ = ["Begun", "Wanted"]

Wanted: TypeAlias = "tuple[str, tuple[object, ...]] | None"
"""The method of `SliceWork` that gives what is wanted, and what that takes beside the slice; None for its region."""


@dataclass
class Begun:
    """A slice whose turn comes.

    Attributes
    ----------
    each : Slice
    check, find : bool
        Whether it has to be looked at for a record, and for its region.
    which : int or None
        Who has it of the others; None for this process.
    seen, made : Future or None
        What the other process is looking at, and making.
    looked, drawn : bool
        It was looked at; what is `wanted` of it is known.
    result : object
        What was made of it here.
    failed, marked : bool
        It has to be done by whoever walks, since something is wrong; that is a record in it.
    is_beside : bool
        It lies beside one whose turn comes, and is looked at for its region alone; its own turn is far off.
    """

    each: Slice
    check: bool
    find: bool
    source: Source | None = None
    which: int | None = None
    seen: Future[Done] | None = None
    made: Future[Done] | None = None
    looked: bool = False
    drawn: bool = False
    wanted: Wanted = None
    result: Any = None
    failed: bool = False
    marked: bool = False
    is_beside: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be decided of it any more."""
        return self.drawn or self.failed

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has looked at it, or was given it."""
        return self.which is None and not (self.looked or self.failed)

    @property
    def has_to_be_made_here(self) -> bool:
        """Whether it is this process that makes it, and has not done so."""
        return self.wanted is not None and self.which is None and self.result is None and not self.failed

    @property
    def is_with(self) -> int | None:
        """Who of the others has still something to do with it."""
        made = self.looked if self.is_beside else self.drawn and (self.made is None or self.made.done())
        return None if self.failed or made else self.which
