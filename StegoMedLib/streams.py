"""Random bytes that a key stands for: the ChaCha20 key stream (RFC 8439, section 2.4)."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

__all__ = ["stream"]

_NO_NONCE = bytes(16)
"""Block counter and nonce: every key of a stream serves once."""


def stream(key: bytes, size: int) -> bytes:
    """First `size` bytes of the key stream of `key` (32 bytes, one use): counter 0, nonce zero."""
    return Cipher(algorithms.ChaCha20(key, _NO_NONCE), mode=None).encryptor().update(bytes(size))
