"""Profile ``robust``: for images that lose something on the way; the receiver needs image and key only.

Every bit of the payload lies on many slots (module `slots`) all over the plane, with signs that key and nonce draw.
The sender moves the signed sums of the slots that it may touch, as spread-spectrum methods do, knowing the cover
(H. S. Malvar and D. A. F. Florencio, IEEE Trans. Signal Process. 51(4), 2003); the receiver sums soft votes and takes
their signs. Air has next to no coefficients of its own, so this takes a quarter less energy at equal margins than to
move projections to the nearest point of a lattice (STDM; B. Chen and G. W. Wornell, IEEE Trans. Inf. Theory 47(4),
2001), and no step has to be known for reading.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import block_grid, join_blocks, split_blocks, usable_blocks
from StegoMedLib.choices import DEFAULT_STRENGTH
from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.profile import Binder, Canvas, KeyedProfile, LengthOf, Payload, Votes, VotingProfile
from StegoMedLib.codec.robust.acquisition import sure_score
from StegoMedLib.codec.robust.layout import CODE_BITS, OWN_BITS, RobustLayout, codebook
from StegoMedLib.codec.robust.mark import Mark
from StegoMedLib.codec.robust.reading import LEAST_SCORE, decided, heard, with_own_votes
from StegoMedLib.codec.robust.removal import silenced, without_mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Robust"]

MINIMUM_BLOCKS = 1024
"""Blocks a plane must have to be used at all."""

_SLOTS_PER_BIT, _LEAST_SLOTS_PER_BIT = 10, 6
"""Usable slots for the payload with which every bit is heard above the body in nearly all series, and in some."""

_MARGIN = 4 / 3
"""Least score of nonce and label that their usable slots can give, over the score that counts as found."""

_LOUDEST = 0.25
"""Of the range of the image's values: no pixel is changed by more, however little air there is."""

_REPAIRS = 3

_LOUD = 6.0
"""Times the median of the votes: larger ones are cut where the energy of a mark is measured."""


