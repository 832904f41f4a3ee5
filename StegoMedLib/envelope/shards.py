"""Shards: an envelope cut by an erasure code, each piece authenticated and written as text of its own.

``SM2:`` and the Base45 text (RFC 9285) of

========  =====  ====================================================================
offset    bytes  field
========  =====  ====================================================================
0         1      version, 1
1         8      run: first bytes of the SHA-256 of the envelope
9         2      total, how many shards were made
11        2      needed, how many give the envelope back
13        2      number of this shard, from 0
15        4      length of the envelope in bytes
19               the shard
          16     HMAC-SHA-256 of all that, cut to 128 bits
========  =====  ====================================================================

The key of the HMAC comes from the key of the positions, for this purpose alone: it tells shards of this key
from damage and chance, so that a flipped bit costs a slice and no more. Where the positions are public, everybody can
make shards, too. What the shards give together is an envelope, whose own authentication decides.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from StegoMedLib.envelope.base45_text import bytes_within, decoded, text_of
from StegoMedLib.envelope.derivation import expanded
from StegoMedLib.envelope.erasure import MOST_SHARDS, cut_data, join_shards, shard_size
from StegoMedLib.envelope.versions import SHARD_PREFIX, SHARD_VERSION

__all__ = ["Shard", "ShardSet", "ShardWriter", "largest_shard"]

_LAYOUT = struct.Struct(">B8sHHHI")
_RUN_BYTES = 8
_TAG_BYTES = 16
_OVERHEAD = _LAYOUT.size + _TAG_BYTES


@dataclass(frozen=True)
class Shard:
    """One shard of an envelope.

    Attributes
    ----------
    run : bytes of length 8
        The same for all shards of an envelope.
    total, needed, number : int
        Shards made, shards that suffice, and which one this is.
    length : int
        Bytes of the envelope.
    data : bytes
    """

    run: bytes
    total: int
    needed: int
    number: int
    length: int
    data: bytes = field(repr=False)

    @property
    def kind(self) -> tuple[bytes, int, int, int]:
        """What all shards of an envelope have in common."""
        return self.run, self.total, self.needed, self.length


class ShardWriter:
    """Writes and reads the texts of shards.

    Parameters
    ----------
    locator : bytes of length 32
        From `Key.locators`.
    """

    def __init__(self, locator: bytes) -> None:
        self._key = expanded(locator, "shards")

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "ShardWriter(...)"

    def cut(self, envelope: bytes, needed: int, total: int) -> list[str]:
        """Texts of `total` shards, any `needed` of which give `envelope` back."""
        run = _run_of(envelope)
        return [
            self._text(_LAYOUT.pack(SHARD_VERSION, run, total, needed, number, len(envelope)) + data)
            for number, data in enumerate(cut_data(envelope, needed, total))
        ]

    def read(self, text: str) -> Shard | None:
        """Shard that `text` holds; None for any other text, and for one that was not written with this key."""
        blob = decoded(text, SHARD_PREFIX)
        content, tag = blob[:-_TAG_BYTES], blob[-_TAG_BYTES:]
        if len(blob) < _OVERHEAD or not hmac.compare_digest(tag, self._tag(content)):
            return None
        version, run, total, needed, number, length = _LAYOUT.unpack_from(content)
        shard = Shard(run, total, needed, number, length, content[_LAYOUT.size :])
        return shard if version == SHARD_VERSION and _is_sound(shard) else None

    def _text(self, content: bytes) -> str:
        return text_of(SHARD_PREFIX, content + self._tag(content))

    def _tag(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()[:_TAG_BYTES]


class ShardSet:
    """Shards of one envelope as they are found, in any order, some of them twice."""

    def __init__(self, first: Shard) -> None:
        self.total, self.needed = first.total, first.needed
        self._first, self._found = first, {first.number: first.data}

    def add(self, shard: Shard) -> None:
        """Take one more shard of the same kind; of equal numbers the first stays."""
        self._found.setdefault(shard.number, shard.data)

    @property
    def found(self) -> int:
        """Different shards."""
        return len(self._found)

    def envelope(self) -> bytes | None:
        """The envelope; None when shards are missing, or when what they give is none of this run."""
        envelope = join_shards(self._found, self.needed, self.total, self._first.length)
        return envelope if envelope is not None and _run_of(envelope) == self._first.run else None


def largest_shard(characters: int) -> int:
    """Bytes of the largest shard whose text has at most `characters` characters; 0 when there is none."""
    return max(bytes_within(SHARD_PREFIX, characters) - _OVERHEAD, 0)


def _run_of(envelope: bytes) -> bytes:
    return hashlib.sha256(envelope).digest()[:_RUN_BYTES]


def _is_sound(shard: Shard) -> bool:
    """Whether the numbers go together, so that nothing is computed with numbers that no sender writes."""
    counts = 1 <= shard.needed <= shard.total <= MOST_SHARDS and shard.number < shard.total
    return counts and shard.length > 0 and len(shard.data) == shard_size(shard.length, shard.needed, shard.total)
