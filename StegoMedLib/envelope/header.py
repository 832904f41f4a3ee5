"""The envelope's fixed header: all that the receiver needs before deriving a key, authenticated with the content.

========  =====  ====================================================================
offset    bytes  field
========  =====  ====================================================================
0         20     recipe: the type of key, and what that key needs to derive from it
20        12     nonce
32        16     key commitment
========  =====  ====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, NONCE_BYTES

__all__ = ["HEADER_BYTES", "RECIPE_BYTES", "Header"]

RECIPE_BYTES = 20
_NONCE_END = RECIPE_BYTES + NONCE_BYTES
HEADER_BYTES = _NONCE_END + COMMITMENT_BYTES


@dataclass(frozen=True)
class Header:
    """Fields of the header; all public.

    Attributes
    ----------
    recipe : bytes of length 20
        From `Key.sealing`, for `Key.opening`; the first byte tells the type of key.
    nonce : bytes of length 12
        Of the AEAD.
    commitment : bytes of length 16
        See `StegoMedLib.envelope.aead.SealingKeys`.
    """

    recipe: bytes
    nonce: bytes
    commitment: bytes

    def to_bytes(self) -> bytes:
        """Write the header; bytes of length `HEADER_BYTES`, the associated data of the AEAD."""
        return self.recipe + self.nonce + self.commitment

    @classmethod
    def from_bytes(cls, data: bytes) -> Header | None:
        """Read the header at the beginning of `data`, which may be anything; None where it is too short."""
        if len(data) < HEADER_BYTES:
            return None
        return cls(data[:RECIPE_BYTES], data[RECIPE_BYTES:_NONCE_END], data[_NONCE_END:HEADER_BYTES])
