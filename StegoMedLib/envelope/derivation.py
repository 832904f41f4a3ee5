"""Keys that are derived from others: HKDF-SHA256 (RFC 5869), a label of the format for each purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, KEY_BYTES
from StegoMedLib.labels import label

__all__ = ["EnvelopeKeys", "envelope_keys", "expanded", "extracted", "public_locator"]


@dataclass(frozen=True)
class EnvelopeKeys:
    """What the secret of an envelope gives.

    Attributes
    ----------
    sealing : bytes of length 32
        Secret key of the AEAD.
    commitment : bytes of length 16
        Public: says which secret was used. ChaCha20-Poly1305 alone does not commit to its key, so that a made-up
        ciphertext could open under several keys, with several contents.
    binding : bytes of length 32
        Secret key of what ties the record to its image.
    """

    sealing: bytes = field(repr=False)
    commitment: bytes
    binding: bytes = field(repr=False)


def envelope_keys(secret: bytes) -> EnvelopeKeys:
    """Derive all keys of an envelope from its secret of 32 bytes."""
    return EnvelopeKeys(
        expanded(secret, "sealing"), expanded(secret, "commitment", COMMITMENT_BYTES), expanded(secret, "binding")
    )


def expanded(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-Expand (RFC 5869, section 2.3) of a key of 32 bytes that is uniformly random already."""
    return HKDFExpand(algorithm=SHA256(), length=length, info=label(purpose)).derive(key)


def extracted(key: bytes, salt: bytes, purpose: str) -> bytes:
    """HKDF whole (RFC 5869, section 2): a key of 32 bytes that a salt makes another one each time."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=label(purpose)).derive(key)


@cache
def public_locator() -> bytes:
    """The key of the positions that everybody knows: for envelopes that several keys open, or recipients.

    All of them must find the bits, and have nothing in common that strangers do not have.
    """
    return extracted(b"", b"", "public positions")
