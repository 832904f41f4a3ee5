"""What every comparison asks before it works for minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import UsageError
from StegoMedLib.lab.pictures.canvas import figure_class
from StegoMedLib.series.staging import check_target

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_request"]


def check_request(data: Path, target: Path, *counts: int | None, overwrite: bool, pictures: bool = True) -> None:
    """Refuse what would fail after the work is done.

    Parameters
    ----------
    data, target : Path
        Folder with the series, and where the results go.
    *counts : int or None
        Slices of each series to take; None for all.
    overwrite : bool
        Whether `target` may exist.
    pictures : bool
        Whether matplotlib will be needed.

    Raises
    ------
    UsageError
        When a count is no number of slices.
    UnusableInputError
        When matplotlib is missing, or `target` exists or touches `data`.
    """
    if any(count is not None and count < 1 for count in counts):
        raise UsageError("Less than one slice of each series is none; give a number from 1.")
    if pictures:
        figure_class()
    check_target(data, target, overwrite=overwrite)
