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

from StegoMedLib.codec.checked import checked, unchecked

__all__ = ["Header"]

_GROUP_BITS = 5
_CHECK_BYTES = 2


@dataclass(frozen=True)
class Header:
    """Label of the payload and bits a group of the body."""

    label: int
    group_bits: int

    def pack(self, key: bytes, draw: int) -> bytes:
        """Four bytes: fields and check."""
        fields = (self.label << _GROUP_BITS | self.group_bits).to_bytes(2, "big")
        return checked(fields, key, draw, _CHECK_BYTES)

    @classmethod
    def unpack(cls, packed: bytes, key: bytes, draw: int) -> Header | None:
        """Header in `packed` (4 bytes), or None when its check fails."""
        fields = unchecked(packed, key, draw, _CHECK_BYTES)
        if fields is None:
            return None
        number = int.from_bytes(fields, "big")
        return cls(number >> _GROUP_BITS, number & ((1 << _GROUP_BITS) - 1))
