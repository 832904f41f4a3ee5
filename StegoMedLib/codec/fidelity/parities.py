"""Parities of quantised DCT coefficients, in exact integer arithmetic.

A block's *pattern* has one bit for each of eight AC coefficients: the parity of the cell ``floor((c + d) / step)`` in
which the coefficient c lies, d being a keyed dither (Chen and Wornell, IEEE Trans. Inf. Theory 47(4), 2001). One +-1
at one pixel moves a coefficient by the value of its basis image there, up to 0.43 grey levels, so with a step of about
that size nearly every one of the 32 single changes of a block gives another pattern.

Sender and receiver must agree on every parity, on every machine. So the basis is rounded to integers once; sums of at
most 16 products of 16-bit pixels with 13-bit weights are exact in float64 whatever the order of the additions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import BLOCK, PIXELS
from StegoMedLib.codec.dct import dct_basis
from StegoMedLib.codec.multiplying import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["CHANGES", "COEFFICIENTS", "STEP_BITS", "change_effects", "patterns", "scaled_coefficients"]

COEFFICIENTS = ((1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1))
"""(u, v) of the coefficients whose parities are used: the middle of the spectrum."""

STEP = 0.5
"""Width of a cell in grey levels."""

STEP_BITS = 12
"""A cell is ``2 ** STEP_BITS`` wide in scaled units."""

CHANGES = 2 * PIXELS
"""Single changes of a block: change ``i < 16`` adds 1 to pixel i, change ``16 + i`` takes 1 from it."""


def _weights() -> NDArray[np.float64]:
    """Integer-valued weights, shape (16, 8): the chosen basis images in scaled units."""
    columns = [u * BLOCK + v for u, v in COEFFICIENTS]
    return np.rint(dct_basis()[:, columns] * (1 << STEP_BITS) / STEP)


_WEIGHTS = _weights()


def scaled_coefficients(blocks: NDArray[np.int32]) -> NDArray[np.int32]:
    """Coefficients of `blocks` (N, 16) in units of ``STEP / 2**STEP_BITS`` grey levels; int32, shape (8, N), exact."""
    return np.ascontiguousarray(times(blocks.astype(np.float64), _WEIGHTS).T.astype(np.int32))


def change_effects() -> NDArray[np.int32]:
    """What each single change adds to the scaled coefficients; int32, shape (8, 32)."""
    plus = _WEIGHTS.T.astype(np.int32)
    return np.concatenate([plus, -plus], axis=1)


def patterns(scaled: Iterable[NDArray[np.int32]]) -> NDArray[np.uint8]:
    """Pack the cell parities of dithered scaled coefficients into bytes.

    Parameters
    ----------
    scaled : iterable of at most eight ndarray of int32, of one shape
        One for each coefficient; (8, ...) as an array. A generator saves the memory of all eight at once.

    Returns
    -------
    ndarray of uint8
        Coefficient k is bit k.
    """
    planes = enumerate(scaled)
    _, first = next(planes)
    packed = ((first >> STEP_BITS) & 1).astype(np.uint8)
    for bit, plane in planes:
        packed |= (((plane >> STEP_BITS) & 1) << bit).astype(np.uint8)
    return packed
