"""Text in pictures: what headers say of it, and a cheap look at pictures that programs made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.dicom import codes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.plane import Plane

__all__ = ["burned_in", "shows_text"]

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SCREEN = ("SCREEN", "SECONDARY", "CAPTURE", "REPORT", "DOSE_INFO")
_LETTER = range(5, 41)
"""Rows that a letter has."""
_LEAST_OF_LINE = 5
"""Letters that make a line."""
_LINE_RANGE = 2
"""Rows by which the feet of letters of a line differ."""
_SHARE = 0.9


def burned_in(header: Dataset | None, plane: Callable[[], Plane]) -> str:
    """Why a picture may show text, in words; "" where nothing speaks for it.

    Only pictures that programs made are looked at, and only their `plane` is asked for: what is drawn on other CT and
    MR images is not found.
    """
    if header is not None and codes_of(header, "BurnedInAnnotation") == ["YES"]:
        return "its header says so"
    if header is not None and _is_capture(header) and shows_text(plane().pixels):
        return "it is a secondary capture with what looks like letters"
    return ""


def _is_capture(header: Dataset) -> bool:
    kind = str(header.get("SOPClassUID") or "")
    words = " ".join(codes_of(header, "ImageType")[1:]).upper()
    return (
        kind.startswith(_SECONDARY_CAPTURE)
        or bool(codes_of(header, "ConversionType"))
        or any(each in words for each in _SCREEN)
    )


def shows_text(pixels: NDArray[np.int32]) -> bool:
    """Whether a plane (H, W) has a line of spots as bright as any, of the height of letters, that stand in a row."""
    low, high = int(pixels.min()), int(pixels.max())
    labels, count = ndimage.label(pixels > low + _SHARE * (high - low), structure=np.ones((3, 3)))
    if not count:
        return False
    boxes = ndimage.find_objects(labels)
    letters = [(rows.stop, rows.stop - rows.start) for rows, columns in boxes if _is_letter(rows, columns)]
    feet = np.sort([foot for foot, _ in letters])
    reach = np.searchsorted(feet, feet + _LINE_RANGE, side="right") - np.arange(feet.size)
    return bool(feet.size and reach.max() >= _LEAST_OF_LINE)


def _is_letter(rows: slice, columns: slice) -> bool:
    height, width = rows.stop - rows.start, columns.stop - columns.start
    return height in _LETTER and width <= 2 * height
