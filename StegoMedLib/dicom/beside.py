"""Bits above HighBit: part of a number too large for its field, or bits that say nothing about it (PS3.5 8.1.1).

The standard lets nobody read them, but numbers are found there: padding such as 63536 in 12 bits stored, and values of
an image whose header says too few bits. Those pixels are kept from change. Overlays without their header, and whatever
else was left there, are ignored. What tells them apart: where bits say nothing, the image goes on across their borders.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from StegoMedLib.dicom.field import Containers, StoredField

__all__ = ["field_without"]

_USUAL_STEP = 0.9
"""Share of the steps between neighbours that are not larger than usual."""
_SMALL_STEP = 1 / 64
"""Of the legal range: steps up to it say nothing; a number that wraps, or padding, jumps further."""


def field_without(cells: Containers, field: StoredField, padding: Iterable[tuple[int, int]]) -> StoredField:
    """The field to read the cells of a frame with: one that ignores the other bits where they say nothing.

    Parameters
    ----------
    cells : ndarray of uint8 or uint16, shape (H, W)
        Pixel cells as they lie in the file.
    field : StoredField
        As the header says.
    padding : iterable of (int, int)
        Closed ranges of declared padding. A number in them is padding, whatever else there is.

    Returns
    -------
    StoredField
        `field`, or one whose bits beside it are ignored.
    """
    if field.overlaid or field.high_bit + 1 == field.bits_allocated:
        return field
    above = cells.astype(np.int32) >> (field.high_bit + 1)
    if not above.any():
        return field
    ignoring = replace(field, overlaid=True)
    numbers, values = field.unpack(cells), ignoring.unpack(cells)
    strayed = numbers != values
    if not strayed.any() or any(((numbers >= low) & (numbers <= high) & strayed).any() for low, high in padding):
        return field
    if (above == above.flat[0]).all():
        return ignoring
    # Sign bits are no others than none.
    above[~strayed] = 0
    if _is_mostly_one_number(numbers[strayed]):
        return field
    return ignoring if _goes_on_across(values, above, (field.high - field.low) * _SMALL_STEP) else field


def _is_mostly_one_number(strayed: NDArray[np.int32]) -> bool:
    """Whether half of the numbers or more are one constant, as padding is."""
    return 2 * int(np.unique(strayed, return_counts=True)[1].max()) >= strayed.size


def _goes_on_across(values: NDArray[np.int32], above: NDArray[np.int32], small: float) -> bool:
    """Whether steps between neighbours whose upper bits differ are no larger than steps usually are."""
    axes = range(values.ndim)
    steps = np.concatenate([np.abs(np.diff(values, axis=axis)).ravel() for axis in axes])
    border = np.concatenate([np.diff(above, axis=axis).ravel() != 0 for axis in axes])
    within, across = steps[~border], steps[border]
    usual = float(np.quantile(within, _USUAL_STEP)) if within.size else 0.0
    return float(np.median(across)) <= max(usual, small)
