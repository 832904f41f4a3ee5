"""What the slices of a series share that carry one envelope: sealed in it, so that it costs each of them nothing.

=======  =====  =======================================================================================
offset   bytes  field
=======  =====  =======================================================================================
0        2      series: which one of its run, from 0
2        3      count: slices of the series
5        4      start: where the nonces of the slices begin
=======  =====  =======================================================================================

Slice number n has the nonce (start + n + k count) modulo the N nonces that its size has, k being 0, or, where a mark
cannot be made under the nonces before, up to 3, and less than N / count.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass

__all__ = ["SHARED_BYTES", "Shared"]

_LAYOUT = struct.Struct("<HHBI")
SHARED_BYTES = _LAYOUT.size
_STARTS = 1 << 32
_SPARE = 4
"""Nonces of a slice at most."""


@dataclass(frozen=True)
class Shared:
    """Series, number of its slices, and where their nonces start; all little-endian."""

    series: int
    count: int
    start: int

    @classmethod
    def drawn(cls, series: int, count: int) -> Shared:
        """With a start at random."""
        return cls(series, count, secrets.randbelow(_STARTS))

    def pack(self) -> bytes:
        """The fields as bytes."""
        return _LAYOUT.pack(self.series, self.count & 0xFFFF, self.count >> 16, self.start)

    @classmethod
    def unpack(cls, packed: bytes) -> Shared | None:
        """Inverse of `pack`; None for another length."""
        if len(packed) != SHARED_BYTES:
            return None
        series, low, high, start = _LAYOUT.unpack(packed)
        return cls(series, low | high << 16, start)

    def nonces_of(self, number: int, nonces: int) -> tuple[int, ...]:
        """Nonces of a slice by its number (from 0), of so many that there are; the first is to be tried first."""
        return tuple((self.start + number + spare * self.count) % nonces for spare in range(self._spare(nonces) or 1))

    def number(self, nonce: int, nonces: int) -> int | None:
        """Number of the slice that has a nonce; None where no slice of the series has it, or several do."""
        offset = (nonce - self.start) % nonces
        return offset % self.count if offset < self._spare(nonces) * self.count else None

    def _spare(self, nonces: int) -> int:
        """Nonces that each slice has for itself; none where there are more slices than nonces."""
        return min(_SPARE, nonces // self.count) if self.count else 0
