"""Which parities of a block can be flipped together, and by which changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import PIXELS
from StegoMedLib.codec.cells.parities import CHANGES, COEFFICIENTS, change_effects, moved_patterns, patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NONE", "REACHED", "Reach", "reach_of"]

NONE = -1
"""In place of a second or third change where there is none."""

REACHED = 5
"""Parities of a block that changes of up to three pixels flip in every combination, in noise as in clipped air."""


@dataclass(frozen=True)
class Reach:
    """What changes of up to three pixels do to each of n blocks.

    Attributes
    ----------
    parities : ndarray of intp, shape (n,)
        So many of the first `REACHED` parities can be flipped in every combination, the others of them staying as they
        are; what becomes of the parities after those does not matter.
    changes : ndarray of intp, shape (n, 32, 3)
        The fewest single changes that flip the parities of a pattern, -1 where fewer are needed or none do.
    """

    parities: NDArray[np.intp]
    changes: NDArray[np.intp]


def reach_of(scaled: NDArray[np.int32], legal: NDArray[np.bool_]) -> Reach:
    """Reach of n blocks.

    Parameters
    ----------
    scaled : ndarray of int32, shape (8, n)
        Dithered scaled coefficients.
    legal : ndarray of bool, shape (n, 32)
        Which single changes are allowed.
    """
    moves, effects = _moves()
    flips = moved_patterns(scaled[:REACHED], effects) ^ patterns(scaled[:REACHED])[:, None]
    padded = np.append(legal, np.ones((len(legal), 1), dtype=np.bool_), axis=1)  # what no change does is legal
    allowed = padded[:, moves[:, 0]] & padded[:, moves[:, 1]] & padded[:, moves[:, 2]]
    best = np.full((scaled.shape[1], 1 << REACHED), NONE, dtype=np.intp)
    block, move = np.nonzero(allowed)
    # Of several moves with the same flips the last one stays, and the last ones change the fewest pixels.
    best[block, flips[block, move]] = move
    known = best >= 0
    known[:, 0] = True
    every = np.stack([known[:, : 1 << count].all(axis=1) for count in range(1, REACHED + 1)], axis=1)
    changes = np.where((best >= 0)[:, :, None], moves[best], NONE)
    return Reach(every.sum(axis=1), changes)


@lru_cache(maxsize=1)
def _moves() -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Moves as single changes (m, 3), those of most pixels first, and their effects (5, m).

    Every change of one or two pixels, and of three in one direction: a block at an end of the legal range has no other.
    """
    triples = [three for first in (0, PIXELS) for three in combinations(range(first, first + PIXELS), 3)]
    pairs = [(*two, NONE) for two in combinations(range(CHANGES), 2) if two[0] % PIXELS != two[1] % PIXELS]
    singles = [(one, NONE, NONE) for one in range(CHANGES)]
    moves = np.array([*triples, *pairs, *singles], dtype=np.intp)
    padded = np.append(change_effects(), np.zeros((len(COEFFICIENTS), 1), dtype=np.int32), axis=1)
    return moves, padded[:REACHED, moves].sum(axis=2, dtype=np.int32)
