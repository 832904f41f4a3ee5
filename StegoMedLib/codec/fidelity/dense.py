"""The body where usable blocks are few: every parity of every block in one system of linear equations.

Groups waste capacity there, because each of them needs enough usable blocks. Here each of the first five
parities of each block has a keyed random column of as many bits as the payload, and the payload is the exclusive or of
the columns whose parity is 1 (wet paper codes, J. Fridrich et al., IEEE Trans. Signal Process. 53(10), 2005). The
sender solves for the parities that have to flip, and flips those of a block together by at most three +-1: five bits a
block, for more changes a bit than groups need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.fidelity.reach import REACHED
from StegoMedLib.codec.gf2 import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.fidelity.groups import Chosen
    from StegoMedLib.codec.fidelity.layout import Layout
    from StegoMedLib.codec.fidelity.moves import Cover

__all__ = ["MAXIMUM_DENSE_BITS", "dense_bits", "dense_capacity", "dense_limit", "solve_dense"]

MAXIMUM_DENSE_BITS = 4096
"""Elimination takes time with the cube of the payload's length."""

_MAXIMUM_COLUMNS = 1 << 29
"""Bits of all columns of a plane (64 MiB): in planes of more than 640 x 640 pixels payloads have to be shorter."""

_MAXIMUM_BLOCKS = 1024
"""Usable blocks that are made use of: enough for `MAXIMUM_DENSE_BITS`."""

_SPARE = 24
"""Unknowns beyond the number of equations: a random system then has a solution but for one case in 2**24."""


def dense_limit(count: int) -> int:
    """Longest payload in bits that the body of a plane of `count` blocks can have this way."""
    return min(MAXIMUM_DENSE_BITS, _MAXIMUM_COLUMNS // (count * REACHED))


def dense_capacity(cover: Cover, layout: Layout) -> int:
    """Bits that the usable blocks of a plane can carry this way, under nearly every key.

    How many usable blocks the key deals to the header is hypergeometric; three standard deviations are left for it.
    """
    usable = np.flatnonzero(cover.usable)
    if not usable.size:
        return 0
    parities = float(cover.reach(usable[:_MAXIMUM_BLOCKS]).parities.mean())
    share = layout.header_size / layout.count
    blocks = usable.size * (1 - share) - 3 * np.sqrt(usable.size * share * (1 - share))
    bits = int(parities * min(blocks, _MAXIMUM_BLOCKS)) - _SPARE
    return max(0, min(bits, dense_limit(layout.count)))


def dense_bits(patterns: NDArray[np.uint8], blocks: NDArray[np.intp], layout: Layout, length: int) -> NDArray[np.bool_]:
    """Payload of `length` bits that `blocks` (n,) with `patterns` (n,) carry; bool, shape (length,)."""
    columns = layout.columns(length)[blocks]
    chosen = np.unpackbits(patterns[:, None], axis=1, count=REACHED, bitorder="little").astype(np.bool_)
    packed = np.bitwise_xor.reduce(columns[chosen], axis=0, initial=0)
    return np.unpackbits(packed, count=length, bitorder="little").astype(np.bool_)


def solve_dense(cover: Cover, blocks: NDArray[np.intp], layout: Layout, payload: NDArray[np.bool_]) -> Chosen | None:
    """Changes after which `blocks` carry `payload` (k,); None when it does not fit."""
    usable = blocks[cover.usable[blocks]][:_MAXIMUM_BLOCKS]
    reach = cover.reach(usable)
    parities = _fewest(reach.parities, payload.size + _SPARE)
    if parities is None:
        return None
    free = np.arange(REACHED) < parities[:, None]
    columns = layout.columns(payload.size)[usable][free]
    matrix = np.unpackbits(columns, axis=1, count=payload.size, bitorder="little").T.astype(np.bool_)
    flips = np.zeros(free.shape, dtype=np.bool_)
    missing = payload ^ dense_bits(cover.patterns[blocks], blocks, layout, payload.size)
    solution = solve(matrix[None], missing[None])
    if solution is None:
        return None
    flips[free] = solution[0]
    wanted = np.packbits(flips, axis=1, bitorder="little")[:, 0]
    changed = np.flatnonzero(wanted)
    return usable[changed], reach.changes[changed, wanted[changed]]


def _fewest(parities: NDArray[np.intp], needed: int) -> NDArray[np.intp] | None:
    """Parities to use of each block: as evenly few as give `needed` unknowns, since few flips need few changes."""
    for most in range(1, REACHED + 1):
        limited = np.minimum(parities, most)
        if limited.sum() >= needed:
            return limited
    return None
