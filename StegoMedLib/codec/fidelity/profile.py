"""Profile ``fidelity``: as few changes as can be, for lossless storage; the receiver needs image and key only.

The key shuffles all blocks of the plane, usable or not, and deals them to groups. A group's *syndrome* is the exclusive
or of a keyed word for each of its blocks, which depends on the block's pattern of coefficient parities. The sender
makes each group's syndrome equal to some bits of the payload by the fewest +-1 changes in usable blocks, among busy
pixels as long as three of them do (module `texture`); the receiver computes the syndromes and is done. Where usable
blocks are too few for groups, the body is one system of equations instead (module `dense`). Unusable blocks are the
"wet" elements of J. Fridrich et al., IEEE Trans. Signal Process. 53(10), 2005: they are never candidates, so they never
change.
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import join_blocks, split_blocks
from StegoMedLib.codec.fidelity.dense import (
    MAXIMUM_DENSE_BITS,
    dense_bits,
    dense_capacity,
    dense_limit,
    solve_dense,
)
from StegoMedLib.codec.fidelity.groups import Chosen, bits_of_words, solve_groups, syndromes, words_of_bits
from StegoMedLib.codec.fidelity.header import Header
from StegoMedLib.codec.fidelity.layout import DRAWS, HEADER_GROUPS, MINIMUM_BLOCKS, Layout
from StegoMedLib.codec.fidelity.moves import Cover, apply_changes
from StegoMedLib.codec.fidelity.parities import patterns, scaled_coefficients
from StegoMedLib.codec.fidelity.plan import Budget, can_head, capacity_bits, plan_group_bits
from StegoMedLib.codec.fidelity.solve import Table
from StegoMedLib.codec.profile import Canvas, KeyedProfile, LengthOf, Payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Fidelity"]

_HEADER_BITS = 8

_DENSE = 0
"""Bits a group that stand for a body without groups."""


class Fidelity(KeyedProfile[Layout]):
    """The profile under one key, from the key derivation's *positions* label."""

    def __init__(self, key: bytes) -> None:
        super().__init__(Layout, key)
        self._table = lru_cache(Table)

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> FidelityCanvas:
        """The canvas that `plane` with its `air` (H, W) is; what it embeds changes pixels by one grey level."""
        return FidelityCanvas(plane, air, self.layout(plane.shape), self._table)

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in `plane`, or None; `air` is not looked at."""
        del air
        layout = self.layout(plane.shape)
        if layout.count < MINIMUM_BLOCKS:
            return None
        pattern = patterns(scaled_coefficients(split_blocks(plane.pixels).astype(np.int32)) + layout.dither)
        for draw in range(DRAWS):
            head = layout.header_blocks(draw)
            packed = syndromes(layout.syndromes(pattern[head], head), HEADER_GROUPS, _HEADER_BITS)
            header = Header.unpack(packed.astype(np.uint8).tobytes(), layout.authenticator(), draw)
            length = None if header is None else length_of(header.label)
            if header is not None and length is not None:
                bits = _read_body(layout, draw, pattern, header.group_bits, length)
                return None if bits is None else Payload(header.label, bits)
        return None


class FidelityCanvas(Canvas):
    """A plane to embed in by as few changes as can be."""

    def __init__(self, plane: Plane, air: NDArray[np.bool_], layout: Layout, table: Callable[[int], Table]) -> None:
        super().__init__(plane, air)
        self._layout, self._table, self._cover = layout, table, Cover(plane, self.usable, layout)

    def _capacity(self) -> int:
        in_groups = capacity_bits(self._budget)
        return in_groups if in_groups >= MAXIMUM_DENSE_BITS else max(in_groups, self._dense_capacity)

    def _embedded(self, payload: Payload) -> NDArray[np.int32] | None:
        size = plan_group_bits(self._budget, payload.bits.size)
        if size is None and self._dense_capacity < payload.bits.size:
            return None
        for draw in range(DRAWS):
            chosen = self._solve(payload, size or _DENSE, draw)
            if chosen is not None:
                return join_blocks(self.plane.pixels, apply_changes(self._cover.blocks, *chosen))
        return None

    @cached_property
    def _budget(self) -> Budget:
        layout, legal = self._layout, self._cover.legal
        freedom = round(float(legal.mean()), 2) if legal.size else 0.0
        return Budget(layout.header_size, layout.count - layout.header_size, len(legal), freedom)

    @cached_property
    def _dense_capacity(self) -> int:
        """Bits that a body without groups carries."""
        if self._layout.count < MINIMUM_BLOCKS or not can_head(self._budget):
            return 0
        return dense_capacity(self._cover, self._layout)

    def _solve(self, payload: Payload, size: int, draw: int) -> Chosen | None:
        """Changes that write header and body in draw number `draw`, or None when a group cannot take its word."""
        cover, layout = self._cover, self._layout
        packed = np.frombuffer(Header(payload.label, size).pack(layout.authenticator(), draw), dtype=np.uint8)
        wanted = packed.astype(np.uint32)
        head = solve_groups(cover, layout.header_blocks(draw), wanted, _HEADER_BITS, self._table(_HEADER_BITS))
        if head is None:
            return None
        blocks = layout.body_blocks(draw)
        if size == _DENSE:
            body = solve_dense(cover, blocks, layout, payload.bits)
        else:
            body = solve_groups(cover, blocks, words_of_bits(payload.bits, size), size, self._table(size))
        if body is None:
            return None
        return np.concatenate([head[0], body[0]]), np.concatenate([head[1], body[1]])


def _read_body(
    layout: Layout, draw: int, pattern: NDArray[np.uint8], size: int, length: int
) -> NDArray[np.bool_] | None:
    """The `length` bits of the body of a plane of patterns (N,), None when no sender lays them out so."""
    blocks = layout.body_blocks(draw)
    if size == _DENSE:
        return None if length > dense_limit(layout.count) else dense_bits(pattern[blocks], blocks, layout, length)
    if math.ceil(length / size) > blocks.size:
        return None
    words = layout.syndromes(pattern[blocks], blocks)
    return bits_of_words(syndromes(words, math.ceil(length / size), size), size, length)