class Robust(KeyedProfile[RobustLayout], VotingProfile):
    """The profile under one key.

    Parameters
    ----------
    key : bytes
        32 bytes, from the key derivation's *positions* label.
    strength : float
        Least PSNR of the stego plane in dB (``psnr_bulk``): the lower, the stronger. Only the sender needs it.
    """

    def __init__(self, key: bytes, strength: float = DEFAULT_STRENGTH) -> None:
        self._key, self.strength = subkey(key, "robust"), strength
        super().__init__(RobustLayout, self._key)

    @cached_property
    def book(self) -> NDArray[np.float32]:
        """Codewords of all labels; float32, shape (2048, 64)."""
        return codebook(self._key)

    def nonces(self, shape: tuple[int, int]) -> int:
        """Nonces that there are for planes of `shape` (H, W); 0 where a plane is too small to be marked."""
        return self.layout(shape).nonces if _large_enough(shape) else 0

    def wanted(self, payload: Payload) -> NDArray[np.float32]:
        """+-1 for each bit that the slots carry: the payload's, the codeword's, its own, and 1 for acquisition."""
        bits = np.concatenate([payload.bits, _own_bits(payload.own)])
        signs = np.where(bits, np.float32(1), np.float32(-1))
        length = payload.bits.size
        return np.concatenate([signs[:length], self.book[payload.label], signs[length:], [np.float32(1)]])

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> RobustCanvas:
        """The canvas that `plane` with its `air` (H, W) is."""
        return RobustCanvas(plane, air, self)

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in a plane, or None; votes of what the receiver knows to be `air` count more."""
        votes = self._heard(plane)
        return None if votes is None else self.decide(votes, air, length_of)

    def votes(self, plane: Plane) -> Votes | None:
        """What `plane` says, in units that votes of several planes can be summed in; None where no mark is found."""
        votes = self._heard(plane)
        return None if votes is None else with_own_votes(self.layout(plane.shape), votes)

    def decide(self, votes: Votes, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload that votes stand for, with its bits' votes, and of a single plane with what is its own.

        None where no label stands out.
        """
        usable = None if air is None else usable_blocks(air)
        return decided(self.layout(votes.shape), votes, self.book, usable, length_of)

    def unmarked(self, plane: Plane, payload: Payload) -> NDArray[np.int32]:
        """Pixels (H, W) of `plane` with the mark of the `payload` that was read from it subtracted, as far as known.

        An estimate, of all of the plane: to look for the region in, not to be written.
        """
        layout = self.layout(plane.shape)
        carriers = layout.carriers(payload.nonce, payload.bits.size)
        blocks = without_mark(layout.grid, carriers, self.wanted(payload), plane)
        return join_blocks(plane.pixels, np.rint(blocks).astype(np.int32))

    def removed(self, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
        """Pixels (H, W) of `plane` without the mark of the `payload` read from it, as far as `air` (H, W) goes.

        In the blocks that are all air no carrier of the mark is heard afterwards, in many planes together neither;
        nothing else changes.
        """
        layout, usable = self.layout(plane.shape), usable_blocks(air)
        carriers = layout.carriers(payload.nonce, payload.bits.size)
        estimate = without_mark(layout.grid, carriers, self.wanted(payload), plane)
        blocks = split_blocks(plane.pixels).astype(np.int32, copy=True)
        blocks[usable.ravel()] = silenced(layout.grid, carriers, plane, estimate, usable)
        return join_blocks(plane.pixels, blocks)

    def energy(self, plane: Plane, payload: Payload) -> float:
        """Of the mean of the votes of each bit, whatever the others and the body say; noise alone gives some."""
        layout = self.layout(plane.shape)
        carriers = layout.carriers(payload.nonce, payload.bits.size)
        votes = layout.grid.project(plane.blocks.astype(np.float32)) * carriers.signs
        wanted = self.wanted(payload)
        most = _LOUD * float(np.median(np.abs(votes)))  # edges of the body would outweigh all the rest
        votes = np.clip(votes, -most, most)
        slots = np.maximum(np.bincount(carriers.owners, minlength=wanted.size), 1)
        sums = np.bincount(carriers.owners, votes, minlength=wanted.size) * wanted
        return float((np.maximum(sums, 0) ** 2 / slots).sum())

    def _heard(self, plane: Plane) -> Votes | None:
        if not _large_enough(plane.shape):
            return None
        return heard(self.layout(plane.shape), plane.blocks)


class RobustCanvas(Canvas):
    """A plane to mark at the profile's strength."""

    refusal = (
        "The {} bits of the record do not fit the air around the body at this strength; embed a shorter record, or ask "
        "for a higher strength."
    )

    def __init__(self, plane: Plane, air: NDArray[np.bool_], profile: Robust) -> None:
        super().__init__(plane, air)
        self._profile = profile

    def _capacity(self) -> int:
        return self._slots // _SLOTS_PER_BIT

    def _embedded(self, payload: Payload, binder: Binder) -> NDArray[np.int32] | None:
        payload = replace(payload, own=binder.own(payload.nonce, None) or payload.own or bytes(OWN_BITS // 8))
        if payload.bits.size > self._slots // _LEAST_SLOTS_PER_BIT:
            return None
        plane, usable = self.plane, self.usable
        layout = self._profile.layout(plane.shape)
        if not 0 <= payload.nonce < layout.nonces:
            raise ValueError(payload.nonce)
        blocks, places = plane.blocks, np.flatnonzero(usable.ravel())
        mark = self._mark(layout, blocks, payload)
        for _ in range(_REPAIRS):
            marked = blocks.copy()
            marked[places] += mark.made()
            wrong = self._wrong(layout, marked, payload)
            if wrong.size == 0:
                return join_blocks(plane.pixels, marked)
            mark.strengthen(wrong)
        return None

    def _mark(self, layout: RobustLayout, blocks: NDArray[np.int32], payload: Payload) -> Mark:
        length = payload.bits.size
        return Mark(
            layout.grid,
            layout.carriers(payload.nonce, length),
            self.plane,
            blocks,
            self.usable,
            wanted=self._profile.wanted(payload),
            length=length,
            energy=self._energy(),
            most=max(1.0, _LOUDEST * self.plane.bulk_range),
        )

    @cached_property
    def _slots(self) -> int:
        """Usable slots for the payload; none in a constant plane, or where too few others can carry nonce and label."""
        if not _large_enough(self.plane.shape) or self.plane.pixels.min() == self.plane.pixels.max():
            return 0
        layout, share = self._profile.layout(self.plane.shape), float(self.usable.mean())
        found = share * np.sqrt(layout.acquisition.size) >= _MARGIN * sure_score(layout)
        labelled = share * np.sqrt(layout.label.size) >= _MARGIN * LEAST_SCORE
        return int(share * layout.body.size) if found and labelled else 0

    def _energy(self) -> float:
        """Sum of squared changes at which the plane has the PSNR asked for."""
        return self.plane.bulk_range**2 * self.plane.pixels.size / 10 ** (self._profile.strength / 10)

    def _wrong(self, layout: RobustLayout, blocks: NDArray[np.int32], payload: Payload) -> NDArray[np.intp]:
        """Bits of `payload`, label and own, that a receiver of these blocks (N, 16) gets wrong.

        All of the label where it is not found.
        """
        length = payload.bits.size
        votes = heard(layout, blocks)
        book = self._profile.book
        found = None if votes is None else decided(layout, votes, book, None, lambda _: length)
        if found is None or (found.label, found.nonce) != (payload.label, payload.nonce):
            return np.arange(length, length + CODE_BITS)
        own = np.flatnonzero(_own_bits(found.own) != _own_bits(payload.own)) + length + CODE_BITS
        return np.concatenate([np.flatnonzero(found.bits != payload.bits), own])


def _own_bits(own: bytes) -> NDArray[np.uint8]:
    """Own bits of a payload, the highest of each byte first; zeros where it has none."""
    bits = np.unpackbits(np.frombuffer(own or bytes(OWN_BITS // 8), dtype=np.uint8))
    if bits.size != OWN_BITS:
        raise ValueError(bits.size)
    return bits


def _large_enough(shape: tuple[int, int]) -> bool:
    down, across = block_grid(shape)
    return down * across >= MINIMUM_BLOCKS
