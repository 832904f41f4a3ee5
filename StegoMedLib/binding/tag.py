"""The tag: what ties a message to the pixels of its plane and, apart from them, to the header.

Two tags side by side, so that a receiver can tell a changed header from changed pixels. Both hold the message, so that
neither serves with another one.
"""

from __future__ import annotations

import hashlib
import hmac

from StegoMedLib.binding.keys import keyed

__all__ = ["TAG_BYTES", "compare_tags", "make_tag"]

_PIXELS, _HEADER = 12, 8
"""Bytes of HMAC-SHA-256 that are kept (RFC 2104 section 5): a forgery takes 2^96 tries, and 2^64 on files."""

TAG_BYTES = _PIXELS + _HEADER


def make_tag(key: bytes, nonce: int, own: bytes, text: bytes, *, digest: bytes, geometry: bytes) -> bytes:
    """Tag of a message in its plane.

    Parameters
    ----------
    key : bytes
        The binding key, which the envelope gives.
    nonce : int
        The slice's, below 2^32.
    own : bytes
        The slice's own part of the message, as it travels.
    text : bytes
        Whatever the slice's symbols say, in their order.
    digest : bytes
        `pixel_digest`, 32 bytes.
    geometry : bytes
        `Geometry.to_bytes`; empty where the own part says that the header is not sealed.

    Returns
    -------
    bytes
        20 bytes: 12 for message and pixels, then 8 for message and header.
    """
    same = nonce.to_bytes(4, "little") + len(own).to_bytes(4, "little") + own + hashlib.sha256(text).digest()
    return keyed(key, "pixels", same, digest)[:_PIXELS] + keyed(key, "header", same, geometry)[:_HEADER]


def compare_tags(sealed: bytes, made: bytes) -> tuple[bool, bool]:
    """Whether pixels and header are as they were sealed, each in constant time; a tag of another length says no."""
    if len(sealed) != TAG_BYTES:
        return False, False
    pixels = hmac.compare_digest(sealed[:_PIXELS], made[:_PIXELS])
    return pixels, hmac.compare_digest(sealed[_PIXELS:], made[_PIXELS:])
