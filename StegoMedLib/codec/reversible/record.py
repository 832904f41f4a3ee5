"""What the anchor's cell was before it was written: which of their pixels changed, and which way.

Gaps between changed pixels are written in Rice's code (R. F. Rice, JPL Publication 79-22, 1979) with four low bits, as
about one pixel in eighteen changes; a bit after each says whether it rose. A gap that leads beyond the last pixel ends
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RECORD_BITS", "record_of", "undone"]

_LOW = 4
RECORD_BITS = 150
"""Bits of nearly all records: an anchor has eight bytes, of 1.8 to 2.2 changes each."""


def record_of(before: NDArray[np.int32], after: NDArray[np.int32]) -> NDArray[np.bool_]:
    """The record of pixels (n,) of which some changed by one grey level; bool."""
    change = after - before
    where = np.flatnonzero(change)
    gaps = np.diff(np.append(where, before.size), prepend=-1) - 1
    rose = [*(f"{int(up)}" for up in change[where] > 0), ""]
    low = (1 << _LOW) - 1
    words = ("1" * (gap >> _LOW) + f"0{gap & low:0{_LOW}b}" + way for gap, way in zip(gaps.tolist(), rose, strict=True))
    return np.asarray(np.frombuffer("".join(words).encode(), dtype=np.uint8) == ord("1"), dtype=np.bool_)


def undone(bits: NDArray[np.bool_], after: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """What pixels (n,) were before, by a record with anything behind it; None where it is none."""
    text = (bits.astype(np.uint8) + ord("0")).tobytes().decode()
    before, at, place = after.copy(), 0, -1
    while True:
        zero = text.find("0", at)
        start = zero + 1 + _LOW
        if zero < 0 or start > len(text):
            return None
        place += 1 + ((zero - at) << _LOW | int(text[zero + 1 : start], 2))
        if place >= after.size:
            return before if place == after.size else None
        if start >= len(text):
            return None
        before[place] -= 1 if text[start] == "1" else -1
        at = start + 1
