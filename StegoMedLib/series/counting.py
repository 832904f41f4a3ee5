"""What became of the files of a source (count in is count out), and what of their headers did not come along."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from StegoMedLib.dicom import LeftOut, Listing, Removed, Written

__all__ = ["FileCount", "RemovedFrom", "removed_in_words"]

_NAMED = 8
"""Attributes that a sentence names at most: the JSON report has all of them."""


@dataclass(frozen=True)
class RemovedFrom:
    """An attribute that was removed from one file: the file's name in reports, and the attribute."""

    file: Path
    removed: Removed


@dataclass
class FileCount:
    """What became of the files of a source.

    Attributes
    ----------
    came_in : int
        Files that were found.
    left_out : list of LeftOut
        Those that were not worked on, copied ones among them.
    copied : list of Path
        Those left out that lie in the target as they were.
    passed_over : list of LeftOut
        What was not counted: no part of the data, or there under another name.
    removed : list of RemovedFrom
        What of the headers of files did not come along into those that were written.
    """

    came_in: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    copied: list[Path] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)
    removed: list[RemovedFrom] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many files were worked on."""
        return self.came_in - len(self.left_out)

    @property
    def missing(self) -> int:
        """How many files were neither worked on nor copied."""
        return len(self.left_out) - len(self.copied)

    def add(self, listing: Listing) -> None:
        """Count the files of one more source."""
        self.came_in += listing.files
        self.left_out += listing.left_out
        self.passed_over += listing.passed_over

    def wrote(self, name: Path, written: Written) -> None:
        """Note what was removed from a file's header."""
        self.removed += [RemovedFrom(name, each) for each in written.removed]

    def add_left_out(self, other: FileCount) -> None:
        """Count what was left out of one more source, whose other files need no counting."""
        self.came_in += len(other.left_out)
        self.left_out += other.left_out
        self.passed_over += other.passed_over

    def as_json(self) -> dict[str, object]:
        """Give the file keys of a JSON report."""
        copied = set(self.copied)
        return {
            "files": {"came_in": self.came_in, "taken": self.taken, "copied": len(copied), "left_out": self.missing},
            "left_out": [{**row.as_json(), "copied": row.file in copied} for row in self.left_out],
            "passed_over": [row.as_json() for row in self.passed_over],
            "removed": self._removed_as_json(),
        }

    def _removed_as_json(self) -> list[dict[str, object]]:
        """Each attribute and reason once, with its files."""
        files: dict[Removed, list[str]] = {}
        for row in self.removed:
            files.setdefault(row.removed, []).append(str(row.file))
        return [{"attribute": each.attribute, "reason": each.reason, "files": names} for each, names in files.items()]


def removed_in_words(rows: Sequence[RemovedFrom]) -> list[str]:
    """One sentence for each reason."""
    names: dict[str, dict[str, None]] = {}
    files: dict[str, set[Path]] = {}
    for row in rows:
        names.setdefault(row.removed.reason, {})[row.removed.attribute] = None
        files.setdefault(row.removed.reason, set()).add(row.file)
    return [_sentence(list(names[reason]), len(files[reason]), reason) for reason in names]


def _sentence(names: Sequence[str], files: int, reason: str) -> str:
    more = len(names) - _NAMED
    named = ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"Not in the headers written ({counted(files, 'file')}): {named}, because {reason}."
