"""A profile whose messages lie in cells of air: its receiver, and how a message is destroyed."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import pixels_of, set_blocks, split_blocks, usable_blocks
from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.cells.canvas import NONCES, TAG_BLOCKS, TRIES, opened, parts
from StegoMedLib.codec.cells.chain import chains_in
from StegoMedLib.codec.cells.erasing import chain_of, overwritten, redrawn, scattered
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.moves import changed_blocks
from StegoMedLib.codec.cells.pairs import pair_bytes
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profile import KeyedProfile, LengthOf, Payload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.canvas import CellCanvas
    from StegoMedLib.codec.cells.chain import Chain
    from StegoMedLib.plane import Plane

__all__ = ["CellProfile", "Seen"]

_KEY_BYTES = 32
_MOSTLY = 0.9
"""Share of the blocks of a message that must be air for it to be erased."""


class Seen:
    """A plane as a receiver sees it.

    Attributes
    ----------
    plane : Plane
    layout : CellLayout
    blocks : ndarray of int32, shape (N, 16)
    pattern : ndarray of uint8, shape (N,)
        Of all blocks.
    """

    def __init__(self, plane: Plane, layout: CellLayout) -> None:
        self.plane, self.layout = plane, layout
        self.blocks, self.pattern = plane.blocks, layout.patterns(plane)


class CellProfile(KeyedProfile[CellLayout]):
    """A profile under one key, from the key derivation's *positions* label.

    Parameters
    ----------
    name : str
        Of the profile, for its keys.
    key : bytes
        32 bytes.
    """

    def __init__(self, name: str, key: bytes) -> None:
        super().__init__(CellLayout, subkey(key, name))

    def nonces(self, shape: tuple[int, int]) -> int:
        """As many as 32 bits can be."""
        del shape
        return NONCES

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in `plane`, or None; `air` is not looked at."""
        del air
        layout = self.layout(plane.shape)
        if not layout.cells.size:
            return None
        seen = Seen(plane, layout)
        payloads = (self._payload(seen, chain, length_of) for chain in chains_in(layout, seen.pattern))
        return next((payload for payload in payloads if payload is not None), None)

    def _payload(self, seen: Seen, chain: Chain, length_of: LengthOf) -> Payload | None:
        """The payload that a chain leads to, None where no sender lays it out so."""
        fields, layout = chain.fields, seen.layout
        tag, body = parts(layout, chain.nonce, chain.mapped, chain.cells)
        length = length_of(fields.label)
        if length is None or tag.size < TAG_BLOCKS:
            return None
        total = 8 * fields.own_bytes + length * fields.pieces
        bits = self.read_body(seen, body, fields.coding, total)
        if bits is None:
            return None
        bits ^= layout.slice_bits(chain.nonce, "whitening", total)
        own, rest = np.split(bits, [8 * fields.own_bytes])
        return Payload(
            fields.label,
            rest,
            fields.pieces,
            own=np.packbits(own).tobytes(),
            nonce=chain.nonce,
            tag=pair_bytes(layout, seen.pattern, tag).tobytes(),
            touched=chain.mapped,
            open=opened(tag, seen.plane),
        )

    def removed(self, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32] | None:
        """Pixels (H, W) of `plane` with nothing of a message left in the `air`; None where little of it lies there.

        Few pixels change where all of it does; else every pixel of its blocks in the air is drawn anew.
        """
        layout, usable = self.layout(plane.shape), usable_blocks(air)
        chain = chain_of(layout, Seen(plane, layout).pattern, payload)
        if chain is None or np.mean(usable[chain.mapped]) < _MOSTLY:
            return None
        if usable[chain.mapped].all():
            return self._without(plane, chain, 8 * len(payload.own) + payload.bits.size)
        canvas, mine = self.on(plane, air), np.flatnonzero(usable & chain.mapped)
        count = canvas.values_of(chain.fields.coding)
        pixels, key = plane.pixels.copy(), secrets.token_bytes(_KEY_BYTES)
        set_blocks(pixels, mine, redrawn(split_blocks(pixels).astype(np.int32)[mine], key, count, Legal(plane)))
        return pixels

    def _without(self, plane: Plane, chain: Chain, bits: int) -> NDArray[np.int32] | None:
        """Pixels (H, W) in which chain, tag and body carry random bits."""
        layout, air = self.layout(plane.shape), pixels_of(chain.mapped, plane.shape)
        tag, body = parts(layout, chain.nonce, chain.mapped, chain.cells)
        paired = np.concatenate([layout.cells[chain.cells].ravel(), tag])
        for _ in range(TRIES):
            pixels = scattered(plane, chain.mapped)
            canvas = self.on(replace(plane, pixels=pixels), air)
            chosen = overwritten(canvas.cover, paired)
            written = canvas.erase_body(body, bits, chain.fields.coding, secrets.token_bytes(_KEY_BYTES))
            if chosen is not None and written is not None:
                set_blocks(pixels, *written)
                set_blocks(pixels, chosen[0], changed_blocks(canvas.cover.blocks, chosen))
                return pixels
        return None

    @abstractmethod
    def on(self, plane: Plane, air: NDArray[np.bool_]) -> CellCanvas:
        """The canvas that `plane` with its `air` (H, W) is."""

    @abstractmethod
    def read_body(self, seen: Seen, body: NDArray[np.intp], coding: int, length: int) -> NDArray[np.bool_] | None:
        """The `length` bits of a body, None where no sender lays them out so.

        Parameters
        ----------
        seen : Seen
        body : ndarray of intp, shape (n,)
            Blocks of the body, in keyed order.
        coding : int
            From the header.
        length : int
        """
