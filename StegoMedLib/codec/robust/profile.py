"""Profile ``robust``: for images that lose something on the way; the receiver needs image and key only.

Every bit of the payload lies on many slots (module `robust_slots`) all over the plane, with signs that the key draws.
The sender moves the signed sums of the slots that it may touch, as spread-spectrum methods do, knowing the cover
(H. S. Malvar and D. A. F. Florencio, IEEE Trans. Signal Process. 51(4), 2003); the receiver sums soft votes and takes
their signs. Air has next to no coefficients of its own, so this takes a quarter less energy at equal margins than to
move projections to the nearest point of a lattice (STDM; B. Chen and G. W. Wornell, IEEE Trans. Inf. Theory 47(4),
2001), and no step has to be known for reading.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import block_grid, join_blocks, split_blocks, usable_blocks
from StegoMedLib.choices import DEFAULT_STRENGTH
from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.profile import Canvas, KeyedProfile, LengthOf, Payload, Votes, VotingProfile
from StegoMedLib.codec.robust.layout import HEADER_RUN, RobustLayout, codebook
from StegoMedLib.codec.robust.mark import Mark
from StegoMedLib.codec.robust.slots import FINE
from StegoMedLib.codec.robust.votes import body_votes, find_heading, heading_of_votes, slot_votes, usual_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Robust"]

MINIMUM_BLOCKS = 256
"""Blocks a plane must have to be used at all."""

_SLOTS_PER_BIT, _LEAST_SLOTS_PER_BIT = 10, 6
"""Usable slots of the finest scale with which every bit is heard above the body in all series, and in some."""

_SURE = 6.0
"""Score of a header that counts as found: one in 10^9 by chance for each of 2048 labels."""

_HEADED = 8.0
"""Least score of a header that its usable slots can give."""

_LOUDEST = 0.25
"""Of the range of the image's values: no pixel is changed by more, however little air there is."""

_REPAIRS = 3


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

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> RobustCanvas:
        """The canvas that `plane` with its `air` (H, W) is."""
        return RobustCanvas(plane, air, self)

    def votes(self, plane: Plane) -> Votes | None:
        """What each slot of `plane` says, in units that votes of several planes can be summed in; None if too small."""
        if not _large_enough(plane.shape):
            return None
        layout = self.layout(plane.shape)
        values = layout.grid.project(split_blocks(plane.pixels).astype(np.float32))
        heading = find_heading(layout, values, self.book)
        # A mark that cannot be seen lies in noise: then what noise does most often is what votes should tell.
        scale = heading.scale if heading.score >= _SURE else max(usual_size(values), heading.scale)
        return Votes(plane.shape, slot_votes(layout, values, scale))

    def decide(self, votes: Votes, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload that votes stand for, with its bits' votes; None where no header stands out."""
        layout = self.layout(votes.shape)
        heading = heading_of_votes(layout, votes.slots, self.book)
        length = length_of(heading.label) if heading.score >= _SURE else None
        if length is None:
            return None
        usable = None if air is None else usable_blocks(air)
        sums = body_votes(layout, votes.slots, length, self.book[heading.label], usable)
        return Payload(heading.label, sums > 0, votes=sums)


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

    def _embedded(self, payload: Payload) -> NDArray[np.int32] | None:
        if payload.bits.size > self._slots // _LEAST_SLOTS_PER_BIT:
            return None
        plane, usable = self.plane, self.usable
        layout, codeword = self._profile.layout(plane.shape), self._profile.book[payload.label]
        wanted = np.append(np.where(payload.bits, np.float32(1), np.float32(-1)), codeword)
        blocks, places = split_blocks(plane.pixels).astype(np.int32, copy=False), np.flatnonzero(usable.ravel())
        most = max(1.0, _LOUDEST * plane.bulk_range)
        mark = Mark(layout, plane, blocks, usable, wanted, energy=self._energy(), most=most)
        for _ in range(_REPAIRS):
            marked = blocks.copy()
            marked[places] += mark.made()
            wrong = self._wrong(layout, marked, payload)
            if wrong is not None and wrong.size == 0:
                return join_blocks(plane.pixels, marked)
            mark.strengthen(np.arange(payload.bits.size, wanted.size) if wrong is None else wrong)
        return None

    @cached_property
    def _slots(self) -> int:
        """Usable slots of the finest scale; none in a constant plane, or where too few of them can carry the header."""
        if not _large_enough(self.plane.shape) or self.plane.pixels.min() == self.plane.pixels.max():
            return 0
        headed = self.usable.mean() * np.sqrt(self.usable.size * FINE / HEADER_RUN)
        return int(self.usable.sum()) * FINE if headed >= _HEADED else 0

    def _energy(self) -> float:
        """Sum of squared changes at which the plane has the PSNR asked for."""
        return self.plane.bulk_range**2 * self.plane.pixels.size / 10 ** (self._profile.strength / 10)

    def _wrong(self, layout: RobustLayout, blocks: NDArray[np.int32], payload: Payload) -> NDArray[np.intp] | None:
        """Bits of `payload` that a receiver of these blocks (N, 16) gets wrong; None when it finds no header."""
        values = layout.grid.project(blocks.astype(np.float32))
        heading = find_heading(layout, values, self._profile.book)
        if heading.score < _SURE or heading.label != payload.label:
            return None
        votes = slot_votes(layout, values, heading.scale)
        sums = body_votes(layout, votes, payload.bits.size, self._profile.book[payload.label], None)
        return np.flatnonzero((sums > 0) != payload.bits)


def _large_enough(shape: tuple[int, int]) -> bool:
    down, across = block_grid(shape)
    return down * across >= MINIMUM_BLOCKS
