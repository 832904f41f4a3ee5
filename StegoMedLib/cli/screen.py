"""What people see, on standard error: a progress bar, sentences and tables.

Everything goes through `_shown`: what comes from images, records and names of files is data, never markup (as of rich),
an emoji code, or something that a terminal obeys.
"""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table
from rich.text import Text

from StegoMedLib.cli.signals import end_if_asked
from StegoMedLib.cli.streams import Talk
from StegoMedLib.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from StegoMedLib.series.slice import Progress

__all__ = ["library_heard", "number", "progress_bar", "say", "show_measures", "show_table"]

_WIDE = 160
"""Columns where standard error is no terminal: nothing has to be folded there."""

_SMALL = 2.0
"""Below it, digits after the point matter: similarities and correlations."""

_console = Console(
    file=cast("IO[str]", Talk()),
    highlight=False,
    markup=False,
    emoji=False,
    width=None if sys.stderr.isatty() else _WIDE,
)


def say(sentence: str) -> None:
    """One line for the user."""
    _console.print(_shown(sentence), soft_wrap=True)


def _shown(text: str) -> Text:
    """`text` as the screen shows it, whatever it holds."""
    return Text(plain(text))


class _Said(logging.Handler):
    """Says what the library logs."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


@contextmanager
def library_heard() -> Iterator[None]:
    """Say the library's warnings: what it did beside its work, such as removing what a stopped run had left.

    What other libraries warn of is not said: it is meant for programmers, and quotes what images hold.
    """
    ours, root = logging.getLogger("StegoMedLib"), logging.getLogger()
    said, unsaid = _Said(logging.WARNING), logging.NullHandler()
    ours.addHandler(said)
    root.addHandler(unsaid)  # without any handler Python writes to standard error by itself
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda *_, **__: None
            yield
    finally:
        ours.removeHandler(said)
        root.removeHandler(unsaid)


def number(value: object) -> str:
    """A value as tables show it: whole numbers as such, small ones to six digits, nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value.is_integer() else f"{value:.{2 if abs(value) >= _SMALL else 6}f}"


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard error; every cell is shown as it is, whatever it holds."""
    table = Table(title=_shown(title), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(_shown(column), overflow="fold")
    for row in rows:
        table.add_row(*(_shown(number(cell)) for cell in row))
    _console.print(table)


def show_measures(title: str, summary: Mapping[str, Mapping[str, float]]) -> None:
    """A table of the least, mean and largest value of every measure."""
    rows = [[name, *(values[key] for key in ("min", "mean", "max"))] for name, values in summary.items()]
    show_table(title, ["measure", "minimum", "mean", "maximum"], rows)


@contextmanager
def progress_bar(verb: str) -> Iterator[Progress]:
    """A bar that counts files; gives the pipeline's `Progress` callable."""
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(min_width=1)),  # marks may have no width
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Bar(
        *columns,
        console=_console,
        transient=True,
        disable=not _console.is_terminal,
        redirect_stdout=False,
        redirect_stderr=False,  # `Talk` writes to what is standard error now
    )
    task = bar.add_task(plain(verb), total=None)

    def moved(done: int, total: int, _label: str) -> None:
        end_if_asked()
        bar.update(task, completed=done, total=total)

    with bar:
        yield moved
