"""Profile ``capacity``: as much as the usable blocks of a plane can carry, for lossless storage; image and key suffice.

A file that keeps pixels needs no distance between codewords, so a pixel of the body carries one digit: its remainder to
the base 3 (11 bits in 7 digits), set by a change of at most one grey level, or of two at an end of the legal range.
Where the payload is short enough for one bit a pixel, and many pixels lie at such an end (clipped air), the base is 2:
its changes are smaller there. The remainders of a block's pixels are the parities of its coefficients under any integer
transform with an integer inverse, in another order; such a transform would name the same cosets of the lattice anew at
some cost in time, so there is none.

Measured on the first slice of CHAOS 3 (512 x 512, 0.46 of it usable, two thirds of that clipped air): remainders have
a capacity of 175,857 bits, and 131,524 bits leave 99.9 dB (``psnr_65535``), without errors by construction. Dithered
quantisation of the 15 AC coefficients with cells of 2.5 (a step of 5 for both bits), the DC lifted: a capacity
of 114,000 bits, which leave 89.9 dB without errors; with cells of 1.5, 93.5 dB and 0.8 % of errors.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import PIXELS
from StegoMedLib.codec.capacity.digits import (
    BASES,
    bits_in_digits,
    bits_of_digits,
    digits_for_bits,
    digits_of_bits,
    remainders,
    set_remainders,
    settable,
)
from StegoMedLib.codec.cells.canvas import CellCanvas, Written
from StegoMedLib.codec.cells.erasing import redrawn
from StegoMedLib.codec.cells.profile import CellProfile, Seen
from StegoMedLib.codec.legal import Legal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Capacity"]

_SAMPLE = 4096
"""Pixels by which the share of those at an end of the legal range is told."""

_SQUARED_CHANGE_OF_BYTE = 1.8


class Capacity(CellProfile):
    """The profile under one key."""

    def __init__(self, key: bytes) -> None:
        super().__init__("capacity", key)

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> CapacityCanvas:
        """The canvas that `plane` with its `air` (H, W) is.

        What it embeds changes pixels by one grey level, or by two at an end of the legal range.
        """
        return CapacityCanvas(plane, air, self.layout(plane.shape))

    def read_body(self, seen: Seen, body: NDArray[np.intp], coding: int, length: int) -> NDArray[np.bool_] | None:
        """Remainders of the body's pixels."""
        if coding not in BASES:
            return None
        digits = digits_for_bits(length, coding)
        if digits > body.size * PIXELS:
            return None
        values = seen.blocks[body[: -(-digits // PIXELS)]].ravel()[:digits]
        return bits_of_digits(remainders(values, coding), coding, length)


class CapacityCanvas(CellCanvas):
    """A plane to fill with digits."""

    chain_cost = _SQUARED_CHANGE_OF_BYTE / 2

    @cached_property
    def _legal(self) -> Legal:
        return Legal(self.plane)

    @cached_property
    def writable(self) -> NDArray[np.bool_]:
        """Usable blocks whose pixels can take any digit."""
        return super().writable & settable(self.plane.pixels, self._legal, max(BASES)).reshape(self.layout.grid)

    def body_capacity(self, blocks: int) -> int:
        """Bits in digits to the larger base."""
        return bits_in_digits(blocks * PIXELS, max(BASES))

    def body_cost(self, blocks: int, bits: int) -> float:
        """Expected sum of squared changes."""
        base = self.body_coding(blocks, bits)
        return digits_for_bits(bits, base) * _squared_change(base, self._at_end)

    def body_coding(self, blocks: int, bits: int) -> int:
        """The base that needs the smallest changes among those in which the payload fits."""
        fitting = [base for base in BASES if digits_for_bits(bits, base) <= blocks * PIXELS]
        if len(fitting) < len(BASES):
            return max(BASES)
        return min(fitting, key=lambda base: digits_for_bits(bits, base) * _squared_change(base, self._at_end))

    def write_body(self, body: NDArray[np.intp], bits: NDArray[np.bool_], coding: int, nonce: int) -> Written | None:
        """Give the pixels of the body their remainders, in the order of its blocks; what is not needed stays."""
        digits = digits_of_bits(bits, coding)
        used = body[: -(-digits.size // PIXELS)]
        values = self.cover.blocks[used].ravel()
        # Where both directions are as near, the slice says which: one for all slices would show that one key made them.
        up = self.layout.slice_bits(nonce, "directions", digits.size)
        values[: digits.size] = set_remainders(values[: digits.size], digits, coding, up, self._legal)
        return used, values.reshape(-1, PIXELS)

    def erase_body(self, body: NDArray[np.intp], bits: int, coding: int, key: bytes) -> Written | None:
        """Give every digit a random one, without a look at what it was."""
        used = body[: -(-digits_for_bits(bits, coding) // PIXELS)]
        values = self.cover.blocks[used]
        return used, redrawn(values, key, self.values_of(coding), self._legal)

    def values_of(self, coding: int) -> int:
        """The base of the digits."""
        return coding

    @cached_property
    def _at_end(self) -> float:
        """Share of pixels that can move one way only."""
        values = self.cover.blocks[self.writable.ravel()].ravel()
        values = values[:: max(1, values.size // _SAMPLE)]
        low, high = self._legal.limits(values)
        return float(np.mean((values == low) | (values == high))) if values.size else 0.0


def _squared_change(base: int, at_end: float) -> float:
    """Mean squared change of a pixel with a digit, `at_end` being the share of pixels that move one way only."""
    if base == 2:  # noqa: PLR2004
        return 0.5
    return (2 + 3 * at_end) / 3  # 0, 1, 1, or 0, 1, 4
