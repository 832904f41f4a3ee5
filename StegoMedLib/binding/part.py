"""A slice's own part of the message in the exact profiles: which slice of which series it is, and what is sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.binding.signature import SIGNATURE_BYTES
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HEAD_BYTES", "MOST_SERIES", "MOST_SLICES", "TILE_SIDES", "Part", "unpack_part"]

HEAD_BYTES = 1 + 2 + 3 + 3 + SIGNATURE_BYTES
"""Flags, series, number, count and signature; the tags of tiles follow."""

MOST_SERIES, MOST_SLICES = 1 << 16, (1 << 24) - 1

TILE_SIDES = (0, 8, 16)
"""Sides of tiles in pixels by bits 0 and 1 of the flags; 0 for no tiles."""

_TILES, _GEOMETRY = 0b011, 0b100
_NO_TAGS = np.zeros(0, dtype=np.uint16)


@dataclass(frozen=True)
class Part:
    """What a slice says of itself.

    Attributes
    ----------
    series : int
        Which series of the run the slice belongs to, from 0.
    number, count : int
        Its place in the series, from 0, and how many slices the series has.
    signature : bytes
        Of the plane, 12 bytes.
    tile : int
        Side of the tiles, one of `TILE_SIDES`.
    geometry : bool
        Whether the tag holds the header's geometry.
    tags : ndarray of uint16, shape (n,)
        Tags of the tiles, none without tiles.
    """

    series: int
    number: int
    count: int
    signature: bytes
    tile: int = 0
    geometry: bool = False
    tags: NDArray[np.uint16] = field(default_factory=_NO_TAGS.copy, compare=False)

    @property
    def head(self) -> bytes:
        """The part without the tags, 21 bytes.

        Raises
        ------
        UnusableInputError
            Where there are more series or slices than the format counts.
        """
        if self.series >= MOST_SERIES or self.count > MOST_SLICES:
            raise UnusableInputError(
                f"One run marks at most {MOST_SERIES:,} series of at most {MOST_SLICES:,} slices; mark them in "
                "several runs."
            )
        flags = TILE_SIDES.index(self.tile) | (_GEOMETRY if self.geometry else 0)
        numbers = (flags.to_bytes(1, "little"), self.series.to_bytes(2, "little"), self.number.to_bytes(3, "little"))
        return b"".join(numbers) + self.count.to_bytes(3, "little") + self.signature

    def pack(self) -> bytes:
        """The part as it travels: the head, then two little-endian bytes for each tile's tag."""
        return self.head + self.tags.astype("<u2").tobytes()


def unpack_part(packed: bytes) -> Part | None:
    """The part that `packed`, which may be anything, stands for; None for what no sender writes."""
    flags = packed[0] if len(packed) >= HEAD_BYTES else 0xFF
    if flags > _TILES | _GEOMETRY or flags & _TILES >= len(TILE_SIDES):
        return None
    series, number, count = (int.from_bytes(packed[a:b], "little") for a, b in ((1, 3), (3, 6), (6, 9)))
    tile, tags = TILE_SIDES[flags & _TILES], packed[HEAD_BYTES:]
    if number >= count or len(tags) % 2 or (tags and not tile):
        return None
    read = np.frombuffer(tags, dtype="<u2").astype(np.uint16)
    return Part(series, number, count, packed[9:HEAD_BYTES], tile, bool(flags & _GEOMETRY), read)
