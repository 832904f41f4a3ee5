"""The number of the format, which stands in the label of every key that is derived from another."""

from __future__ import annotations

__all__ = ["FORMAT", "label"]

FORMAT = 1
"""What ``docs/format.md`` specifies. A change of any byte on the way from record to pixel counts it up."""


def label(purpose: str) -> bytes:
    """What a key is for, for HKDF (RFC 5869) and HMAC (RFC 2104); the same words under another format give others."""
    return f"StegoMed {FORMAT} {purpose}".encode()
