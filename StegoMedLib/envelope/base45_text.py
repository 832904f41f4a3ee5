"""Bytes as text in characters of the QR code's alphanumeric mode (Base45, RFC 9285), behind a prefix."""

from __future__ import annotations

import base45

__all__ = ["bytes_within", "decoded", "text_length", "text_of"]


def text_of(prefix: str, content: bytes) -> str:
    """`prefix`, and `content` as text."""
    encoded: bytes = base45.b45encode(content)
    return prefix + encoded.decode("ascii")


def decoded(text: str, prefix: str = "") -> bytes:
    """The bytes that follow `prefix`; none where `text` begins otherwise, or is something else."""
    if not text.startswith(prefix):
        return b""
    try:
        return bytes(base45.b45decode(text.removeprefix(prefix)))
    except ValueError:
        return b""


def text_length(prefix: str, count: int) -> int:
    """Characters of the text of `count` bytes: three for two bytes, two for a last single one (section 4)."""
    return len(prefix) + count // 2 * 3 + count % 2 * 2


def bytes_within(prefix: str, characters: int) -> int:
    """Most bytes whose text has at most so many characters; 0 when not even one byte fits."""
    triples, rest = divmod(max(characters - len(prefix), 0), 3)
    return triples * 2 + rest // 2
