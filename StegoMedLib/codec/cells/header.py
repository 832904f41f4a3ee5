"""What a receiver with the key reads first: eight bytes that say how the rest of a message is laid out.

============  ====  ===========================================================================================
field         bits  meaning
============  ====  ===========================================================================================
label         11    what each piece of the payload is; opaque to the codec (the symbol's version, level and mask)
coding        5     how the profile writes the payload (bits a group; base of the digits)
pieces        7     pieces of the payload
squares       2     blocks on a side of the squares of the map: 0 stands for 1, 1 for 2, 2 for 4
own bytes     16    what ties the message to its slice
map bytes     16    length of the map
              7     zero
============  ====  ===========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from StegoMedLib.codec.cells.mapping import SQUARES

__all__ = ["FIELD_BYTES", "Fields"]

FIELD_BYTES = 8
_WIDTHS = (11, 5, 7, 2, 16, 16, 7)
LARGEST_OWN = LARGEST_MAP = (1 << 16) - 1


@dataclass(frozen=True)
class Fields:
    """Fields of the header."""

    label: int
    coding: int
    pieces: int
    squares: int
    own_bytes: int
    map_bytes: int

    def pack(self) -> bytes:
        """The fields as bytes, the first one highest."""
        number = 0
        for value, width in zip((*self._values, 0), _WIDTHS, strict=True):
            number = number << width | value
        return number.to_bytes(FIELD_BYTES, "big")

    @property
    def _values(self) -> tuple[int, ...]:
        return self.label, self.coding, self.pieces, self.squares, self.own_bytes, self.map_bytes

    @classmethod
    def unpack(cls, packed: bytes) -> Fields | None:
        """Inverse of `pack`; None for what no sender writes."""
        number, values = int.from_bytes(packed, "big"), []
        for width in reversed(_WIDTHS):
            number, value = divmod(number, 1 << width)
            values.append(value)
        zero, map_bytes, own_bytes, squares, pieces, coding, label = values
        sound = zero == 0 and pieces and map_bytes and squares < len(SQUARES)
        return cls(label, coding, pieces, squares, own_bytes, map_bytes) if sound else None
