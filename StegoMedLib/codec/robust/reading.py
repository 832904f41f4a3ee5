"""From blocks to votes, from votes to a payload: what a receiver of the robust profile does, and its sender checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload, Votes
from StegoMedLib.codec.robust.acquisition import acquire, sure_score
from StegoMedLib.codec.robust.layout import CODE_BITS, OWN_BITS
from StegoMedLib.codec.robust.votes import NEIGHBOURHOOD, bit_votes, find_label, limited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import LengthOf
    from StegoMedLib.codec.robust.layout import RobustLayout

__all__ = ["LEAST_SCORE", "decided", "heard", "with_own_votes"]

LEAST_SCORE = 5.0
"""Score of a label that counts as found: one in 1,700 by chance over all 2048, where a nonce was found by chance."""

_WINDOW = 9
"""Blocks on a side of the neighbourhood in which the few slots of label and own bits are enough to agree."""


def heard(layout: RobustLayout, blocks: NDArray[np.int32]) -> Votes | None:
    """Votes of a plane of these blocks (N, 16), None where no mark is found; its own bits are not read yet."""
    values = layout.grid.project(blocks.astype(np.float32))
    found = acquire(layout, values)
    if found.score < sure_score(layout):
        return None
    slots = limited(values[layout.places(found.nonce)] * np.float32(1 / found.scale))
    slots *= layout.signs(found.nonce)
    return Votes(layout.shape, slots, found.nonce)


def with_own_votes(layout: RobustLayout, votes: Votes) -> Votes:
    """Votes of a plane with those for its own bits, whatever its label and payload are."""
    mine = np.zeros_like(votes.slots)
    for some in (layout.label, layout.own):
        mine[some] = votes.slots[some]
    known = np.zeros(CODE_BITS + OWN_BITS + 1, dtype=np.float32)
    sums = _sums(layout, replace(votes, slots=mine), known, 0, window=_WINDOW)
    return replace(votes, own_votes=sums[CODE_BITS:-1])


def decided(
    layout: RobustLayout,
    votes: Votes,
    book: NDArray[np.float32],
    usable: NDArray[np.bool_] | None,
    length_of: LengthOf,
) -> Payload | None:
    """Payload that votes stand for, None where no label stands out; of a single plane with what is its own.

    `book` (2048, 64) has the codewords of the labels, `usable` (H // 4, W // 4) the blocks that count more.
    """
    label, score = find_label(votes.slots[layout.label], layout.label_bits, book)
    length = length_of(label) if score >= LEAST_SCORE else None
    if length is None:
        return None
    known = np.zeros(length + CODE_BITS + OWN_BITS + 1, dtype=np.float32)
    known[length : length + CODE_BITS] = book[label]
    sums = _sums(layout, votes, known, length, usable=usable)
    payload = Payload(label, sums[:length] > 0, votes=sums[:length])
    if votes.nonce is None:
        return payload
    own = sums[length + CODE_BITS : -1]
    return replace(payload, nonce=votes.nonce, own=np.packbits(own > 0).tobytes(), own_votes=own)


def _sums(
    layout: RobustLayout,
    votes: Votes,
    known: NDArray[np.float32],
    length: int,
    *,
    usable: NDArray[np.bool_] | None = None,
    window: int = NEIGHBOURHOOD,
) -> NDArray[np.float64]:
    """Votes for each bit, as `bit_votes` has them, of votes in canonical order."""
    places = layout.places(votes.nonce)
    slots = np.zeros(layout.grid.count, dtype=np.float32)
    owners = np.full(layout.grid.count, known.size - 1, dtype=np.intp)
    slots[places], owners[places] = votes.slots, layout.dealt(length)
    return bit_votes(layout.grid, slots, owners, known, usable=usable, window=window)
