"""How a receiver of the robust profile reads: soft votes, the header among them, and what each block's votes are worth.

A slot votes with its value, limited: doubtful values count little, as they should, and values far beyond what a sender
writes (edges of the body, salt and pepper) count nothing. Where votes are cut follows the amplitude of the mark, which
nobody tells the receiver: it tries a geometric series of them, and the header, which it knows, says which fits. Signs
stay when intensities are scaled or shifted, so a linear change of intensities leaves nothing to be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter

from StegoMedLib.codec.multiplying import times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.robust.layout import RobustLayout

__all__ = ["Heading", "body_votes", "find_heading", "heading_of_votes", "limited", "slot_votes", "usual_size"]

_FULL, _NONE = 2.0, 6.0
"""Amplitudes at which a vote stops growing, and at which it counts nothing."""

_SCALES = np.exp2(np.arange(-1.0, 13.0)).astype(np.float32)
"""Amplitudes tried, in grey levels: 0.5 to 4096."""

_NEARLY = 0.75
"""The next larger amplitude cuts fewer votes, and is taken if the header stands out nearly as well."""

_NEIGHBOURHOOD = 5
"""Blocks on a side of the window in which votes are compared with the decision."""

_ROUNDS = 2
_LEAST_CAST = 1e-3

_DOUBT = np.float32(0.5)
"""What votes of blocks outside a receiver's mask are worth; not nothing, because masks may be wrong."""
_TINY = 1e-9


@dataclass(frozen=True)
class Heading:
    """The header that fits best.

    Attributes
    ----------
    label : int
    scale : float
        Amplitude of the mark in grey levels.
    score : float
        Correlation of the votes with the label's codeword, in standard deviations of what chance gives.
    """

    label: int
    scale: float
    score: float


def limited(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Votes of values in units of the mark's amplitude: linear, then constant, then falling to nothing."""
    size = np.abs(values)
    falling = np.clip(_NONE - size, 0.0, _FULL)
    return np.copysign(np.minimum(size, falling), values).astype(np.float32, copy=False)


def find_heading(layout: RobustLayout, values: NDArray[np.float32], book: NDArray[np.float32]) -> Heading:
    """Header of a plane with these values of its slots (S,), under the codewords `book` (2048, 64)."""
    signed = values[layout.header] * layout.signs[layout.header]
    return _scored(layout, limited(signed / _SCALES[:, None]), _SCALES, book)


def heading_of_votes(layout: RobustLayout, votes: NDArray[np.float32], book: NDArray[np.float32]) -> Heading:
    """Header of summed votes (S,)."""
    return _scored(layout, votes[layout.header][None], np.ones(1, dtype=np.float32), book)


def slot_votes(layout: RobustLayout, values: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Votes of all slots for their bit being 1, float32 (S,), from their values (S,) and the mark's amplitude."""
    return limited(values * np.float32(1 / scale)) * layout.signs


def usual_size(values: NDArray[np.float32]) -> float:
    """Median amount of the slots' values (S,)."""
    return float(np.median(np.abs(values)))


def body_votes(
    layout: RobustLayout,
    votes: NDArray[np.float32],
    length: int,
    codeword: NDArray[np.float32],
    usable: NDArray[np.bool_] | None,
) -> NDArray[np.float64]:
    """Votes for each bit of a payload of `length` bits.

    Without a mask the body votes along, at random. So what a block's votes are worth is found from the decision itself:
    how far the votes of its neighbourhood agree with what all votes together say.

    Parameters
    ----------
    layout : RobustLayout
    votes : ndarray of float32, shape (S,)
    length : int
    codeword : ndarray of float32, shape (64,)
        Of the header, which is known to be right.
    usable : ndarray of bool, shape (H // 4, W // 4), or None
        Blocks that the sender could write to, as far as the receiver knows; the votes of others count less.

    Returns
    -------
    ndarray of float64, shape (length,)
        Positive for a 1.
    """
    owners = layout.owners(length)
    if usable is not None:
        votes = votes * layout.grid.of_blocks(np.where(usable.ravel(), np.float32(1), _DOUBT))
    bits = length + codeword.size
    sums: NDArray[np.float64] = np.bincount(owners, votes, minlength=bits).astype(np.float64, copy=False)
    for _ in range(_ROUNDS):
        sums[length:] = np.median(np.abs(sums[:length])) * codeword
        worth = _worth(layout, votes, owners, sums)
        sums = np.bincount(owners, votes * worth, minlength=bits).astype(np.float64, copy=False)
    return sums[:length]


def _worth(
    layout: RobustLayout, votes: NDArray[np.float32], owners: NDArray[np.intp], decision: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Share by which the votes around each slot agree with a decision, 0 where they do not; float32, shape (S,)."""
    fine = layout.grid.parts[0]
    sure = (decision / max(float(np.median(np.abs(decision))), _TINY)).astype(np.float32)
    agreed = votes[fine] * np.clip(sure, -1, 1)[owners[fine]]
    for_it = uniform_filter(layout.grid.in_blocks(agreed), _NEIGHBOURHOOD, mode="nearest")
    cast = uniform_filter(layout.grid.in_blocks(np.abs(votes[fine])), _NEIGHBOURHOOD, mode="nearest")
    worth = np.clip(for_it / np.maximum(cast, _LEAST_CAST), 0, 1)
    return layout.grid.of_blocks(worth.ravel())


def _scored(
    layout: RobustLayout, votes: NDArray[np.float32], scales: NDArray[np.float32], book: NDArray[np.float32]
) -> Heading:
    """Best label and amplitude, given the votes of the header's slots at each amplitude (n, H)."""
    sums = np.add.reduceat(votes, layout.header_starts, axis=1)
    # Under another key the signs are random, whatever the votes: their sum has this standard deviation.
    chance = np.sqrt(np.einsum("ij,ij->i", votes, votes)) + np.float32(_TINY)
    scores = times(book, (sums / chance[:, None]).T)
    best = scores.max(axis=0)
    chosen = int(best.argmax())
    if chosen + 1 < best.size and best[chosen + 1] >= _NEARLY * best[chosen]:
        chosen += 1
    return Heading(int(scores[:, chosen].argmax()), float(scales[chosen]), float(best[chosen]))
