"""What did not come along from the headers of a series into the files written, for reports and for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from StegoMedLib.dicom import Removed

__all__ = ["RemovedFrom", "removed_as_json", "removed_in_words"]

_NAMED = 8
"""Attributes that a sentence names at most: the JSON report has all of them."""


@dataclass(frozen=True)
class RemovedFrom:
    """Something that one file lost: what reports call the file, and what it was."""

    file: Path
    removed: Removed


def removed_as_json(rows: Iterable[RemovedFrom]) -> list[dict[str, object]]:
    """The part of a JSON report that tells of it: each attribute and reason once, with its files."""
    files: dict[Removed, list[str]] = {}
    for row in rows:
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
