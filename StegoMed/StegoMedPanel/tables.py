"""Small tables of words in the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedPanel.untyped import Widget

__all__ = ["fill", "fold"]

_MOST_ROWS = 9
"""Rows that a table shows without scrolling at the most."""
_FRAME = 8
"""Pixels of a table's frame and of what its header is higher than a row."""


def fill(table: Widget, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Fill a QTableWidget with words, and hide it when there are none."""
    table.setRowCount(0)
    table.setColumnCount(len(headers))
    table.setHorizontalHeaderLabels(list(headers))
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for column, words in enumerate(cells):
            table.setItem(row, column, qt.QTableWidgetItem(str(words)))
    table.resizeColumnsToContents()
    table.resizeRowsToContents()
    table.visible = bool(rows)
    if rows:
        table.setFixedHeight((min(len(rows), _MOST_ROWS) + 1) * table.rowHeight(0) + _FRAME)


def fold(numbers: Sequence[int]) -> str:
    """Numbers in words, with runs folded: 1-4, 7."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
