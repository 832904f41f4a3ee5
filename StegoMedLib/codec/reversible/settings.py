"""What a receiver must know of a layer before it reads it: five bytes, in the chain or in the layer above."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["BINS", "EVEN_WEIGHT", "LAYERS", "MOST_SIZE", "SETTINGS_BYTES", "WEIGHTS", "WIDTHS", "Direction", "Settings"]

SETTINGS_BYTES = 5
_DIGITS = (1, 2, 2, 3, 5, 7, 20)
_FIRST_WEIGHT, _FIRST_BIN = -8, -64

WEIGHTS = range(_FIRST_WEIGHT, _FIRST_WEIGHT + 32)
"""Sixteenths of a prediction that the pixels above and below may have."""

EVEN_WEIGHT = 8

BINS = range(_FIRST_BIN, _FIRST_BIN + 128)
"""First errors that may be bits."""

LAYERS = 2

WIDTHS = (1, 2, 4, 8)
"""So many neighbouring errors may be bits; the more, the farther pixels move."""

MOST_SIZE = 1 << _DIGITS[3]
"""Bits that a group may have."""


class Direction(IntEnum):
    """Where pixels move: errors from one bin on upwards, from one on downwards, or from two bins on away from 0."""

    UP = 0
    DOWN = 1
    APART = 2


@dataclass(frozen=True)
class Settings:
    """How one layer is written.

    Attributes
    ----------
    below : int
        Layers that were written before it, 0 or 1; each takes the pixels of one colour (see `Places`).
    direction : Direction
    width : int
        So many neighbouring errors are bits: `WIDTHS`.
    size : int
        Bits a group, of which one pixel at most is changed.
    weight : int
        Sixteenths of a pixel's prediction that the pixels above and below it have.
    bin : int
        First of the errors that are bits (see `rising`, `falling`).
    count : int
        Bits, the tag left out.
    """

    below: int
    direction: Direction
    width: int
    size: int
    weight: int
    bin: int
    count: int

    @property
    def rising(self) -> int | None:
        """Least error of pixels that rise; None where none do."""
        return None if self.direction is Direction.DOWN else self.bin

    @property
    def falling(self) -> int | None:
        """Largest error of pixels that fall; None where none do."""
        if self.direction is Direction.UP:
            return None
        return -self.bin if self.direction is Direction.DOWN else -1 - self.bin

    @property
    def pixels(self) -> int:
        """Pixels a group."""
        return (1 << self.size) - 1

    def groups(self, bits: int) -> int:
        """Groups that so many bits take."""
        return -(-bits // self.size)

    def pack(self) -> bytes:
        """The settings as bytes, the first one highest."""
        ways = (self.below, self.direction, WIDTHS.index(self.width))
        numbers = (*ways, self.size - 1, self.weight - _FIRST_WEIGHT, self.bin - _FIRST_BIN)
        packed = 0
        for number, width in zip((*numbers, self.count), _DIGITS, strict=True):
            packed = packed << width | number
        return packed.to_bytes(SETTINGS_BYTES, "big")

    @classmethod
    def unpack(cls, packed: bytes) -> Settings | None:
        """Inverse of `pack`; None for what no sender writes."""
        whole, numbers = int.from_bytes(packed, "big"), []
        for width in reversed(_DIGITS):
            whole, number = divmod(whole, 1 << width)
            numbers.append(number)
        count, place, weight, size, width, direction, below = numbers
        if direction > max(Direction) or (direction == Direction.APART and place + _FIRST_BIN < 0):
            return None
        return cls(
            below, Direction(direction), WIDTHS[width], size + 1, weight + _FIRST_WEIGHT, place + _FIRST_BIN, count
        )
