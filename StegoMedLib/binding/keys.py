"""Keys of the binding: one of its own for each use."""

from __future__ import annotations

import hashlib
import hmac

from StegoMedLib.labels import label

__all__ = ["keyed"]


def keyed(key: bytes, purpose: str, *parts: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104), 32 bytes, over the label of a purpose and `parts`, one after the other."""
    return hmac.digest(key, label(purpose) + b"".join(parts), hashlib.sha256)
