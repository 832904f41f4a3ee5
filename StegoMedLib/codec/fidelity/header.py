"""The header of the fidelity profile: 32 bits that tell a receiver with the key how the body is laid out.

============  ====  ==========================================================================================
field         bits  meaning
============  ====  ==========================================================================================
label         11    what the payload is; opaque to the codec (the symbol's version, level and mask)
group bits    5     bits carried by each group of the body
check         16    HMAC-SHA-256 over both and the number of the draw, cut to 16 bits
============  ====  ==========================================================================================

The check is a filter, not a proof: one wrong key in 8192 passes it (16 bits, eight draws), and is then stopped by the
payload's own authentication.
"""

from __future__ import annotations

from dataclasses import dataclass

from StegoMedLib.codec.checked import CheckedHeader

__all__ = ["Header"]

_GROUP_BITS = 5


@dataclass(frozen=True)
class Header(CheckedHeader):
    """Label of the payload and bits a group of the body."""

    label: int
    group_bits: int
    check_bytes = 2

    def _fields(self) -> bytes:
        return (self.label << _GROUP_BITS | self.group_bits).to_bytes(2, "big")

    @classmethod
    def _of(cls, fields: bytes) -> Header:
        number = int.from_bytes(fields, "big")
        return cls(number >> _GROUP_BITS, number & ((1 << _GROUP_BITS) - 1))
