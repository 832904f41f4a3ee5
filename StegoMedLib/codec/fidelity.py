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
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.blocks import join_blocks, split_blocks
from StegoMedLib.codec.dense import (
    MAXIMUM_DENSE_BITS,
    dense_bits,
    dense_limit,
    dense_room,
    solve_dense,
)
from StegoMedLib.codec.groups import Chosen, bits_of_words, solve_groups, syndromes, words_of_bits
from StegoMedLib.codec.header import Header
from StegoMedLib.codec.kept import KeptBySize
from StegoMedLib.codec.layout import DRAWS, HEADER_GROUPS, MINIMUM_BLOCKS, Layout
from StegoMedLib.codec.moves import Cover, apply_changes, legal_changes
from StegoMedLib.codec.parities import patterns, scaled_coefficients
from StegoMedLib.codec.plan import Room, can_head, plan_group_bits, room_bits
from StegoMedLib.codec.profile import LengthOf, Payload
from StegoMedLib.codec.solve import Table
from StegoMedLib.errors import DoesNotFitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Fidelity"]

_HEADER_BITS = 8

_DENSE = 0
"""Bits a group that stand for a body without groups."""


class Fidelity:
    """The profile under one key.

    Parameters
    ----------
    key : bytes
        32 bytes, from the key derivation's *positions* label.
    """

    def __init__(self, key: bytes) -> None:
        self._layouts = KeptBySize(partial(Layout, key))
        self._tables: dict[int, Table] = {}

    def room(self, plane: Plane, usable: NDArray[np.bool_]) -> int:
        """Bits that `usable` blocks (H // 4, W // 4) of `plane` can carry."""
        layout = self._layouts.of(plane.shape)
        in_groups = room_bits(_room(layout, plane, usable))
        return in_groups if in_groups >= MAXIMUM_DENSE_BITS else max(in_groups, _dense_room(layout, plane, usable))

    def embed(self, plane: Plane, usable: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
        """Hide `payload` in `plane`.

        Parameters
        ----------
        plane : Plane
        usable : ndarray of bool, shape (H // 4, W // 4)
        payload : Payload

        Returns
        -------
        ndarray of int32, shape (H, W)
            Stego pixels: within +-1 of the cover in usable blocks, equal elsewhere.

        Raises
        ------
        DoesNotFitError
            When the usable blocks cannot carry the payload.
        """
        layout = self._layouts.of(plane.shape)
        size = plan_group_bits(_room(layout, plane, usable), payload.bits.size)
        if size is None and _dense_room(layout, plane, usable) < payload.bits.size:
            raise _no_room(payload)
        cover = Cover(plane, usable, layout)
        for draw in range(DRAWS):
            chosen = self._solve(cover, layout, payload, size or _DENSE, draw)
            if chosen is not None:
                return join_blocks(plane.pixels, apply_changes(cover.blocks, *chosen))
        raise _no_room(payload)

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in `plane`, or None; `usable` is not looked at.

        Parameters
        ----------
        plane : Plane
        usable : None
            No mask is needed.
        length_of : callable
            Length in bits of the payload with a label.
        """
        del usable
        layout = self._layouts.of(plane.shape)
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

    def _solve(self, cover: Cover, layout: Layout, payload: Payload, size: int, draw: int) -> Chosen | None:
        """Changes that write header and body in draw number `draw`, or None when a group lacks room."""
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

    def _table(self, size: int) -> Table:
        if size not in self._tables:
            self._tables[size] = Table(size)
        return self._tables[size]


def _room(layout: Layout, plane: Plane, usable: NDArray[np.bool_]) -> Room:
    legal = legal_changes(plane, split_blocks(plane.pixels).astype(np.int32)[usable.ravel()])
    legal = legal[legal.any(axis=1)]  # as `Cover` does
    freedom = round(float(legal.mean()), 2) if legal.size else 0.0
    return Room(layout.header_size, layout.count - layout.header_size, legal.shape[0], freedom)


def _dense_room(layout: Layout, plane: Plane, usable: NDArray[np.bool_]) -> int:
    """Bits that a body without groups carries."""
    if layout.count < MINIMUM_BLOCKS or not can_head(_room(layout, plane, usable)):
        return 0
    return dense_room(Cover(plane, usable, layout), layout)


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


def _no_room(payload: Payload) -> DoesNotFitError:
    return DoesNotFitError(
        f"The {payload.bits.size} bits of the record do not fit the air around the body; hide a shorter record."
    )
