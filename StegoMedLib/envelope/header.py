"""The envelope's fixed header: all that the receiver needs before deriving a key, authenticated with the content.

========  =====  ==============================================
offset    bytes  field
========  =====  ==============================================
0         1      version, 1
1         1      log2 of Argon2id's memory in KiB
2         1      Argon2id's passes
3         1      Argon2id's lanes
4         16     Argon2id's salt
20        12     nonce
32        16     key commitment
========  =====  ==============================================
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from StegoMedLib.envelope.aead import NONCE_BYTES
from StegoMedLib.envelope.keys import COMMITMENT_BYTES, SALT_BYTES, KeyCost
from StegoMedLib.envelope.versions import ENVELOPE_VERSION

__all__ = ["HEADER_BYTES", "Header"]

_LAYOUT = struct.Struct(f">4B{SALT_BYTES}s{NONCE_BYTES}s{COMMITMENT_BYTES}s")
HEADER_BYTES = _LAYOUT.size


@dataclass(frozen=True)
class Header:
    """Fields of the header; all public.

    Attributes
    ----------
    cost, salt : KeyCost and bytes of length 16
        Parameters and salt of Argon2id.
    nonce : bytes of length 12
        Of the AEAD.
    commitment : bytes of length 16
        See `StegoMedLib.envelope.keys.SealingKeys`.
    """

    cost: KeyCost
    salt: bytes
    nonce: bytes
    commitment: bytes

    def to_bytes(self) -> bytes:
        """Write the header; bytes of length `HEADER_BYTES`, the associated data of the AEAD."""
        cost = self.cost
        return _LAYOUT.pack(
            ENVELOPE_VERSION, cost.log2_memory_kib, cost.passes, cost.lanes, self.salt, self.nonce, self.commitment
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Header | None:
        """Read the header at the beginning of `data`, which may be anything.

        None where it is too short, of another version, or asks for more than `KeyCost.acceptable` allows.
        """
        if len(data) < HEADER_BYTES:
            return None
        version, log2_memory_kib, passes, lanes, salt, nonce, commitment = _LAYOUT.unpack_from(data)
        cost = KeyCost(log2_memory_kib, passes, lanes)
        if version != ENVELOPE_VERSION or not cost.acceptable:
            return None
        return cls(cost, salt, nonce, commitment)
