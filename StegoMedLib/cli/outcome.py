"""How a command ends when its work is done: every file is accounted for, and the exit code says what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say, show_table
from StegoMedLib.errors import NotEveryFileError, PersonMustLookError
from StegoMedLib.series.counting import removed_in_words
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.dicom import LeftOut
    from StegoMedLib.series.counting import FileCount

__all__ = ["account_for"]

_ROWS = 40
"""Rows of a table of files at most: the JSON report has all of them."""


def account_for(files: FileCount, done: str, *, lost: int = 0, must_look: Sequence[str] = ()) -> None:
    """Name the files that were not worked on, give the count of all that came in, and end as that calls for.

    To be called last, when all reports are written.

    Parameters
    ----------
    files : FileCount
    done : str
        What became of the others, as in "written".
    lost : int
        How many of those were lost on purpose.
    must_look : sequence of str
        Why a person must look at the result.

    Raises
    ------
    PersonMustLookError
        When there are reasons for it, whatever else there is.
    NotEveryFileError
        When a file was neither worked on nor copied.
    """
    copied = set(files.copied)
    for removed in removed_in_words(files.removed):
        say(removed)
    _show("Passed over", files.passed_over)
    _show("Copied unchanged", [row for row in files.left_out if row.file in copied])
    if copied:
        say("Copied files are unchanged: the identities in them are neither removed nor sealed.")
    _show("Left out", [row for row in files.left_out if row.file not in copied])
    sentence = _sentence(files, done, lost)
    if files.missing and not must_look:
        raise NotEveryFileError(sentence)
    say(sentence)
    if must_look:
        raise PersonMustLookError(*must_look)


def _sentence(files: FileCount, done: str, lost: int) -> str:
    came_in = f"{counted(files.came_in, 'file')} came in"
    parts = [f"{files.taken - lost} {done}"]
    parts += [
        f"{count} {what}"
        for count, what in ((lost, "lost"), (len(files.copied), "copied unchanged"), (files.missing, "left out"))
        if count
    ]
    return f"{came_in}: {', '.join(parts)}."


def _show(title: str, rows: Sequence[LeftOut]) -> None:
    if not rows:
        return
    show_table(title, ["file", "why"], [(str(row.file), row.reason) for row in rows[:_ROWS]])
    if len(rows) > _ROWS:
        say(f"And {len(rows) - _ROWS} more; the JSON report (--json FILE) lists all.")
