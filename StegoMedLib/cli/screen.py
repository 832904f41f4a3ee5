"""What people see: a progress bar and tables on standard error, the JSON report where they ask for it."""

from __future__ import annotations

import json
import logging
import os
import sys
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from StegoMedLib import __version__
from StegoMedLib.cli.report_target import is_report
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, remove_abandoned, whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from StegoMedLib.pipeline.progress import Progress

__all__ = ["ProgressBar", "number", "say", "show_measures", "show_table", "warnings_said", "write_json"]

_WIDE = 160
"""Columns where standard error is no terminal: nothing has to be folded there."""

_SMALL = 2.0
"""Below it, digits after the point matter: similarities and correlations."""

_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Bidirectional classes of the characters that turn the writing direction."""

_console = Console(stderr=True, highlight=False, emoji=False, width=None if sys.stderr.isatty() else _WIDE)


def say(sentence: str) -> None:
    """One line for the user."""
    _console.print(_harmless(sentence), soft_wrap=True)


class _Said(logging.Handler):
    """Says what the library logs."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


@contextmanager
def warnings_said() -> Iterator[None]:
    """Say the library's warnings: what it did beside its work, such as removing what a stopped run had left."""
    log, handler = logging.getLogger("StegoMedLib"), _Said(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def number(value: object) -> str:
    """A value as tables show it: whole numbers as such, small ones to six digits, nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value.is_integer() else f"{value:.{2 if abs(value) >= _SMALL else 6}f}"


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard error; every cell is shown as it is, whatever it holds."""
    table = Table(title=_harmless(title), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(_harmless(column), overflow="fold")
    for row in rows:
        table.add_row(*(_harmless(number(cell)) for cell in row))
    _console.print(table)


def _harmless(text: str) -> str:
    """`text` without markup and without what terminals obey: names of files and records may come from anybody."""
    return escape("".join(" " if _is_obeyed(letter) else letter for letter in text))


def _is_obeyed(letter: str) -> bool:
    """Whether a terminal does something instead of showing it: the last ones turn the writing direction."""
    turns = unicodedata.bidirectional(letter) in _TURNS
    return turns or (unicodedata.category(letter) == "Cc" and letter != "\n")


def show_measures(title: str, summary: Mapping[str, Mapping[str, float]]) -> None:
    """A table of the least, mean and largest value of every measure."""
    rows = [[name, *(values[key] for key in ("min", "mean", "max"))] for name, values in summary.items()]
    show_table(title, ["measure", "least", "mean", "most"], rows)


def write_json(report: dict[str, object], target: str | None) -> None:
    """Write `report` to the file `target`, to standard output when it is ``-``, nowhere when it is None.

    A file appears whole or not at all, replaces nothing but a report, and is for its owner alone, since it may name a
    patient. Only ASCII is written, so that neither the system's encoding nor a file name that is no text can spoil it.

    Raises
    ------
    UnusableInputError
        When it cannot be written.
    """
    if target is None:
        return
    text = json.dumps({"stegomed": __version__, **report}, indent=2, allow_nan=False) + "\n"
    try:
        if target == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            _write_file(Path(target), text)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if target == "-" else target
        raise UnusableInputError(
            f"The report {name} cannot be written ({error.strerror}); name a place that you may write to."
        ) from None


def _write_file(place: Path, text: str) -> None:
    if place.exists() and not place.is_file():  # a device or a pipe, never to be replaced by a file
        place.write_text(text, encoding="ascii")
        return
    place = Path(os.path.realpath(place))
    if place.exists() and not is_report(place):
        raise UnusableInputError(f"{place} is no report of StegoMed, and was left as it is; name another file.")
    remove_abandoned(place)
    with whole_file(place, mode=PRIVATE) as (stream, _):
        stream.write(text.encode("ascii"))


class ProgressBar:
    """A bar that counts files; a context manager that gives the pipeline's `Progress` callable."""

    def __init__(self, verb: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=_console, transient=True, disable=not _console.is_terminal)
        self._task = self._bar.add_task(verb, total=None)

    def __enter__(self) -> Progress:
        """Show the bar."""
        self._bar.start()
        return self._moved

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def _moved(self, done: int, total: int, label: str) -> None:
        del label
        self._bar.update(self._task, completed=done, total=total)
