"""Series that carry records already, and are written without them: what resealing and erasing have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.errors import NothingReadableError, PersonMustLookError
from StegoMedLib.pipeline.clearing import Cleared, Clearing
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.series.counting import FileCount

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.marks import Mark, Marks
    from StegoMedLib.pipeline.walk import Look
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.slice import Series, Slice

__all__ = ["DONE", "KEPT", "UNMARKED", "Kept", "RewriteReport", "Rewriting", "RewrittenSlice"]

DONE, KEPT, UNMARKED = "done", "kept", "unmarked"
"""What became of a slice: its record was worked on, it still has the old one, or none was found in it."""


@dataclass(frozen=True)
class Kept:
    """A slice keeps the record that it carries, for a reason."""

    reason: str


@dataclass(frozen=True)
class RewrittenSlice:
    """One slice in the report.

    `removed_db` is by how much the energy of the mark fell, where marks have energy; `left_share` is the share of the
    blocks of the message that had to stay as they were, and `heard` tells whether the key still finds that there was a
    mark, though not what it said. `restored` tells whether,
    without the record, it is what it was before embedding, bit by bit.
    """

    file: str
    frame: int
    state: str
    reason: str = ""
    profile: str | None = None
    changed_pixels: int = 0
    largest_change: int = 0
    removed_db: float | None = None
    left_share: float = 0.0
    heard: bool = False
    restored: bool = False


@dataclass
class RewriteReport:
    """What was done; `left_together` tells whether slices that say nothing alone still do so together."""

    finder: str
    slices: list[RewrittenSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)
    seconds: dict[str, float] = field(default_factory=dict)
    left_together: bool = False

    def count(self, state: str) -> int:
        """Slices of which that became."""
        return sum(row.state == state for row in self.slices)

    def as_json(self) -> dict[str, object]:
        """The JSON report."""
        return {
            "finder": self.finder,
            **{state: self.count(state) for state in (DONE, KEPT, UNMARKED)},
            "left_together": self.left_together,
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
            "seconds": self.seconds,
        }


class Rewriting(ABC):
    """The work on each slice.

    Parameters
    ----------
    series : Series
    marks : Marks
        Of its slices.
    masks : MaskSource
        For slices whose message does not say, or cannot be believed, what is air in them.
    accept_altered : bool
        Work on slices, too, that were altered after they were sealed.
    """

    def __init__(self, series: Series[Any], marks: Marks, masks: MaskSource, *, accept_altered: bool) -> None:
        self.marks, self.accept_altered = marks, accept_altered
        self._clearing = Clearing(marks, masks, series)
        self.looks: Sequence[Look] = (self,)
        self.clock = Clock()
        self.report = RewriteReport(masks.name, files=series.count, seconds=self.clock.seconds)
        self.rows: Sequence[MutableSequence[Any]] = (self.report.slices,)

    def survey(self, each: Slice) -> None:
        """Read a slice."""
        self._decode(each)
        self.marks.survey(each)
        self.clock.lap("checking")

    def forget(self, name: str) -> None:
        """Let the marks of a part be forgotten that is left out."""
        self.marks.forget(name)

    def plan(self) -> None:
        """See that the records are those of their slices, before anything is written.

        Raises
        ------
        PersonMustLookError
            When they are not, or slices were altered, and nobody accepts that.
        NothingReadableError
            When there is no record.
        """
        self.marks.plan()
        if self.marks.report is not None:
            self.check(self.marks.report)
        elif self.marks.nothing is not None:
            self.nothing(self.marks.nothing)

    def nothing(self, error: NothingReadableError) -> None:
        """End where there is no record, or too few parts of one."""
        raise error

    def check(self, report: ExtractReport) -> None:
        """Raise `PersonMustLookError` when a person must look at what was read."""
        if report.untied and not self.accept_altered:
            raise PersonMustLookError(
                *report.untied, "Nothing was written; when you have looked at the images, add --accept-altered."
            )

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """A slice as it is written, None where it stays as it is."""
        self._decode(each)
        mark = self.marks.of(each)
        self.clock.lap("checking")
        if mark is None:
            self.report.slices.append(RewrittenSlice(each.name, each.frame, UNMARKED))
            return None
        cleared = self._clearing.of(each, mark)
        self.clock.lap("clearing")
        made = Kept(cleared.reason) if cleared.reason else self.made(each, mark, cleared)
        if isinstance(made, Kept):
            row = RewrittenSlice(each.name, each.frame, KEPT, made.reason, mark.info.name)
            self.report.slices.append(row)
            return None
        self.report.slices.append(self._row(each, mark, cleared, made))
        return made

    @abstractmethod
    def made(self, each: Slice, mark: Mark, cleared: Cleared) -> NDArray[np.int32] | Kept:
        """What becomes of a slice from which its mark was taken."""

    def finish(self) -> None:
        """See whether slices still say something together."""
        self.report.left_together = self._clearing.left

    def _row(self, each: Slice, mark: Mark, cleared: Cleared, made: NDArray[np.int32]) -> RewrittenSlice:
        change = np.abs(made - each.plane.pixels)
        before, after = (mark.profile.energy(plane, mark.payload) for plane in (each.plane, cleared.cover.plane))
        fell = None if before is None or after is None else 10 * float(np.log10((before + 1) / (after + 1)))
        return RewrittenSlice(
            each.name,
            each.frame,
            DONE,
            "",
            mark.info.name,
            int(np.count_nonzero(change)),
            int(change.max(initial=0)),
            fell,
            cleared.left,
            cleared.heard,
            restored=cleared.restored,
        )

    def _decode(self, each: Slice) -> None:
        each.plane  # noqa: B018  it is read now, and not while something else is timed
        self.clock.lap("reading")
