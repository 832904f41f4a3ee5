"""What became of one slice when a series was extracted from."""

from __future__ import annotations

from dataclasses import dataclass

from StegoMedLib.pipeline.tying import State, Verdict

__all__ = ["ExtractedSliceReport"]


@dataclass(frozen=True)
class ExtractedSliceReport:
    """One slice in the report.

    Attributes
    ----------
    file : str
    frame : int
    record : int or None
        The number of its record, None when it could not be read.
    detail : str
    profile : str or None
        What was found in it.
    quality : float or None
        1 for as good as can be, 0 for about to fail.
    contradicts : bool
        The record is of another patient than the slice's header claims.
    verdict : Verdict or None
        Whether the slice is the one that the record was sealed into; None when it could not be read.
    run : int or None
        Number of the run of embedding that it is from.
    """

    file: str
    frame: int
    record: int | None
    detail: str
    profile: str | None = None
    quality: float | None = None
    contradicts: bool = False
    verdict: Verdict | None = None
    run: int | None = None

    @property
    def state(self) -> str:
        """What it is to its record, in a word or two."""
        return "unreadable" if self.verdict is None else self.verdict.state.value

    def is_(self, state: State) -> bool:
        """Whether the slice was found to be that."""
        return self.verdict is not None and self.verdict.state is state

    def as_json(self) -> dict[str, object]:
        """Row of the JSON report."""
        return {
            "file": self.file,
            "frame": self.frame,
            "state": "unreadable" if self.record is None else "extracted",
            "detail": self.detail,
            "record": self.record,
            "profile": self.profile,
            "quality": self.quality,
            "contradicts": self.contradicts,
            **(Verdict(State.UNKNOWN) if self.verdict is None else self.verdict).as_json(),
        }
