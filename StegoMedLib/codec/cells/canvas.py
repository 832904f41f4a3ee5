"""The sender of a message in cells of air: chain, body and tag, each in blocks of its own.

The tag is made last, when all else is final, over the plane as it then is. So the receiver computes it over the stego
plane as it has it, all pixels of the patient included, and needs neither original nor mask.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from StegoMedLib.blocks import PIXELS, block_grid, pixels_of, set_blocks
from StegoMedLib.codec.addressing import keystream, subkey
from StegoMedLib.codec.cells.chain import cells_needed, chain_bytes, chains_in
from StegoMedLib.codec.cells.header import LARGEST_MAP, LARGEST_OWN, Fields
from StegoMedLib.codec.cells.layout import CELL_BLOCKS
from StegoMedLib.codec.cells.mapping import SQUARES, packed_map, squares_in, squares_to_blocks
from StegoMedLib.codec.cells.moves import Cover, changed_blocks
from StegoMedLib.codec.cells.pairs import BLOCKS_PER_BYTE, solve_pairs
from StegoMedLib.codec.profile import TAG_BYTES, Binder, Canvas, Payload

if TYPE_CHECKING:
    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.plane import Plane

__all__ = ["NEXT_NONCE", "NONCES", "TAG_BLOCKS", "TRIES", "CellCanvas", "Sheet", "Written", "opened", "parts"]

Written = tuple[NDArray[np.intp], NDArray[np.int32]]
"""Blocks that change (n,), and what they are then (n, 16)."""

TAG_BLOCKS = TAG_BYTES * BLOCKS_PER_BYTE

TRIES = 8
"""Nonces, and with them cells for the chain, that a sender tries."""

NONCES = 1 << 32
NEXT_NONCE = 0x9E3779B1
"""Apart, modulo `NONCES`, are those that a sender tries."""

_PARITIES = 2


@dataclass(frozen=True)
class Sheet:
    """Where a message lies: its map, and how many cells the chain takes.

    Attributes
    ----------
    squares : int
        Place of the side of the map's squares in `SQUARES`.
    mapped : ndarray of bool, shape (H // 4, W // 4)
    packed : bytes
        The map.
    cells : int
        Of the chain.
    """

    squares: int
    mapped: NDArray[np.bool_]
    packed: bytes
    cells: int

    @property
    def left(self) -> int:
        """Blocks left for the body."""
        return int(np.count_nonzero(self.mapped)) - self.cells * CELL_BLOCKS - TAG_BLOCKS


class CellCanvas(Canvas):
    """A plane to embed a message in that lies in cells of air."""

    def __init__(self, plane: Plane, air: NDArray[np.bool_], layout: CellLayout) -> None:
        super().__init__(plane, air)
        self.layout = layout

    @cached_property
    def cover(self) -> Cover:
        """The plane as the sender sees it."""
        return Cover(self.plane, self.usable, self.layout)

    @cached_property
    def writable(self) -> NDArray[np.bool_]:
        """Usable blocks in which the profile may write; bool, shape (H // 4, W // 4)."""
        return self.cover.usable.reshape(self.layout.grid)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The maps that there may be, the coarsest first; without those that leave no block for a body."""
        made = [self._sheet(number) for number in reversed(range(len(SQUARES)))]
        return tuple(sheet for sheet in made if sheet is not None and sheet.left > 0)

    def _sheet(self, number: int) -> Sheet | None:
        side = SQUARES[number]
        squares = squares_in(self.writable, side)
        mapped = squares_to_blocks(squares, side, self.layout.grid)
        packed = packed_map(squares)
        needed = cells_needed(len(packed))
        whole = int(mapped.ravel()[self.layout.cells].all(axis=1).sum())
        return Sheet(number, mapped, packed, needed) if packed and needed <= whole else None

    def _capacity(self) -> int:
        return max((self.body_capacity(sheet.left) for sheet in self.sheets), default=0)

    def _embedded(self, payload: Payload, binder: Binder) -> NDArray[np.int32] | None:
        for sheet in sorted(self.sheets, key=lambda sheet: self._cost(sheet, payload, binder)):
            own_bytes = binder.own_bytes(sheet.mapped)
            total = 8 * own_bytes + payload.bits.size
            if total > self.body_capacity(sheet.left) or own_bytes > LARGEST_OWN or len(sheet.packed) > LARGEST_MAP:
                continue
            for attempt in range(TRIES):
                nonce = (payload.nonce + attempt * NEXT_NONCE) % NONCES
                stego = self._try(payload, binder, sheet, own_bytes, nonce)
                if stego is not None:
                    return stego
        return None

    def _cost(self, sheet: Sheet, payload: Payload, binder: Binder) -> float:
        """About how much a message changes that lies as a sheet says."""
        bits = 8 * binder.own_bytes(sheet.mapped) + payload.bits.size
        return self.chain_cost * sheet.cells * CELL_BLOCKS + self.body_cost(sheet.left, bits)

    def _try(
        self, payload: Payload, binder: Binder, sheet: Sheet, own_bytes: int, nonce: int
    ) -> NDArray[np.int32] | None:
        """Stego pixels under one nonce, None when some block cannot take what it should."""
        layout = self.layout
        own = binder.own(nonce, sheet.mapped)
        bits = np.concatenate([np.unpackbits(np.frombuffer(own, np.uint8)).astype(np.bool_), payload.bits])
        coding = self.body_coding(sheet.left, bits.size)
        cells = self._cells(sheet, nonce)
        if cells is None:
            return None
        fields = Fields(payload.label, coding, payload.count, sheet.squares, own_bytes, len(sheet.packed))
        wanted = chain_bytes(layout, nonce, fields, sheet.packed, cells)
        head = solve_pairs(self.cover, layout.cells[cells].ravel(), wanted.ravel())
        if head is None:
            return None
        tag, body = parts(layout, nonce, sheet.mapped, cells)
        written = self.write_body(body, bits ^ layout.slice_bits(nonce, "whitening", bits.size), coding, nonce)
        if written is None:
            return None
        stego = self.plane.pixels.copy()
        set_blocks(stego, *written)
        set_blocks(stego, head[0], changed_blocks(self.cover.blocks, head))
        made = binder.tag(nonce, own, stego, opened(tag, self.plane))
        last = solve_pairs(self.cover, tag, np.frombuffer(made, dtype=np.uint8))
        if last is None:
            return None
        set_blocks(stego, last[0], changed_blocks(self.cover.blocks, last))
        return stego

    @cached_property
    def worn(self) -> NDArray[np.intp]:
        """Anchors of chains that are there already, under the same key; intp, shape (n,)."""
        anchors = [chain.cells[0] for chain in chains_in(self.layout, self.cover.patterns)]
        return np.array(anchors, dtype=np.intp)

    def _cells(self, sheet: Sheet, nonce: int) -> NDArray[np.intp] | None:
        """Cells for the chain, at random by the nonce, those where a change shows least first.

        Anchors of earlier chains are among them, so that no reader comes upon a message of before; None where they
        cannot be.
        """
        layout = self.layout
        whole = np.flatnonzero(sheet.mapped.ravel()[layout.cells].all(axis=1))
        kept = np.isin(whole, self.worn, invert=True)
        if np.count_nonzero(~kept) < self.worn.size or self.worn.size > sheet.cells:
            return None
        cells = layout.cells[whole]
        calm = (self.cover.calm[cells].sum(axis=1, dtype=np.intp) / (cells.shape[1] * PIXELS)).round()
        drawn = layout.slice_stream(nonce, "cells", 4 * whole.size).view("<u4")
        return np.asarray(whole[np.lexsort((drawn, calm, kept))[: sheet.cells]], dtype=np.intp)

    chain_cost = 1.0
    """What a block of the chain changes, in the units of `body_cost`."""

    @abstractmethod
    def body_capacity(self, blocks: int) -> int:
        """Bits that a body of so many blocks carries."""

    @abstractmethod
    def body_cost(self, blocks: int, bits: int) -> float:
        """About how much a body of so many bits changes in so many blocks."""

    @abstractmethod
    def body_coding(self, blocks: int, bits: int) -> int:
        """How so many bits are written in so many blocks, as the header says it to `CellProfile.read_body`."""

    @abstractmethod
    def write_body(self, body: NDArray[np.intp], bits: NDArray[np.bool_], coding: int, nonce: int) -> Written | None:
        """What becomes of the blocks `body` (n,) in which `bits` are written; None where they cannot take them."""

    def values_of(self, coding: int) -> int:  # noqa: ARG002  where values of pixels are digits it is the base
        """So many neighbouring values stand for all that a pixel can say."""
        return _PARITIES

    def erase_body(self, body: NDArray[np.intp], bits: int, coding: int, key: bytes) -> Written | None:
        """What becomes of blocks in which nothing of so many bits is left, by a throw-away `key`; None as above."""
        drawn = keystream(subkey(key, "body"), -(-bits // 8), np.uint8).astype(np.uint8)
        return self.write_body(body, np.unpackbits(drawn)[:bits].astype(np.bool_), coding, 0)


def parts(
    layout: CellLayout, nonce: int, mapped: NDArray[np.bool_], cells: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Blocks of the tag, and of the body, in the slice's order: the mapped ones without those of the chain."""
    free = mapped.ravel().copy()
    free[layout.cells[cells]] = False
    blocks = layout.slice_order(nonce, np.flatnonzero(free))
    return blocks[:TAG_BLOCKS], blocks[TAG_BLOCKS:]


def opened(tag: NDArray[np.intp], plane: Plane) -> NDArray[np.bool_]:
    """Pixels (H, W) of the blocks of the tag."""
    blocks = np.zeros(block_grid(plane.shape), dtype=np.bool_)
    blocks.ravel()[tag] = True
    return pixels_of(blocks, plane.shape)
