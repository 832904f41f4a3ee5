"""The body where blocks are few: every parity of every block in one system of linear equations.

Groups waste capacity there, because each of them needs enough blocks. Here each of the first five parities of each
block has a keyed random column of as many bits as the payload, and the payload is the exclusive or of the columns whose
parity is 1 (wet paper codes, J. Fridrich et al., IEEE Trans. Signal Process. 53(10), 2005). The sender solves for the
parities that have to flip, and flips those of a block together by at most three +-1: five bits a block, for more
changes a bit than groups need.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import keystream, subkey
from StegoMedLib.codec.cells.reach import REACHED
from StegoMedLib.codec.gf2 import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.cells.moves import Chosen, Cover

__all__ = ["MAXIMUM_DENSE_BITS", "MAXIMUM_DENSE_BLOCKS", "SPARE", "dense_bits", "solve_dense"]

MAXIMUM_DENSE_BITS = 4096
"""Elimination takes time with the cube of the payload's length."""

MAXIMUM_DENSE_BLOCKS = 1024
"""Blocks of the body that are made use of: enough for `MAXIMUM_DENSE_BITS`."""

SPARE = 24
"""Unknowns beyond the number of equations: a random system then has a solution but for one case in 2**24."""


def dense_bits(
    layout: CellLayout, pattern: NDArray[np.uint8], body: NDArray[np.intp], length: int
) -> NDArray[np.bool_]:
    """Payload of `length` bits that the blocks `body` (n,) carry, given all patterns (N,); bool, shape (length,)."""
    blocks = body[:MAXIMUM_DENSE_BLOCKS]
    chosen = np.unpackbits(pattern[blocks, None], axis=1, count=REACHED, bitorder="little").astype(np.bool_)
    packed = np.bitwise_xor.reduce(_columns(layout.key, length)[: blocks.size][chosen], axis=0, initial=0)
    return np.unpackbits(packed, count=length, bitorder="little").astype(np.bool_)


def solve_dense(cover: Cover, layout: CellLayout, body: NDArray[np.intp], payload: NDArray[np.bool_]) -> Chosen | None:
    """Changes after which the blocks `body` (n,), all usable, carry `payload` (k,); None when it does not fit."""
    blocks = body[:MAXIMUM_DENSE_BLOCKS]
    reach = cover.reach(blocks)
    parities = _fewest(reach.parities, payload.size + SPARE)
    if parities is None:
        return None
    free = np.arange(REACHED) < parities[:, None]
    columns = _columns(layout.key, payload.size)[: blocks.size][free]
    matrix = np.unpackbits(columns, axis=1, count=payload.size, bitorder="little").T.astype(np.bool_)
    flips = np.zeros(free.shape, dtype=np.bool_)
    missing = payload ^ dense_bits(layout, cover.patterns, blocks, payload.size)
    solution = solve(matrix, missing)
    if solution is None:
        return None
    flips[free] = solution
    wanted = np.packbits(flips, axis=1, bitorder="little")[:, 0]
    changed = np.flatnonzero(wanted)
    return blocks[changed], reach.changes[changed, wanted[changed]]


@lru_cache(maxsize=2)
def _columns(key: bytes, length: int) -> NDArray[np.uint8]:
    """Columns for a payload of so many bits, by the place in the body; uint8, packed, shape (1024, 5, bytes)."""
    size = -(-length // 8)
    count = MAXIMUM_DENSE_BLOCKS * REACHED * size
    drawn = keystream(subkey(key, "columns", length), count, np.uint8).astype(np.uint8, copy=False)
    columns = drawn.reshape(MAXIMUM_DENSE_BLOCKS, REACHED, size)
    columns.setflags(write=False)
    return columns


def _fewest(parities: NDArray[np.intp], needed: int) -> NDArray[np.intp] | None:
    """Parities to use of each block: as evenly few as give `needed` unknowns, since few flips need few changes."""
    for most in range(1, REACHED + 1):
        limited = np.minimum(parities, most)
        if limited.sum() >= needed:
            return limited
    return None
