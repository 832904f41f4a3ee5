"""Small tables of words in the panel, as high as their rows at every width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import qt

from StegoMedLib.plain import plain_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedPanel.untyped import Widget

__all__ = ["fill"]

_MOST_ROWS = 12
"""Rows that a table shows without scrolling at the most."""
_LONG, _LONG_IN_MANY = re.compile(r"\S{6}(?=\w)"), re.compile(r"\S{4}(?=\w)")
"""Characters without a blank, before a place where a line may be broken (not before a combining mark)."""
_MANY = 3
"""Columns that are narrow."""
_UNLIMITED = 16777215
"""Qt's QWIDGETSIZE_MAX: no limit of a widget's height."""


def fill(table: Widget, headers: Sequence[str], rows: Sequence[Sequence[str]], *, even: bool = True) -> None:
    """Fill a QTableWidget with words, and hide it when there are none.

    Columns are `even`, or the last one takes the room that the others leave. Each cell keeps its exact text
    as data for the user's role. There are no tool tips, which Qt takes for markup where they look like it.
    """
    table.setRowCount(0)
    table.setColumnCount(len(headers))
    table.setHorizontalHeaderLabels(list(headers))
    table.setRowCount(len(rows))
    long = _LONG if len(headers) < _MANY else _LONG_IN_MANY  # words that a table would cut else can be wrapped
    for row, cells in enumerate(rows):
        for column, words in enumerate(cells):
            item = qt.QTableWidgetItem(long.sub("\\g<0>\u200b", plain_lines(str(words))))
            item.setData(qt.Qt.UserRole, str(words))
            table.setItem(row, column, item)
    table.visible = bool(rows)
    if rows:
        _fit(table, even=even)


def _fit(table: Widget, *, even: bool) -> None:
    """Let columns share the width and rows be as high as their words; long tables scroll.

    The form makes the table as high as its contents (``AdjustToContents``), which Qt follows from then on.
    """
    header, modes = table.horizontalHeader(), qt.QHeaderView
    header.setStretchLastSection(False)
    for column in range(table.columnCount):
        stretched = even or column == table.columnCount - 1
        header.setSectionResizeMode(column, modes.Stretch if stretched else modes.ResizeToContents)
    table.verticalHeader().setSectionResizeMode(modes.ResizeToContents)
    many = table.rowCount > _MOST_ROWS
    table.setMaximumHeight((_MOST_ROWS + 1) * table.rowHeight(0) if many else _UNLIMITED)
