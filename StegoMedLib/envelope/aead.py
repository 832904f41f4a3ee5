"""Authenticated encryption of bytes: ChaCha20-Poly1305 (RFC 8439)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

__all__ = ["COMMITMENT_BYTES", "KEY_BYTES", "NONCE_BYTES", "TAG_BYTES", "open_bytes", "seal_bytes"]

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
COMMITMENT_BYTES = 16


def seal_bytes(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Encrypt and authenticate (RFC 8439, section 2.8).

    Parameters
    ----------
    key, nonce : bytes of length 32 and 12
        A secret, and what is never used twice with it.
    plaintext, associated : bytes
        What is encrypted and authenticated, and what is authenticated only.

    Returns
    -------
    bytes
        Ciphertext, as long as `plaintext`, then the tag of 16 bytes.
    """
    return ChaCha20Poly1305(key).encrypt(nonce, plaintext, associated)


def open_bytes(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    """Undo `seal_bytes`; `sealed` may be anything, and None is given when anything is not as it was sealed."""
    if len(sealed) < TAG_BYTES:
        return None
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        return None
