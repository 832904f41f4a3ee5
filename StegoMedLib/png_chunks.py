"""Chunks of PNG files (ISO/IEC 15948, section 5)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["SIGNATURE", "chunks_of", "png_of"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_CHECK = struct.Struct(">I")
_LAST = b"IEND"


def chunks_of(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents of the chunks before the end chunk.

    Raises
    ------
    ValueError
        A chunk is damaged.
    struct.error
        The file ends without an end chunk.
    """
    place = len(SIGNATURE)
    while True:
        length, name = _CHUNK.unpack_from(content, place)
        first = place + _CHUNK.size
        place = first + length + _CHECK.size
        inner = content[first : first + length]
        (check,) = _CHECK.unpack_from(content, first + length)
        if check != zlib.crc32(inner, zlib.crc32(name)):
            raise ValueError("a chunk is damaged")
        if name == _LAST:
            return
        yield name, inner


def png_of(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A file of chunks, to which the end chunk is added."""
    return SIGNATURE + b"".join(
        _CHUNK.pack(len(content), name) + content + _CHECK.pack(zlib.crc32(content, zlib.crc32(name)))
        for name, content in (*chunks, (_LAST, b""))
    )
