"""Where slices were altered after their record was sealed, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_erosion

from StegoMedLib.binding import tile_pixels
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.pipeline.picture_page import TINT, Line, page
from StegoMedLib.pipeline.tying import State
from StegoMedLib.series.masks import mask_name
from StegoMedLib.series.staging import staged
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.tying import Verdict
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.slice import Series

__all__ = ["altered_in_words", "altered_picture", "draw_altered"]

_RED = 220, 40, 60
_OWNER = 0o700
"""Permissions of a folder of pictures of a patient."""


def draw_altered(report: ExtractReport, series: Series[Any], folder: Path) -> int:
    """Draw every slice of a report that was altered, into a new folder; the number of pictures.

    They are named as masks are (`mask_name`), and for their owner alone. Without an altered slice nothing is written.

    Raises
    ------
    UnusableInputError
        When the folder holds something, it cannot be written, a slice cannot be read any more, or two slices have
        pictures of one name.
    """
    altered = [(row, row.verdict) for row in report.slices if row.verdict and row.is_(State.ALTERED)]
    if not altered:
        return 0
    with staged(folder, overwrite=False) as work:
        work.chmod(_OWNER)
        for row, verdict in altered:
            each = series.at((row.file, row.frame))
            place = work / mask_name(each)
            if place.exists():
                raise UnusableInputError(
                    f"The picture {place.relative_to(work)} would belong to {each.name} and to another file; rename "
                    "one of them."
                )
            write_whole(place, altered_picture(each.plane, verdict), mode=PRIVATE, new=True)
    return len(altered)


def altered_picture(plane: Plane, verdict: Verdict) -> bytes:
    """The plane in grey, the same with altered tiles in red, and what was altered in words; a PNG."""
    altered = np.zeros(plane.shape, dtype=np.bool_)
    if verdict.tiles is not None:
        altered = tile_pixels(verdict.tiles, plane.shape, verdict.side)
    outline = altered & ~binary_erosion(altered)
    shares = np.where(outline, 1.0, np.where(altered, TINT, 0.0)).astype(np.float32)
    colours = np.broadcast_to(np.array(_RED, dtype=np.float32), (*plane.shape, 3))
    return page(plane, colours, shares, [Line(_RED, altered_in_words(verdict))])


def altered_in_words(verdict: Verdict) -> str:
    """What was altered in a slice, and how many of which tiles, in a sentence."""
    detail = f"{verdict.detail[:1].upper()}{verdict.detail[1:]}"
    if verdict.tiles is None:
        return f"{detail}; there are no tiles that would tell where."
    many = int(verdict.tiles.sum())
    were = f"{counted(many, 'tile')} of {verdict.side} x {verdict.side} pixels {'was' if many == 1 else 'were'} altered"
    return f"{detail}; {were if many else 'no tile was altered'}."
