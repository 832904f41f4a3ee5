"""Writes one message: the head first, then layer upon layer, the tag last of all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import set_blocks, split_blocks
from StegoMedLib.codec.cells.chain import anchor_bytes
from StegoMedLib.codec.cells.header import Fields
from StegoMedLib.codec.cells.moves import changed_blocks
from StegoMedLib.codec.cells.pairs import solve_pairs
from StegoMedLib.codec.reversible.body import (
    CODING,
    DIGEST_BYTES,
    SETTINGS_BITS,
    TAG_BITS,
    bits_of,
    digest_of,
    places_of,
    settings_mask,
)
from StegoMedLib.codec.reversible.head import head_bits, head_places
from StegoMedLib.codec.reversible.layer import Bins, bins_of, ones_of_bits
from StegoMedLib.codec.reversible.record import record_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.cells.moves import Cover
    from StegoMedLib.codec.profile import Binder, Payload
    from StegoMedLib.codec.reversible.headroom import Room
    from StegoMedLib.codec.reversible.pages import Page
    from StegoMedLib.codec.reversible.places import Places
    from StegoMedLib.codec.reversible.settings import Settings
    from StegoMedLib.plane import Plane

__all__ = ["Writing"]


@dataclass(frozen=True)
class Writing:
    """Where a message is written.

    Attributes
    ----------
    cover : Cover
    plane : Plane
    layout : CellLayout
    page : Page
    room : Room
        For the head.
    nonce : int
    """

    cover: Cover
    plane: Plane
    layout: CellLayout
    page: Page
    room: Room
    nonce: int

    @cached_property
    def places(self) -> Places:
        """Places of the body."""
        return places_of(self.layout, self.nonce, self.page.mapped, self.room.blocks, self.plane.shape)

    def size(self, payload: Payload, binder: Binder) -> int | None:
        """Bits of the body; None where a block of the anchor cannot take what it should."""
        if self._anchored is None:
            return None
        own = binder.own_bytes(self.page.mapped) + DIGEST_BYTES
        return int(self._anchored[1].size + 8 * own + payload.bits.size)

    def written(self, payload: Payload, plan: list[Settings], binder: Binder) -> NDArray[np.int32] | None:
        """Stego pixels (H, W), None where a layer cannot take what it should.

        Parameters
        ----------
        payload : Payload
        plan : list of Settings
            Of the layers, the first to be written first.
        binder : Binder
        """
        if self._anchored is None:
            return None
        own, (pixels, record) = binder.own(self.nonce, self.page.mapped), self._anchored
        body = self._body(record, own, payload)
        flat = self._headed(pixels.ravel(), payload, plan[-1], len(own))
        if flat is None:
            return None
        end = body.size
        for settings in plan[:-1]:
            start = end - settings.count + (SETTINGS_BITS if settings.below else 0)
            bins = self._bins(flat, settings, 0)
            if bins is None:
                return None
            bits = np.concatenate([self._settings(plan, settings), body[start:end]])
            flat, end = bins.written(flat, ones_of_bits(bits, settings.size)), start
        bits = np.concatenate([self._settings(plan, plan[-1]), body[:end]])
        return self._tagged(flat, plan[-1], bits, own, binder)

    @cached_property
    def _anchored(self) -> tuple[NDArray[np.int32], NDArray[np.bool_]] | None:
        """Pixels (H, W) with the anchor, and the record of what it changed; None where a block cannot take it."""
        blocks = self.room.blocks[: self.layout.cells.shape[1]]
        chosen = solve_pairs(self.cover, blocks, anchor_bytes(self.layout, self.nonce, self.room.form.pack()))
        if chosen is None:
            return None
        pixels = self.plane.pixels.copy()
        set_blocks(pixels, chosen[0], changed_blocks(self.cover.blocks, chosen))
        before, after = self.cover.blocks[blocks], split_blocks(pixels)[blocks].astype(np.int32)
        return pixels, record_of(before.ravel(), after.ravel())

    def _headed(
        self, flat: NDArray[np.int32], payload: Payload, settings: Settings, own_bytes: int
    ) -> NDArray[np.int32] | None:
        """The raveled plane with the rest of the head, None where that does not fit."""
        fields = Fields(payload.label, CODING, payload.count, self.page.squares, own_bytes, len(self.page.packed))
        bits = head_bits(self.layout, self.nonce, fields, settings, self.page.packed)
        places = head_places(self.layout, self.nonce, self.room.blocks, self.plane.shape)
        said = self.room.form.settings(bits.size)
        bins = bins_of(flat, places, said, said.groups(bits.size), written=False)
        return None if bins is None else bins.written(flat, ones_of_bits(bits, said.size))

    def _body(self, record: NDArray[np.bool_], own: bytes, payload: Payload) -> NDArray[np.bool_]:
        """The bits of the body, whitened."""
        digest = digest_of(self.layout, self.nonce, self.plane.pixels)
        bits = np.concatenate([record, bits_of(own + digest), payload.bits])
        return np.asarray(bits ^ self.layout.slice_bits(self.nonce, "whitening", bits.size), dtype=np.bool_)

    def _bins(self, flat: NDArray[np.int32], settings: Settings, fixed: int) -> Bins | None:
        groups = settings.groups(fixed) + settings.groups(settings.count)
        return bins_of(flat, self.places, settings, groups, written=False)

    def _settings(self, plan: list[Settings], settings: Settings) -> NDArray[np.bool_]:
        """Bits that say how the layer below is written; none where there is none."""
        if not settings.below:
            return np.zeros(0, dtype=np.bool_)
        below = settings.below - 1
        return bits_of(plan[below].pack()) ^ settings_mask(self.layout, self.nonce, below)

    def _tagged(
        self, flat: NDArray[np.int32], settings: Settings, bits: NDArray[np.bool_], own: bytes, binder: Binder
    ) -> NDArray[np.int32] | None:
        """Pixels (H, W) after the last layer, which has the tag before its `bits`."""
        bins, first = self._bins(flat, settings, TAG_BITS), settings.groups(TAG_BITS)
        if bins is None:
            return None
        ones = ones_of_bits(bits, settings.size)
        stego = bins.written(flat, np.pad(ones, ((first, 0), (0, 0)))).reshape(self.plane.shape)
        unfinished = np.zeros(flat.size, dtype=np.bool_)
        unfinished[bins.spots[:first]] = True
        made = binder.tag(self.nonce, own, stego, unfinished.reshape(self.plane.shape))
        tag = ones_of_bits(bits_of(made), settings.size)
        return bins.written(flat, np.concatenate([tag, ones])).reshape(self.plane.shape)
