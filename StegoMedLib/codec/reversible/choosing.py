"""Which errors of a layer a sender makes bits of, and in groups of how many, so that as little as can be changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.reversible.places import FLATTEST
from StegoMedLib.codec.reversible.settings import BINS, EVEN_WEIGHT, MOST_SIZE, WEIGHTS, Direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Choice", "Errors", "best_weight", "errors_of"]

_BINS = np.array(BINS)
_REACH = 80
"""Errors beyond this count as this."""

_EVERY = 3
"""Of the pixels, by which a weight is found."""


@dataclass(frozen=True)
class Choice:
    """A way to write so many bits; `changes` is the sum of the squares of what it changes, about."""

    direction: Direction
    size: int
    bin: int
    changes: float


class Errors:
    """How many pixels of each class of unrest have which error.

    Parameters
    ----------
    counts : ndarray of int, shape (64, 161)
    directions : tuple of Direction
        Where pixels may move.
    width : int
        So many neighbouring errors shall be bits.
    """

    def __init__(self, counts: NDArray[np.intp], directions: tuple[Direction, ...], width: int) -> None:
        self._directions, self._width = directions, width
        sums = np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0)))  # of all errors below
        total = sums[:, -1:]
        up, down, far = _REACH + _BINS, _REACH - _BINS + 1, _REACH - _BINS
        rising = sums[:, up + width] - sums[:, up], total - sums[:, up + width]
        falling = sums[:, down] - sums[:, down - width], sums[:, down - width]
        apart = sums[:, far] - sums[:, far - width], sums[:, far - width]
        ways = {
            Direction.UP: rising,
            Direction.DOWN: falling,
            Direction.APART: tuple(np.where(_BINS >= 0, one + two, 0) for one, two in zip(rising, apart, strict=True)),
        }
        self._bits, self._rest = (
            np.stack([ways[each][which] for each in directions]).cumsum(axis=1) for which in (0, 1)
        )

    def fullest(self) -> tuple[Choice, int]:
        """The way that has the most bits, one a pixel, and how many."""
        total = self._bits[:, -1]
        which, place = np.unravel_index(int(total.argmax()), total.shape)
        bits = int(total[which, place])
        changes = self._squares(float(self._rest[which, -1, place]), bits) + bits / 2
        return Choice(self._directions[which], 1, int(_BINS[place]), changes), bits

    def _squares(self, moved: float, needed: int) -> float:
        """Sum of squares of so many pixels beyond the bits, and of so many bits that are all 0."""
        return moved * self._width**2 + needed * (self._width**2 - 1) / 3

    def best(self, bits: int, fixed: int = 0, spare: float = 0.0) -> Choice | None:
        """The way that changes least; None where the bits do not fit.

        Parameters
        ----------
        bits, fixed : int
            Bits to write; others, in groups of their own, before them.
        spare : float
            How many standard deviations of the pixels that are bits have to be left.
        """
        found: Choice | None = None
        for size in range(1, MOST_SIZE + 1):
            choice = self.of_size(size, bits, fixed, spare)
            if choice is None or (found is not None and choice.changes >= found.changes):
                break
            found = choice
        return found

    def of_size(
        self, size: int, bits: int, fixed: int = 0, spare: float = 0.0, *, most_bin: int | None = None
    ) -> Choice | None:
        """The way with groups of so many bits that changes least; first errors may be from 0 to `most_bin`, if given.

        Else as `best`.
        """
        groups = -(-bits // size) + -(-fixed // size)
        needed = groups * ((1 << size) - 1)
        total = self._bits[:, -1]
        fits = total - spare * np.sqrt(total) >= needed
        if most_bin is not None:
            fits[:, ~np.isin(_BINS, range(most_bin + 1))] = False
        if not fits.any():
            return None
        last = (self._bits >= needed).argmax(axis=1)
        here = self._at(self._bits, last)
        before = np.where(last > 0, self._at(self._bits, last - 1), 0)
        moved = np.where(last > 0, self._at(self._rest, last - 1), 0)
        share = (needed - before) / np.maximum(here - before, 1)
        moved = moved + share * (self._at(self._rest, last) - moved)
        moved[~fits] = np.inf
        which, place = np.unravel_index(int(moved.argmin()), moved.shape)
        changes = self._squares(float(moved[which, place]), needed) + groups * (1 - 0.5**size)
        return Choice(self._directions[which], size, int(_BINS[place]), changes)

    def _at(self, sums: NDArray[np.intp], last: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.take_along_axis(sums, last[:, None], axis=1)[:, 0]


def errors_of(
    error: NDArray[np.int32], unrest: NDArray[np.uint8], directions: tuple[Direction, ...], width: int, step: int = 1
) -> Errors:
    """Count errors (n,) of pixels with their classes of unrest (n,), each of which stands for `step` of them."""
    columns = 2 * _REACH + 1
    cell = unrest.astype(np.intp) * columns + (np.clip(error, -_REACH, _REACH) + _REACH)
    counts = step * np.bincount(cell, minlength=FLATTEST * columns)
    return Errors(counts.reshape(FLATTEST, columns), directions, width)


def best_weight(pixels: NDArray[np.int32], places: NDArray[np.intp], width: int) -> int:
    """Sixteenths of the pixels above and below that predict pixels of a raveled plane best, in least squares."""
    some = places[::_EVERY]
    columns = (pixels[some - width] + pixels[some + width]).astype(np.float64)
    rows = (pixels[some - 1] + pixels[some + 1]).astype(np.float64)
    apart = columns - rows
    square = float(apart @ apart)
    if not square:
        return EVEN_WEIGHT
    found = round(32 * float((pixels[some] - rows / 2) @ apart) / square)
    return min(max(found, WEIGHTS[0]), WEIGHTS[-1])
