"""A long secret under an envelope: the envelope holds a key of its own, and pieces are sealed one by one.

``docs/format.md`` has the bytes. The pieces are those of STREAM (V. T. Hoang, R. Reyhanitabar, P. Rogaway and D. Vizar,
CRYPTO 2015): each nonce counts, and says of the last piece that it is the last, so that none can be left out, moved or
added.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.envelope import Opener, Sealer
from StegoMedLib.envelope.aead import KEY_BYTES, TAG_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.derivation import expanded
from StegoMedLib.envelope.records import FileRecord
from StegoMedLib.errors import NothingReadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from StegoMedLib.envelope import Key

__all__ = ["RECORD_NAME", "opened", "seal_into"]

RECORD_NAME = "stegomed-photographs"
"""Name of the file record whose content is the key of the pieces."""

PIECE = 1 << 16
_COUNT_BYTES, _LENGTH_BYTES = 11, 4
_LARGEST_ENVELOPE = 1 << 16
"""Sixteen hybrid recipients take 19 kB."""


def seal_into(stream: BinaryIO, parts: Iterable[bytes], key: Key) -> int:
    """Write an envelope, and bytes sealed under it; gives the number of bytes that were written."""
    secret = secrets.token_bytes(KEY_BYTES)
    envelope = Sealer(key).seal_bytes(FileRecord(RECORD_NAME, secret))
    stream.write(len(envelope).to_bytes(_LENGTH_BYTES, "big") + envelope)
    length = _LENGTH_BYTES + len(envelope)
    for sealed in _sealed(_key_of_pieces(secret), parts):
        stream.write(sealed)
        length += len(sealed)
    return length


def _sealed(key: bytes, parts: Iterable[bytes]) -> Iterator[bytes]:
    waiting, number = bytearray(), 0
    for part in parts:
        waiting += part
        while len(waiting) > PIECE:
            yield seal_bytes(key, _nonce(number, last=False), bytes(waiting[:PIECE]), b"")
            del waiting[:PIECE]
            number += 1
    yield seal_bytes(key, _nonce(number, last=True), bytes(waiting), b"")


def opened(read: Callable[[int], bytes], length: int, key: Key) -> Iterator[bytes]:
    """Undo `seal_into`: the bytes, piece by piece, each of them authentic.

    Parameters
    ----------
    read : callable
        Gives the next so many bytes, which may be any, or fewer at their end.
    length : int
        Of all of them.
    key : Key

    Raises
    ------
    NothingReadableError
        Another key, or something was changed.
    """
    size = int.from_bytes(read(_LENGTH_BYTES), "big")
    if size > _LARGEST_ENVELOPE:
        raise NothingReadableError
    record = Opener(key).open_bytes(read(size)).record
    if not isinstance(record, FileRecord) or record.name != RECORD_NAME or len(record.data) != KEY_BYTES:
        raise NothingReadableError
    secret, left, number = _key_of_pieces(record.data), length - size - _LENGTH_BYTES, 0
    if left <= 0:  # even of nothing, the last piece has a tag
        raise NothingReadableError
    while left > 0:
        take = min(left, PIECE + TAG_BYTES)
        left -= take
        plain = open_bytes(secret, _nonce(number, last=left <= 0), read(take), b"")
        if plain is None:
            raise NothingReadableError
        yield plain
        number += 1


def _key_of_pieces(secret: bytes) -> bytes:
    return expanded(secret, "photographs")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNT_BYTES, "big") + bytes((last,))
