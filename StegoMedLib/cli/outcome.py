"""How a command ends when its work is done: every file is accounted for, and the exit code says what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say, show_table
from StegoMedLib.errors import NotEveryFileError, PersonMustLookError
from StegoMedLib.pipeline.rewriting import DONE, KEPT, UNMARKED
from StegoMedLib.series.counting import removed_in_words
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.dicom import LeftOut
    from StegoMedLib.pipeline.rewriting import RewriteReport
    from StegoMedLib.series.counting import FileCount

__all__ = ["account_for", "account_for_each", "account_for_records", "check_kept"]

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


def account_for_each(counts: Sequence[tuple[FileCount, str]]) -> None:
    """Account for the files of several sources, each with what became of them, as `account_for`, which see."""
    sentences = [sentence for files, done in counts for sentence in _missing(files, done)]
    if sentences:
        raise NotEveryFileError(*sentences)


def _missing(files: FileCount, done: str) -> tuple[str, ...]:
    """What `account_for` would end with."""
    try:
        account_for(files, done)
    except NotEveryFileError as error:
        return error.args
    return ()


def account_for_records(report: RewriteReport, done: str) -> None:
    """Name the slices that keep the old record, count all, and account for the files.

    Parameters
    ----------
    report : RewriteReport
    done : str
        What became of the record of the others, as in "erased".

    Raises
    ------
    NotEveryFileError
        When a slice keeps the old record, when slices still say it together, or as `account_for`.
    """
    kept = [(row.file, str(row.frame), row.reason) for row in report.slices if row.state == KEPT]
    if kept:
        show_table("Written with the old record", ["file", "frame", "why"], kept[:_ROWS])
    unmarked = report.count(UNMARKED)
    total = counted(len(report.slices), "slice")
    say(f"The record is {done} in {report.count(DONE)} of {total}; {unmarked} carried none that the key reads.")
    heard = sum(row.heard for row in report.slices)
    if heard:
        say(
            f"A rest of the old mark, beside the proved air, can be told by the old key in {counted(heard, 'slice')}; "
            "'stegomed extract' reads nothing from it, but somebody who looks for it there may."
        )
    account_for(report.files, "written")
    check_kept(len(kept), left_together=report.left_together)


def check_kept(kept: int, *, left_together: bool) -> None:
    """Raise `NotEveryFileError` where records are left that were to go."""
    if kept:
        raise NotEveryFileError(
            f"{counted(kept, 'slice')} still {'carries' if kept == 1 else 'carry'} the old record, which the old key "
            "reads; erase it with --masks, or leave these images out."
        )
    if left_together:
        raise NotEveryFileError(
            "Read together, the slices still give the old record to the old key; erase it with --masks from the images "
            "as they were before."
        )


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
