"""Gives series back as they were before embedding, pixel by pixel, where the profile lets them come back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import PersonMustLookError, UnusableInputError
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.marks import Marks
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.tying import State
from StegoMedLib.pipeline.walk import walk
from StegoMedLib.pipeline.written_anew import written_anew
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.slice import PartT, Progress, Series, silent

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.marks import Mark
    from StegoMedLib.pipeline.walk import Look
    from StegoMedLib.series.sinks import Sink
    from StegoMedLib.series.slice import Slice

__all__ = ["RESTORED", "STAYS", "UNMARKED", "RestoreReport", "RestoredSlice", "restore", "restore_series"]

RESTORED, STAYS, UNMARKED = "restored", "kept", "unmarked"
"""What became of a slice: it is as it was before embedding, it stays as it came, or the key found nothing in it."""

_DESCRIPTION = "StegoMed: pixels restored to what they were before an encrypted record was embedded"
_DISAGREES = "what was sealed of the image before embedding does not agree with what comes back"
_NOT_INTACT = "whether it is as it was sealed cannot be told"


@dataclass(frozen=True)
class RestoredSlice:
    """One slice in the report; `digest_agrees` is None where nothing was restored that could agree."""

    file: str
    frame: int
    state: str
    reason: str = ""
    profile: str | None = None
    digest_agrees: bool | None = None
    changed_pixels: int = 0


@dataclass
class RestoreReport:
    """What was restored."""

    slices: list[RestoredSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)
    seconds: dict[str, float] = field(default_factory=dict)

    def count(self, state: str) -> int:
        """Slices of which that became."""
        return sum(row.state == state for row in self.slices)

    def as_json(self) -> dict[str, object]:
        """The JSON report."""
        return {
            **{state: self.count(state) for state in (RESTORED, STAYS, UNMARKED)},
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
            "seconds": self.seconds,
        }


class _Restoring:
    """Restores each slice."""

    def __init__(self, series: Series[Any], marks: Marks) -> None:
        self._marks = marks
        self.looks: Sequence[Look] = (self,)
        self.clock = Clock()
        self.report = RestoreReport(files=series.count, seconds=self.clock.seconds)
        self.rows: Sequence[MutableSequence[Any]] = (self.report.slices,)

    def survey(self, each: Slice) -> None:
        """Read a slice."""
        self._decode(each)
        self._marks.survey(each)
        self.clock.lap("checking")

    def forget(self, name: str) -> None:
        """Let the marks of a part be forgotten that is left out."""
        self._marks.forget(name)

    def plan(self) -> None:
        """See that all is as it was sealed, before anything is written.

        Raises
        ------
        PersonMustLookError
            When it is not.
        NothingReadableError
            When there is no record.
        """
        self._marks.plan()
        if self._marks.nothing is not None:
            raise self._marks.nothing
        if self._marks.report is not None and self._marks.report.untied:
            raise PersonMustLookError(
                *self._marks.report.untied,
                "Nothing was written: only what is as it was sealed can be restored; use images that nobody altered.",
            )

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """A slice as it was before embedding, None where it stays as it is."""
        self._decode(each)
        mark = self._marks.of(each)
        self.clock.lap("checking")
        if mark is None:
            self.report.slices.append(RestoredSlice(each.name, each.frame, UNMARKED))
            return None
        made = self._cover(each, mark)
        self.clock.lap("restoring")
        return made

    def _cover(self, each: Slice, mark: Mark) -> NDArray[np.int32] | None:
        """The pixels of the cover, None where they do not come back; noted in the report."""
        reason, made, agrees = self._why_not(mark), None, None
        if not reason:
            made = mark.profile.restored(each.plane, mark.payload)
            agrees = made is not None
            reason = "" if agrees else _DISAGREES
        changed = 0 if made is None else int(np.count_nonzero(made != each.plane.pixels))
        state = STAYS if made is None else RESTORED
        row = RestoredSlice(each.name, each.frame, state, reason, mark.info.name, agrees, changed)
        self.report.slices.append(row)
        return made

    def _why_not(self, mark: Mark) -> str:
        """Why the cover of a slice cannot be tried to be restored; empty where it can."""
        if not mark.info.restores:
            return f"profile {mark.info.name} does not let the image come back"
        return "" if mark.row.is_(State.INTACT) else _NOT_INTACT

    def _decode(self, each: Slice) -> None:
        each.plane  # noqa: B018  it is read now, and not while something else is timed
        self.clock.lap("reading")


def restore(series: Series[PartT], key: Key, sink: Sink[PartT], *, progress: Progress = silent) -> RestoreReport:
    """Give every slice of a series back as it was before a record was embedded with profile ``reversible``.

    The header stays as it is. Slices without a record, or whose image does not come back, stay, which the report says.

    Parameters
    ----------
    series : Series
    key : Key
        That reads the record.
    sink : Sink
    progress : callable

    Raises
    ------
    PersonMustLookError
        When images were altered since, or records are of other images.
    NothingReadableError
        When the key reads no record.
    UnusableInputError
        When nothing can be read, or no slice comes back.
    """
    work = _Restoring(series, Marks(key, series.at))
    walk(series, work, sink, progress)
    if not work.report.count(RESTORED):
        reasons = sorted({row.reason for row in work.report.slices if row.reason})
        able = " or ".join(name for name, info in PROFILES.items() if info.restores)
        raise UnusableInputError(
            f"No image can be restored ({'; '.join(reasons)}); only what --profile {able} embedded comes back, "
            "and 'stegomed erase' takes other records out."
        )
    return work.report


def restore_series(
    source: Path,
    target: Path,
    key: Key,
    *,
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
) -> RestoreReport:
    """Restore the files of `source`, and write them to `target`; parameters and errors as of `restore`.

    `target` appears when all is done, or not at all, as with embedding.
    """
    with written_anew(source, target, output, listing, _DESCRIPTION) as (series, sink):
        return restore(series, key, sink, progress=progress)
