"""The slices on which a region finder agrees least with reference masks, as pictures: a sheet for each group."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from StegoMedLib.lab.pictures.canvas import figure_class, window_of
from StegoMedLib.lab.pictures.sheet import MaskShown, draw_mask_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.lab.evaluation.masks import ComparedSlice

__all__ = ["WorstSlices"]

SHOWN = 4
"""Slices of each group; no more are kept in memory."""


class WorstSlices:
    """Keeps the worst slices of each series and orientation, as an onlooker of `evaluate_masks`.

    Parameters
    ----------
    finder : str
        By whose masks slices are judged and shown.

    Raises
    ------
    UnusableInputError
        Matplotlib is not installed.
    """

    def __init__(self, finder: str) -> None:
        figure_class()
        self._finder = finder
        self._groups: dict[tuple[str, str], list[tuple[float, MaskShown]]] = {}

    def take(self, seen: ComparedSlice) -> None:
        """Look at a slice."""
        row = seen.row
        score = float(row.finders[self._finder]["iou"] or 0.0)
        title = PurePath(row.file).name + (f" {row.frame}" if row.frame else "")
        shown = MaskShown(title, seen.plane.pixels, seen.found[self._finder], window_of(seen.plane), seen.reference)
        group = self._groups.setdefault((row.series, row.orientation), [])
        group.append((score, shown))
        group.sort(key=lambda each: each[0])
        del group[SHOWN:]

    def draw(self, folder: Path) -> list[str]:
        """Write a sheet for each group, worst slice first, and give the files' names.

        Found masks are outlined in orange, reference masks in teal.

        Raises
        ------
        UnusableInputError
            `folder` cannot be written to.
        """
        names = []
        for number, ((series, orientation), group) in enumerate(self._groups.items(), 1):
            name = f"{number:02d}_{_harmless(series)}_{orientation}.png"
            draw_mask_sheet(folder / name, [shown for _, shown in group])
            names.append(name)
        return names


def _harmless(series: str) -> str:
    """Make part of a file name of what may hold slashes, or come from a header."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", series)[-60:]
