"""How a receiver of the robust profile reads: soft votes, and what each block's votes are worth.

A slot votes with its value, limited: doubtful values count little, as they should, and values far beyond what a sender
writes (edges of the body, salt and pepper) count nothing. Signs stay when intensities are scaled or shifted, so a
linear change of intensities leaves nothing to be undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter

from StegoMedLib.codec.multiplying import times
from StegoMedLib.codec.robust.layout import CODE_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.robust.slots import SlotGrid

__all__ = ["FULL", "NEIGHBOURHOOD", "bit_votes", "find_label", "limited"]

FULL, _NONE = 2.0, 6.0
"""Amplitudes at which a vote stops growing, and at which it counts nothing."""

NEIGHBOURHOOD = 7
"""Blocks on a side of the window in which votes are compared with the decision."""

_ROUNDS = 2
_LEAST_CAST = 1e-3

_DOUBT = np.float32(0.5)
"""What votes of blocks outside a receiver's mask are worth; not nothing, because masks may be wrong."""
_TINY = 1e-9


def limited(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Votes of values in units of the mark's amplitude: linear, then constant, then falling to nothing."""
    size = np.abs(values)
    falling = np.float32(_NONE) - size
    np.clip(falling, 0.0, FULL, out=falling)
    np.minimum(size, falling, out=size)
    return np.copysign(size, values, out=size)


def find_label(votes: NDArray[np.float32], bits: NDArray[np.intp], book: NDArray[np.float32]) -> tuple[int, float]:
    """Label that fits best, and its score, in standard deviations of what chance gives.

    Parameters
    ----------
    votes : ndarray of float32, shape (L,)
        Of the label's slots.
    bits : ndarray of intp, shape (L,)
        Bits of the codeword that they carry.
    book : ndarray of float32, shape (2048, 64)
    """
    sums = np.bincount(bits, votes, minlength=CODE_BITS).astype(np.float32)
    scores = times(book, sums / np.float32(np.linalg.norm(votes) + _TINY))
    best = int(scores.argmax())
    return best, float(scores[best])


def bit_votes(
    grid: SlotGrid,
    votes: NDArray[np.float32],
    owners: NDArray[np.intp],
    known: NDArray[np.float32],
    *,
    usable: NDArray[np.bool_] | None = None,
    window: int = NEIGHBOURHOOD,
) -> NDArray[np.float64]:
    """Votes for each bit.

    Without a mask the body votes along, at random. So what a block's votes are worth is found from the decision itself:
    how far the votes of its neighbourhood agree with what all votes together say.

    Parameters
    ----------
    grid : SlotGrid
    votes : ndarray of float32, shape (S,)
        Of each slot, for its bit being 1.
    owners : ndarray of intp, shape (S,)
        Bit that each slot carries.
    known : ndarray of float32, shape (B,)
        +-1 for bits that are known to be right, 0 for others.
    usable : ndarray of bool, shape (H // 4, W // 4), or None
        Blocks that the sender could write to, as far as the receiver knows; the votes of others count less.
    window : int
        Blocks on a side of the neighbourhood.

    Returns
    -------
    ndarray of float64, shape (B,)
        Positive for a 1.
    """
    if usable is not None:
        votes = votes * grid.of_blocks(np.where(usable.ravel(), np.float32(1), _DOUBT))
    sure, fine = known != 0, votes[grid.parts[0]]
    cast = np.maximum(_around(grid, np.abs(fine), window), _LEAST_CAST)
    bits = owners[grid.parts[0]]
    sums: NDArray[np.float64] = np.bincount(owners, votes, minlength=known.size).astype(np.float64, copy=False)
    for _ in range(_ROUNDS):
        usual = max(float(np.median(np.abs(sums[~sure]))), _TINY)
        decision = np.where(sure, known, np.clip(sums / usual, -1, 1)).astype(np.float32)
        share = np.clip(_around(grid, fine * decision[bits], window) / cast, 0, 1).ravel()
        # Measured: a fifth fewer wrong bits than with the share itself.
        worth = grid.of_blocks(np.asarray(share * share, dtype=np.float32))
        worth *= votes
        sums = np.bincount(owners, worth, minlength=known.size).astype(np.float64, copy=False)
    return sums


def _around(grid: SlotGrid, fine: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """Means over the neighbourhood of each block of what its finest slots have in sum; float32, as the blocks."""
    return np.asarray(uniform_filter(grid.in_blocks(fine), window, mode="nearest"), dtype=np.float32)
