"""The pixels of a body: those of one colour of a chequerboard, whose four neighbours, of the other, predict them.

A layer changes the pixels of one colour only, so predictions and order are the same before and after it. All that is
looked at lies in blocks of the body, so that no change of the patient, or of the chain, moves a bit.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import BLOCK, block_grid, pixels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLOURS", "FLATTEST", "Places", "predicted"]

COLOURS = 2
FLATTEST = 64
"""Classes of unrest; 0 is the calmest."""

_FINE, _EIGHTH, _SCALE = 32, 3, 4
"""Classes count quarters of a grey level; from the first on eight quarters share one."""

_MOST_RANGE, _ONE = 255, 2048
"""What a range counts at most, and more than the ranges of a pixel add up to."""

_HALF, _SHIFT = 16, 5
_SUM = 16

Context = tuple["NDArray[np.int32]", "NDArray[np.uint8]"]


class Places:
    """The pixels of a body in planes of one size, in the order of its blocks.

    Parameters
    ----------
    blocks : ndarray of intp, shape (n,)
        Blocks of the body, in the slice's order.
    shape : tuple of int
        Rows and columns of the plane.
    colour : int
        Of the first layer, 0 or 1: what is left of row and column of its pixels, added up, if divided by 2.
    """

    def __init__(self, blocks: NDArray[np.intp], shape: tuple[int, int], colour: int = 0) -> None:
        self.width, self._colour = shape[1], colour
        self._inner = _inner(blocks, shape).ravel()
        down, across = np.divmod(blocks, max(1, block_grid(shape)[1]))
        self._corners = (down * BLOCK * shape[1] + across * BLOCK)[:, None]
        self._known: dict[int, NDArray[np.intp]] = {}
        self._first: dict[int, Context] = {}

    def of(self, below: int) -> NDArray[np.intp]:
        """Places of a layer's pixels in the raveled plane, by the layers below it; intp, shape (m,)."""
        if below not in self._known:
            row, column = np.divmod(np.arange(BLOCK * BLOCK), BLOCK)
            mine = (row + column) % COLOURS == (self._colour + below) % COLOURS
            found = (self._corners + (row * self.width + column)[mine]).ravel()
            self._known[below] = found[self._inner[found]]
        return self._known[below]

    def first(self, pixels: NDArray[np.int32], weight: int) -> Context:
        """What `predicted` says of the first layer in a raveled cover (H * W,), for a sender: it is asked often."""
        if weight not in self._first:
            self._first[weight] = predicted(pixels, self.of(0), self.width, weight)
        return self._first[weight]


def _inner(blocks: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels (H, W) whose four neighbours lie in the blocks, as they do."""
    chosen = np.zeros(block_grid(shape), dtype=np.bool_)
    chosen.ravel()[blocks] = True
    mine = pixels_of(chosen, shape)
    inner = np.zeros(shape, dtype=np.bool_)
    inner[1:-1, 1:-1] = mine[1:-1, 1:-1] & mine[:-2, 1:-1] & mine[2:, 1:-1] & mine[1:-1, :-2] & mine[1:-1, 2:]
    return inner


def predicted(pixels: NDArray[np.int32], places: NDArray[np.intp], width: int, weight: int) -> Context:
    """What the pixels of the other colour say of those of one.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H * W,)
    places : ndarray of intp, shape (m,)
        All of a colour.
    width : int
        Columns of the plane.
    weight : int
        Sixteenths that the pixels above and below have.

    Returns
    -------
    ndarray of int32 and ndarray of uint8, shape (m,)
        Predictions; classes of unrest, by the ranges of the neighbours of a pixel and of those beside it.
    """
    above, below = pixels[places - width], pixels[places + width]
    left, right = pixels[places - 1], pixels[places + 1]
    guess = (weight * (above + below) + (_SUM - weight) * (left + right) + _HALF) >> _SHIFT
    spread = np.maximum(np.maximum(above, below), np.maximum(left, right))
    spread -= np.minimum(np.minimum(above, below), np.minimum(left, right))
    return guess, _classes(spread, places, pixels.size, width)


def _classes(spread: NDArray[np.int32], places: NDArray[np.intp], size: int, width: int) -> NDArray[np.uint8]:
    """Classes of unrest: a pixel's range counts twice, those of its neighbours across a corner once, if there."""
    ranges = np.zeros(size, dtype=np.int32)
    mine = np.minimum(spread, _MOST_RANGE)
    ranges[places] = mine + _ONE  # a range, and that there is one, are added up at once
    total = 2 * mine
    for step in (-width - 1, 1 - width, width - 1, width + 1):
        total += ranges[places + step]
    return np.asarray(_class_table()[total], dtype=np.uint8)


@lru_cache(maxsize=1)
def _class_table() -> NDArray[np.uint8]:
    """Classes by sums of ranges and how many ranges these are."""
    more, total = np.divmod(np.arange(5 * _ONE), _ONE)
    unrest = _SCALE * total // (2 + more)
    coarse = np.minimum(_FINE + ((unrest - _FINE) >> _EIGHTH), FLATTEST - 1)
    table = np.where(unrest < _FINE, unrest, coarse).astype(np.uint8)
    table.setflags(write=False)
    return np.asarray(table, dtype=np.uint8)
