"""The header of the capacity profile: 96 bits that tell a receiver with the key how the rest is laid out.

============  ====  ==========================================================================================
field         bits  meaning
============  ====  ==========================================================================================
label         11    what each piece of the payload is; opaque to the codec (a symbol's version, level and mask)
base          5     remainders of the data's pixels are to this base
count         16    pieces of the payload
map bytes     16    length of the map of usable blocks, deflated
span          16    pixels of each group that carries a word of the map
check         32    HMAC-SHA-256 over all of these and the number of the draw, cut to 32 bits
============  ====  ==========================================================================================
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from StegoMedLib.codec.capacity.digits import BASES
from StegoMedLib.codec.checked import CheckedHeader

__all__ = ["HEADER_BYTES", "LARGEST_FIELD", "CapacityHeader"]

_LAYOUT = struct.Struct(">4H")
_BASE_BITS = 5
LARGEST_FIELD = (1 << 16) - 1


@dataclass(frozen=True)
class CapacityHeader(CheckedHeader):
    """Fields of the header but its check."""

    label: int
    base: int
    count: int
    map_bytes: int
    span: int
    check_bytes = 4

    def _fields(self) -> bytes:
        return _LAYOUT.pack(self.label << _BASE_BITS | self.base, self.count, self.map_bytes, self.span)

    @classmethod
    def _of(cls, fields: bytes) -> CapacityHeader | None:
        first, count, map_bytes, span = _LAYOUT.unpack(fields)
        header = cls(first >> _BASE_BITS, first & ((1 << _BASE_BITS) - 1), count, map_bytes, span)
        return header if header.base in BASES and count and map_bytes and span else None


HEADER_BYTES = _LAYOUT.size + CapacityHeader.check_bytes
