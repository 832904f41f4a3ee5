"""Pixels whose remainder is set by the smallest legal change: the cosets of an integer lattice, a digit a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import split_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.legal import Legal

__all__ = ["remainders", "set_remainders", "settable"]


def settable(pixels: NDArray[np.int32], legal: Legal, base: int) -> NDArray[np.bool_]:
    """Blocks of a plane (H, W) in which every pixel can take every remainder to `base`; bool, shape (N,)."""
    low, high = legal.limits(pixels)
    wide = np.broadcast_to(high - low + 1 >= base, pixels.shape)
    return np.asarray(split_blocks(wide).all(axis=1), dtype=np.bool_)


def set_remainders(
    values: NDArray[np.int32], wanted: NDArray[np.integer], base: int, up: NDArray[np.bool_], legal: Legal
) -> NDArray[np.int32]:
    """`values` (n,) changed as little as gives them the `wanted` remainders to `base` (2 or 3).

    One step, in the direction `up` (n,) says where both are as near; two to the other side at an end of the legal run.
    """
    step = (wanted - values) % base
    other_way = step == base - 1 if base > 2 else (step == 1) & ~up  # noqa: PLR2004 (to base 2 both ways are as near)
    moved = values + step - base * other_way
    low, high = legal.limits(values)
    moved += base * (moved < low)
    moved -= base * (moved > high)
    return np.asarray(moved, dtype=np.int32)


def remainders(values: NDArray[np.int32], base: int) -> NDArray[np.int32]:
    """Remainders of `values` to `base`, 0 to ``base - 1`` for negative values, too."""
    return values & 1 if base == 2 else values % base  # noqa: PLR2004
