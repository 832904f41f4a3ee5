"""Erasure code: any `needed` of `total` shards give the data back (I. S. Reed and G. Solomon, J. SIAM 8(2), 1960).

The code is reedsolo's, systematic, over GF(2**8) up to 255 shards and GF(2**16) beyond: a codeword runs across the
shards, one symbol of each. The library gives the fields and the generator polynomials, and works on single codewords in
Python; arrays do the sums of products here, for all codewords at once (16 MiB in 300 shards: 3 s, and 2 s back).
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import reedsolo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["MOST_SHARDS", "cut_data", "join_shards", "shard_size"]

_SMALL_FIELD = 255
MOST_SHARDS = 4096
"""Of the 65535 that the larger field allows; the parity matrix grows with their square."""

_POLYNOMIALS = {8: 0x11D, 16: 0x1100B}
"""Primitive polynomials of the two fields; part of the shards' version 1."""

_LOCK = Lock()
"""The library keeps the field's tables in its module."""


def shard_size(length: int, needed: int, total: int) -> int:
    """Bytes of each of `total` shards, of which `needed` hold `length` bytes."""
    width = _width(total)
    return -(-length // (needed * width)) * width


def cut_data(data: bytes, needed: int, total: int) -> list[bytes]:
    """Cut `data` into `total` shards of equal size, any `needed` of which give it back; the first ones are the data."""
    size = shard_size(len(data), needed, total)
    field = _Field.of(total)
    rows = np.frombuffer(data.ljust(size * needed, b"\0"), dtype=field.dtype).reshape(needed, -1)
    parity = field.combine(_parity_matrix(needed, total), rows)
    return [row.tobytes() for row in (*rows, *parity)]


def join_shards(shards: Mapping[int, bytes], needed: int, total: int, length: int) -> bytes | None:
    """Data of `length` bytes from shards by their number, all of one size; None when there are fewer than `needed`."""
    if len(shards) < needed:
        return None
    field = _Field.of(total)
    kept = sorted(shards)[:needed]
    received = np.stack([np.frombuffer(shards[number], dtype=field.dtype) for number in kept])
    known = [number for number in kept if number < needed]
    rows = np.zeros((needed, received.shape[1]), dtype=field.dtype)
    rows[known] = received[: len(known)]
    missing = sorted(set(range(needed)) - set(known))
    if missing:
        matrix = _parity_matrix(needed, total)[[number - needed for number in kept[len(known) :]]]
        right = received[len(known) :] ^ field.combine(matrix[:, known], rows[known])
        rows[missing] = field.solve(matrix[:, missing], right)
    return rows.tobytes()[:length]


@lru_cache(maxsize=4)
def _parity_matrix(needed: int, total: int) -> NDArray[np.unsignedinteger]:
    """Parity symbols as sums of products of the data's symbols: coefficients, shape (total - needed, needed)."""
    field = _Field.of(total)
    matrix = np.zeros((total - needed, needed), dtype=field.dtype)
    if total == needed:
        return matrix
    generator = field.generator(total - needed)
    matrix[:, -1] = generator
    for number in range(needed - 1, 0, -1):
        # One place further to the left is one more factor x, again reduced by the generator.
        matrix[:-1, number - 1] = matrix[1:, number]
        matrix[:, number - 1] ^= field.combine(generator[:, None], matrix[:1, number : number + 1])[:, 0]
    return matrix


class _Field:
    """GF(2**8) or GF(2**16) on arrays, by the library's tables of logarithms."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self.dtype = np.dtype(f"<u{bits // 8}")
        with _LOCK:
            logs, powers, order = self._load()
            self._log = np.array(logs, dtype=np.int32)
            cycle = np.array(powers[:order], dtype=self.dtype)
        # Zero has no logarithm; it gets one so large that every product with it is looked up among zeros.
        self._log[0] = 2 * order
        self._power = np.concatenate([cycle, cycle, np.zeros(2 * order + 1, dtype=self.dtype)])
        self._order = order
        # All products of bytes: looking one up takes a third of the time that logarithms take.
        self._products = self._power[self._log[:, None] + self._log] if self.dtype == np.uint8 else None

    @classmethod
    @lru_cache(maxsize=2)
    def _cached(cls, bits: int) -> _Field:
        return cls(bits)

    @classmethod
    def of(cls, total: int) -> _Field:
        """The field for so many shards."""
        return cls._cached(8 * _width(total))

    def generator(self, parity: int) -> NDArray[np.unsignedinteger]:
        """Generator polynomial of the code with `parity` parity symbols, without its leading 1; shape (parity,)."""
        with _LOCK:
            self._load()
            return np.array(reedsolo.rs_generator_poly(parity)[1:], dtype=self.dtype)

    def _load(self) -> tuple[bytes, bytes, int]:
        """Make this the field that the library works in; its logarithms, powers and order."""
        logs, powers, order = reedsolo.init_tables(prim=_POLYNOMIALS[self._bits], generator=2, c_exp=self._bits)
        return logs, powers, int(order)

    def combine(
        self, matrix: NDArray[np.unsignedinteger], rows: NDArray[np.unsignedinteger]
    ) -> NDArray[np.unsignedinteger]:
        """Product of `matrix` (m, k) and `rows` (k, n)."""
        product = np.zeros((matrix.shape[0], rows.shape[1]), dtype=self.dtype)
        if self._products is not None:
            term = np.empty_like(product)
            for column, row in zip(matrix.T, rows.astype(np.intp), strict=True):
                product ^= np.take(self._products[column], row, axis=1, out=term, mode="clip")
            return product
        for column, row in zip(self._log[matrix].T, self._log[rows], strict=True):
            product ^= self._power[column[:, None] + row]
        return product

    def solve(
        self, matrix: NDArray[np.unsignedinteger], right: NDArray[np.unsignedinteger]
    ) -> NDArray[np.unsignedinteger]:
        """Find x (e, n) with ``matrix @ x = right`` for a regular `matrix` (e, e): Gauss-Jordan elimination."""
        rows = np.concatenate([matrix, right], axis=1)
        for place in range(matrix.shape[0]):
            pivot = place + int(np.flatnonzero(rows[place:, place])[0])
            rows[[place, pivot]] = rows[[pivot, place]]
            logs = self._log[rows[place]]
            rows[place] = self._power[np.where(rows[place] == 0, 2 * self._order, (logs - logs[place]) % self._order)]
            factors = self._log[rows[:, place]]
            factors[place] = self._log[0]
            rows ^= self._power[factors[:, None] + self._log[rows[place]]]
        return rows[:, matrix.shape[0] :]


def _width(total: int) -> int:
    """Bytes of a symbol."""
    return 1 if total <= _SMALL_FIELD else 2
