"""Shares: what one photograph carries of the sealed bytes. An erasure code runs across the units of all photographs.

The sealed bytes are cut into stripes; each gives a piece to every unit, and any `needed` units give it back. So memory
holds one stripe at a time, and what is large lies in a file: sealed, as it is in the photographs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.envelope.erasure import MOST_SHARDS, cut_data, join_shards, shard_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RUN_BYTES", "Cut", "Share", "cut_into", "joined_units", "read_share", "share_overhead"]

RUN_BYTES = 8
_VERSION = 1
_HEAD = struct.Struct(f">B{RUN_BYTES}sHHQH")
"""Version, run, total units, needed units, sealed bytes, and units in this share, whose numbers follow."""
_NUMBER = struct.Struct(">H")
_PIECE = 8192
"""Bytes of a stripe in one unit; the last stripe has less."""
_MOST_BYTES = 1 << 44


def share_overhead(units: int) -> int:
    """Bytes of a share beside its units."""
    return _HEAD.size + units * _NUMBER.size


@dataclass(frozen=True)
class Cut:
    """How a secret is cut.

    Attributes
    ----------
    run : bytes of length 8
        The same in all shares of a secret, and in no others.
    total, needed : int
        Units, and how many of them suffice.
    length : int
        Sealed bytes.
    """

    run: bytes
    total: int
    needed: int
    length: int

    @property
    def unit_bytes(self) -> int:
        """Bytes of a unit."""
        return sum(width for _, width in self.stripes())

    def stripes(self) -> Iterator[tuple[int, int]]:
        """Sealed bytes of each stripe, and those of its piece in each unit."""
        for start in range(0, self.length, _PIECE * self.needed):
            size = min(_PIECE * self.needed, self.length - start)
            yield size, shard_size(size, self.needed, self.total)

    @property
    def is_sound(self) -> bool:
        """Whether the numbers go together, so that nothing is computed with numbers that no sender writes."""
        return 1 <= self.needed <= self.total <= MOST_SHARDS and 1 <= self.length <= _MOST_BYTES


@dataclass(frozen=True)
class Share:
    """What a photograph carries: some units, by their numbers."""

    cut: Cut
    units: Mapping[int, bytes]

    def packed(self) -> bytes:
        """Its bytes."""
        cut = self.cut
        head = _HEAD.pack(_VERSION, cut.run, cut.total, cut.needed, cut.length, len(self.units))
        return head + b"".join(map(_NUMBER.pack, self.units)) + b"".join(self.units.values())


def read_share(data: bytes) -> Share | None:
    """Undo `Share.packed`; None for anything else, which whoever knows the positions may have written."""
    if len(data) < _HEAD.size:
        return None
    version, run, total, needed, length, count = _HEAD.unpack_from(data)
    cut, at = Cut(run, total, needed, length), share_overhead(count)
    if version != _VERSION or not cut.is_sound or len(data) < at:
        return None
    numbers = [each for (each,) in _NUMBER.iter_unpack(data[_HEAD.size : at])]
    # The length is compared first: a unit of absurd length would take long to be counted.
    if not count or len(data) - at < count * (length // needed) or max(numbers) >= total:
        return None
    size = cut.unit_bytes
    if len(data) != at + count * size:
        return None
    units = {number: data[at + place * size : at + (place + 1) * size] for place, number in enumerate(numbers)}
    return Share(cut, units) if len(units) == count else None


def cut_into(units: BinaryIO, sealed: BinaryIO, cut: Cut) -> None:
    """Write all units, one after the other, into a file.

    Parameters
    ----------
    units : BinaryIO
        Open for writing, and can be sought.
    sealed : BinaryIO
        The sealed bytes, from their beginning.
    cut : Cut
    """
    unit_bytes, at = cut.unit_bytes, 0
    for size, width in cut.stripes():
        for number, piece in enumerate(cut_data(sealed.read(size), cut.needed, cut.total)):
            units.seek(number * unit_bytes + at)
            units.write(piece)
        at += width


def joined_units(units: BinaryIO, places: Mapping[int, int], cut: Cut) -> Iterator[bytes]:
    """The sealed bytes, stripe by stripe.

    Parameters
    ----------
    units : BinaryIO
        Open for reading, and can be sought.
    places : mapping of int to int
        Where in it the units lie, by their numbers; at least as many as are needed.
    cut : Cut
    """
    chosen, at = sorted(places)[: cut.needed], 0
    for size, width in cut.stripes():
        pieces = {}
        for number in chosen:
            units.seek(places[number] + at)
            pieces[number] = units.read(width)
        stripe = join_shards(pieces, cut.needed, cut.total, size)
        yield b"" if stripe is None else stripe
        at += width
