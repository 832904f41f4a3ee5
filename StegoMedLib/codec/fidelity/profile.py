"""Profile ``fidelity``: as few changes as can be, for lossless storage; the receiver needs image and key only.

The blocks of the body are dealt, in keyed order, to groups. A group's *syndrome* is the exclusive or of a keyed word
for each of its blocks, which depends on the block's pattern of coefficient parities. The sender makes each group's
syndrome equal to some bits of the payload by the fewest +-1 changes, among busy pixels as long as three of them do
(module `texture`); the receiver computes the syndromes and is done. Where blocks are too few for groups, the body is
one system of equations instead (module `dense`).
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.cells.canvas import CellCanvas, Written
from StegoMedLib.codec.cells.moves import changed_blocks
from StegoMedLib.codec.cells.profile import CellProfile, Seen
from StegoMedLib.codec.fidelity.dense import (
    MAXIMUM_DENSE_BITS,
    MAXIMUM_DENSE_BLOCKS,
    SPARE,
    dense_bits,
    solve_dense,
)
from StegoMedLib.codec.fidelity.groups import bits_of_words, solve_groups, syndromes, words_of_bits
from StegoMedLib.codec.fidelity.plan import (
    GROUP_BITS,
    MAXIMUM_GROUP_BITS,
    Budget,
    changes_per_bit,
    group_capacity,
    plan_group_bits,
)
from StegoMedLib.codec.fidelity.solve import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.plane import Plane

__all__ = ["Fidelity"]

_DENSE = 0
"""Bits a group that stand for a body without groups."""

_CHANGES_OF_BYTE = 1.8
_DENSE_CHANGES_PER_BIT = 0.45
"""In the mean over noisy air."""

_SAMPLE = 256
"""Blocks by which it is told how many parities of a block can be flipped."""


class Fidelity(CellProfile):
    """The profile under one key."""

    def __init__(self, key: bytes) -> None:
        super().__init__("fidelity", key)
        self._table = Table(MAXIMUM_GROUP_BITS)

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> FidelityCanvas:
        """The canvas that `plane` with its `air` (H, W) is; what it embeds changes pixels by one grey level."""
        return FidelityCanvas(plane, air, self.layout(plane.shape), self._table)

    def read_body(self, seen: Seen, body: NDArray[np.intp], coding: int, length: int) -> NDArray[np.bool_] | None:
        """Syndromes of the groups, or the sum of the columns."""
        if coding == _DENSE:
            return None if length > MAXIMUM_DENSE_BITS else dense_bits(seen.layout, seen.pattern, body, length)
        groups = math.ceil(length / coding)
        if coding not in GROUP_BITS or groups > body.size:
            return None
        words = seen.layout.words(seen.pattern[body], body)
        return bits_of_words(syndromes(words, groups, coding), coding, length)


class FidelityCanvas(CellCanvas):
    """A plane to embed in by as few changes as can be."""

    chain_cost = _CHANGES_OF_BYTE / 2

    def __init__(self, plane: Plane, air: NDArray[np.bool_], layout: CellLayout, table: Table) -> None:
        super().__init__(plane, air, layout)
        self._table = table

    def body_capacity(self, blocks: int) -> int:
        """Bits in groups, or, where those are few, in one system."""
        in_groups = group_capacity(self._budget(blocks))
        return in_groups if in_groups >= MAXIMUM_DENSE_BITS else max(in_groups, self._dense_capacity(blocks))

    def body_cost(self, blocks: int, bits: int) -> float:
        """Expected changes."""
        budget = self._budget(blocks)
        size = plan_group_bits(budget, bits)
        return bits * (_DENSE_CHANGES_PER_BIT if size is None else changes_per_bit(budget, bits, size))

    def body_coding(self, blocks: int, bits: int) -> int:
        """Bits a group."""
        return plan_group_bits(self._budget(blocks), bits) or _DENSE

    def write_body(self, body: NDArray[np.intp], bits: NDArray[np.bool_], coding: int, nonce: int) -> Written | None:
        """Change as few pixels as can be."""
        del nonce
        if coding == _DENSE:
            chosen = solve_dense(self.cover, self.layout, body, bits)
        else:
            chosen = solve_groups(self.cover, body, words_of_bits(bits, coding), coding, self._table)
        return None if chosen is None else (chosen[0], changed_blocks(self.cover.blocks, chosen))

    def _budget(self, blocks: int) -> Budget:
        return Budget(blocks, self._freedom)

    @cached_property
    def _freedom(self) -> float:
        """Share of the single changes that are legal."""
        legal = self.cover.legal
        return round(np.count_nonzero(legal) / legal.size, 2) if legal.size else 0.0

    @cached_property
    def _parities(self) -> float:
        """Parities that can be flipped in every combination, in the mean over some blocks."""
        usable = np.flatnonzero(self.cover.usable)
        return float(self.cover.reach(usable[:: max(1, usable.size // _SAMPLE)]).parities.mean())

    def _dense_capacity(self, blocks: int) -> int:
        bits = int(self._parities * min(blocks, MAXIMUM_DENSE_BLOCKS) * 0.99) - SPARE
        return max(0, min(bits, MAXIMUM_DENSE_BITS))
