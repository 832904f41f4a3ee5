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

    from StegoMedLib.plane import Plane

__all__ = ["CHANGES", "COEFFICIENTS", "STEP_BITS", "change_effects", "moved_patterns", "patterns"]
__all__ += ["coefficients_of", "scaled_coefficients"]

COEFFICIENTS = ((1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1))
"""(u, v) of the coefficients whose parities are used: the middle of the spectrum."""

STEP = 0.5
"""Width of a cell in grey levels."""

STEP_BITS = 12
"""A cell is ``2 ** STEP_BITS`` wide in scaled units."""

_NAME = "scaled coefficients"

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


def coefficients_of(plane: Plane) -> NDArray[np.int32]:
    """The same of all blocks of a plane, worked out once for all that look at it; not to be written to."""
    if _NAME not in plane.known:
        scaled = scaled_coefficients(plane.blocks)
        scaled.setflags(write=False)
        plane.known[_NAME] = scaled
    return plane.known[_NAME]


def change_effects() -> NDArray[np.int32]:
    """What each single change adds to the scaled coefficients; int32, shape (8, 32)."""
    plus = _WEIGHTS.T.astype(np.int32)
    return np.concatenate([plus, -plus], axis=1)


def patterns(scaled: Iterable[NDArray[np.int32]]) -> NDArray[np.uint8]:
    """Pack the cell parities of dithered scaled coefficients into bytes.

    Parameters
    ----------
    scaled : iterable of at most eight ndarray of int32 or uint16, of one shape
        One for each coefficient; (8, ...) as an array. A generator saves the memory of all eight at once. What is left
        of them modulo ``2 ** 16`` is enough.

    Returns
    -------
    ndarray of uint8
        Coefficient k is bit k.
    """
    packed = np.zeros((), dtype=np.uint8)
    for bit, plane in enumerate(scaled):
        parity = plane >> STEP_BITS - bit
        parity &= 1 << bit
        packed = np.bitwise_or(packed, parity, out=parity)
    return packed.astype(np.uint8)


def moved_patterns(scaled: NDArray[np.int32], effects: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Patterns of n blocks after each of k changes.

    In 16 bits, which keep the parities, and block by block last, where additions run over long rows: 14 times as fast.

    Parameters
    ----------
    scaled : ndarray of int32, shape (c, n)
        Dithered scaled coefficients, the first c of them.
    effects : ndarray of int32, shape (c, k)
        What each change adds to them.

    Returns
    -------
    ndarray of uint8, shape (n, k)
    """
    short, added = scaled.astype(np.uint16), effects.astype(np.uint16)
    return np.ascontiguousarray(patterns(c + e[:, None] for c, e in zip(short, added, strict=True)).T)
