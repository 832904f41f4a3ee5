"""What travels to workers and back: a series to work on, and what became of it. No secret, no name in what is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.batch.settings import Settings

__all__ = ["ASIDE", "DONE", "FAILED", "FOUND", "RUNNING", "STATES", "UNFIT", "Job", "Outcome"]

STATES = FOUND, RUNNING, DONE, FAILED, ASIDE = ("found", "running", "done", "failed", "aside")
"""Of a series: what failed is tried again, what is aside waits for a person."""
UNFIT = "unfit"
"""Of a worker that cannot work on this batch at all."""


@dataclass(frozen=True, repr=False)
class Job:
    """A series to work on.

    Attributes
    ----------
    number : int
        Of the series in the manifest.
    files : tuple of str
        Absolute paths; none where the series is on a server.
    place : str
        URL of the series on a DICOMweb server.
    target : Path
        Folder that the result becomes.
    settings : Settings
    check : str
        Fingerprint of the key that the worker must have.
    version : str
        Of StegoMed, which must be the worker's.
    """

    number: int
    files: tuple[str, ...]
    place: str
    target: Path
    settings: Settings
    check: str
    version: str

    def __repr__(self) -> str:
        """Show what may stand in the log of a cluster: no names of files."""
        return f"Job({self.number})"


@dataclass(frozen=True, repr=False)
class Outcome:
    """What became of a series.

    Attributes
    ----------
    number : int
    state : str
        `DONE`; `FAILED`, which may go better next time; `ASIDE`, which will not; `UNFIT`.
    reason : str
        A sentence.
    must_look : bool
        A person must look at the series, or at its result.
    came_in, written : int
        Instances.
    left_out : tuple of (str, str)
        Files of the series that are not in the result, each with a sentence.
    slices, carrying, altered : int or None
        Slices; those that carry something, or that gave it back; those that are not intact. None where it is not known.
    seconds, processor_seconds : float
    bytes_read, bytes_written : int
    remote : bool
        It lies on a server, which may not have told how many instances it has.
    accepted : bool
        The result was there already, from a worker that did not live to tell.
    """

    number: int
    state: str
    reason: str = ""
    must_look: bool = False
    came_in: int = 0
    written: int = 0
    left_out: tuple[tuple[str, str], ...] = field(default=())
    slices: int | None = None
    carrying: int | None = None
    altered: int | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    bytes_read: int = 0
    bytes_written: int = 0
    remote: bool = False
    accepted: bool = False

    def __repr__(self) -> str:
        """Show what may stand in the log of a cluster: no names of files."""
        return f"Outcome({self.number}, {self.state})"
