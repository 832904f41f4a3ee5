"""What a record is embedded in: slices as they come, which must carry none that the key reads, or freed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from StegoMedLib.pipeline.clearing import Clearing
from StegoMedLib.pipeline.marks import Marks
from StegoMedLib.pipeline.slices import Cover
from StegoMedLib.series.neighbours import Regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.walk import Look
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.slice import Key, Series, Slice

__all__ = ["Covers", "Fresh", "Replaced"]


class Covers(Protocol):
    """Gives what a record is embedded in.

    Attributes
    ----------
    looks : sequence of Look
        What has to be known of all slices first.
    """

    looks: Sequence[Look]

    def of(self, each: Slice) -> Cover:
        """The cover that a slice is."""

    def finish(self) -> None:
        """Note what became of records that were there before."""


class Fresh:
    """Slices as they come.

    Parameters
    ----------
    series : Series
    masks : MaskSource
    run : EmbedRun
    keep_all : bool
        The series is walked more than once.
    """

    looks: Sequence[Look] = ()

    def __init__(self, series: Series[Any], masks: MaskSource, run: EmbedRun, *, keep_all: bool) -> None:
        self.regions, self._work = Regions(masks, series, keep_all=keep_all), run.work
        self._checked: set[Key] = set()

    def checks(self, key: Key) -> bool:
        """Whether a slice has to be looked at for a record."""
        return key not in self._checked

    def of(self, each: Slice) -> Cover:
        """The slice itself.

        Raises
        ------
        MarkedAlreadyError
            When it carries a record that the key reads, or that lies where records under this key do.
        """
        if self.checks(each.key):
            self._work.check(each)
            self.passed(each.key)
        region = self.regions.of(each)
        self._work.clock.lap("finding")
        return Cover(each, region)

    def passed(self, key: Key) -> None:
        """Note that a slice carries no record."""
        self._checked.add(key)

    def finish(self) -> None:
        """Pass."""


class Replaced:
    """Slices from which the record that the key reads is taken away; parameters as of `Fresh`."""

    def __init__(self, series: Series[Any], masks: MaskSource, run: EmbedRun) -> None:
        self._marks = Marks(run.sealer.key, series.at, sealed_too=True)
        self._clearing, self._run = Clearing(self._marks, masks, series), run
        self.looks: Sequence[Look] = (self._marks,)

    def of(self, each: Slice) -> Cover:
        """The slice without its record; it says why nothing can be embedded in it where the record stays."""
        clock = self._run.clock
        self._run.work.decode(each)
        mark = self._marks.of(each)
        clock.lap("checking")
        region = self._clearing.region(each, mark)
        clock.lap("finding")
        if mark is None:
            return Cover(each, region)
        cleared = self._clearing.of(each, mark)
        proof = self._clearing.proof(each, mark)
        clock.lap("clearing")
        return Cover(cleared.cover, region, proof, cleared.reason)

    def finish(self) -> None:
        """Say in the report whether records are left."""
        self._run.report.left_together = self._clearing.left
