"""The code by which samples carry digits: a parity-check matrix over GF(3) that is a band.

Message = matrix * samples (mod 3), so that who reads multiplies, and who writes chooses among all changes by -1, 0 and
+1 that give the message the ones that cost least (`StegoMedLib.photo.trellis`). Such syndrome-trellis codes are of T.
Filler, J. Judas and J. Fridrich (IEEE TIFS 6(3), 2011), to base 2 there. Base 3 is what changes by one can carry: up to
log2(3) = 1.58 bits a sample, in one layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import keystream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HEIGHTS", "Code"]

HEIGHTS = range(3, 8)
"""Rows of the band that a reader accepts; the trellis has ``3 ** height`` states."""

_RESIDUES = (np.arange(256) % 3).astype(np.float32)


@dataclass(frozen=True)
class Code:
    """A code of `rows` digits in `length` samples.

    Attributes
    ----------
    rows, length : int
        1 <= rows <= length.
    columns : ndarray of uint8, shape (length, height)
        Of the band: what a change of the sample by one adds to the digits from that of its group on. The first is 1,
        the last is 1 or 2.
    """

    rows: int
    length: int
    columns: NDArray[np.uint8]

    @classmethod
    def of(cls, key: bytes, rows: int, length: int, height: int) -> Code:
        """The code of a key of 32 bytes (one use): the samples of each group have different columns, as far as they go.

        Random ones that may be alike cost up to a tenth more changes; the best of a search saves a hundredth.
        """
        kinds = _kinds(height)
        drawn = keystream(key, rows * len(kinds), np.uint64).reshape(rows, len(kinds))
        order = np.argsort(drawn, axis=1, kind="stable")
        group = np.repeat(np.arange(rows), np.diff(_starts(rows, length)))
        within = np.arange(length) - _starts(rows, length)[group]
        return cls(rows, length, kinds[order[group, within % len(kinds)]])

    @property
    def height(self) -> int:
        """Rows of the band."""
        return int(self.columns.shape[1])

    @property
    def starts(self) -> NDArray[np.intp]:
        """First sample of each digit's group, and the length behind the last; shape (rows + 1,)."""
        return _starts(self.rows, self.length)

    def message(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Digits that samples carry.

        Parameters
        ----------
        samples : ndarray of uint8, shape (length, S)
            S runs of samples side by side.

        Returns
        -------
        ndarray of uint8, shape (rows, S)
        """
        # Exact: digits and their products are small, and float32 counts to 2^24.
        sums = self._matrix @ _RESIDUES.take(samples)
        return np.asarray(sums.astype(np.uint32) % np.uint32(3), dtype=np.uint8)

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        matrix = np.zeros((self.rows + self.height, self.length), dtype=np.float32)
        first = np.repeat(np.arange(self.rows), np.diff(self.starts))
        for row in range(self.height):
            matrix[first + row, np.arange(self.length)] = self.columns[:, row]
        return matrix[: self.rows]


def _starts(rows: int, length: int) -> NDArray[np.intp]:
    return np.arange(rows + 1) * length // rows


@lru_cache(maxsize=8)
def _kinds(height: int) -> NDArray[np.uint8]:
    """All columns of that height, but for their signs: shape (2 * 3 ** (height - 2), height)."""
    numbers = np.arange(2 * 3 ** (height - 2))
    kinds = np.ones((numbers.size, height), dtype=np.uint8)
    kinds[:, 1:-1] = numbers[:, None] // 2 // 3 ** np.arange(height - 2) % 3
    kinds[:, -1] = 1 + numbers % 2
    return kinds
