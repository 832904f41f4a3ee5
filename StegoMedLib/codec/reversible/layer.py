"""One layer: bits in the errors of predictions, all of which can be undone.

A pixel's error is what it has above its prediction. Some neighbouring errors (one, where air is calm) are bits: the
i-th of them, from 0, becomes the 2 i-th or the next, which is a 0 or a 1. What lies beyond moves on by as many levels
as there are such errors, so that no two errors become the same (prediction-error expansion: D. M. Thodi and J. J.
Rodriguez, IEEE Trans. Image Processing 16(3), 2007; predictor and order by unrest as of V. Sachnev et al., IEEE Trans.
CSVT 19(7), 2009). In calm air, where errors that are bits are many, ``2^k - 1`` of them carry k bits by one change at
most: the number of the one that changed, 0 for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.reversible.places import predicted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.reversible.places import Places
    from StegoMedLib.codec.reversible.settings import Settings

__all__ = ["Bins", "bins_of", "bits_of_ones", "ones_of_bits"]


@dataclass(frozen=True)
class Bins:
    """Pixels of a layer that move, or may.

    Attributes
    ----------
    spots : ndarray of intp, shape (groups, pixels)
        Places of pixels that are bits.
    ways : ndarray of int32, shape (groups, pixels)
        Which way each of them moves: 1 or -1.
    steps : ndarray of int32, shape (groups, pixels)
        How far each of them moves for a 0; one level more for a 1.
    beyond : ndarray of intp, shape (b,)
        Places of those that move whatever the bits are.
    moves : ndarray of int32, shape (b,)
        How far these move.
    ones : ndarray of bool, shape (groups, pixels)
        Which of the spots say 1; none in a cover.
    """

    spots: NDArray[np.intp]
    ways: NDArray[np.int32]
    steps: NDArray[np.int32]
    beyond: NDArray[np.intp]
    moves: NDArray[np.int32]
    ones: NDArray[np.bool_]

    def written(self, pixels: NDArray[np.int32], ones: NDArray[np.bool_]) -> NDArray[np.int32]:
        """The raveled cover (H * W,) after the layer, given which of the spots shall say 1."""
        after = pixels.copy()
        after[self.beyond] += self.moves
        after[self.spots] += self.ways * (self.steps + ones)
        return after

    def lifted(self, pixels: NDArray[np.int32]) -> NDArray[np.int32]:
        """The raveled plane (H * W,) as it was before the layer."""
        before = pixels.copy()
        before[self.beyond] -= self.moves
        before[self.spots] -= self.ways * (self.steps + self.ones)
        return before


def bins_of(
    pixels: NDArray[np.int32], places: Places, settings: Settings, groups: int, *, written: bool
) -> Bins | None:
    """The pixels that so many groups take in a raveled plane (H * W,), `written` or not; None where there are fewer."""
    mine, needed = places.of(settings.below), groups * settings.pixels
    if written or settings.below:
        guess, unrest = predicted(pixels, mine, places.width, settings.weight)
    else:
        guess, unrest = places.first(pixels, settings.weight)
    order = np.argsort(unrest, kind="stable")
    mine = mine[order]
    out, way = _outwards(pixels[mine] - guess[order], settings)
    reach = settings.width * (2 if written else 1)
    ends = np.flatnonzero((out >= 0) & (out < reach))[:needed]
    if ends.size < needed:
        return None
    last = int(ends[-1]) + 1 if ends.size else 0
    rest = np.flatnonzero(out[:last] >= reach)
    found, ways = out[ends].reshape(groups, settings.pixels), way[ends].reshape(groups, settings.pixels)
    ones = (found & 1).astype(np.bool_) if written else np.zeros(found.shape, dtype=np.bool_)
    steps = found >> 1 if written else found
    return Bins(mine[ends].reshape(found.shape), ways, steps, mine[rest], settings.width * way[rest], ones)


def _outwards(error: NDArray[np.int32], settings: Settings) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How far errors (n,) lie beyond the first one that is a bit, negative where they stay, and which way that is."""
    if settings.falling is None:
        return error - settings.bin, np.ones_like(error)
    down = settings.falling - error
    if settings.rising is None:
        return down, np.full_like(error, -1)
    up = error - settings.rising
    return np.maximum(up, down), np.where(up > down, 1, -1).astype(np.int32)


def ones_of_bits(bits: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Which pixel of each group is a 1, if one is; bool, shape (groups, 2^size - 1); zeros fill the last bits."""
    padded = np.zeros((-(-bits.size // size), size), dtype=np.intp)
    padded.ravel()[: bits.size] = bits
    number = padded @ (1 << np.arange(size))
    ones = np.zeros((len(padded), (1 << size) - 1), dtype=np.bool_)
    some = np.flatnonzero(number)
    ones[some, number[some] - 1] = True
    return ones


def bits_of_ones(ones: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """Inverse of `ones_of_bits`, with zeros at the end; of several ones the exclusive or of their numbers counts."""
    group, place = np.nonzero(ones)
    number = np.zeros(len(ones), dtype=np.intp)
    np.bitwise_xor.at(number, group, place + 1)
    return np.asarray((number[:, None] >> np.arange(size)) & 1, dtype=np.bool_).ravel()
