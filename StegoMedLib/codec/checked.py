"""Fields of a header with a check: a filter, not a proof; the payload's own authentication decides."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["checked", "unchecked"]


def checked(fields: bytes, key: bytes, draw: int, size: int) -> bytes:
    """`fields`, and `size` bytes of HMAC-SHA-256 (RFC 2104) over them and the number of the draw."""
    return fields + hmac.new(key, fields + bytes([draw]), hashlib.sha256).digest()[:size]


def unchecked(packed: bytes, key: bytes, draw: int, size: int) -> bytes | None:
    """Inverse of `checked`: the fields, None when their check fails."""
    fields = packed[:-size]
    return fields if hmac.compare_digest(packed, checked(fields, key, draw, size)) else None
