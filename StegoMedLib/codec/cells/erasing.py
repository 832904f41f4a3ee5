"""How a message in cells is destroyed by who can read it, so that no holder of its key reads anything of it again.

Two things could outlive it. What a receiver computes, parities and digits, is written over with random bits where the
message has bits: the sums of the same blocks then say nothing else. And in calm air single pixels stand out because a
sender moved them, whatever is added later: so the lower of two neighbouring values and the upper one are dealt out anew
among the pixels that have either, in as many of them as may change.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import set_blocks
from StegoMedLib.codec.addressing import keystream, subkey
from StegoMedLib.codec.cells.chain import chains_in
from StegoMedLib.codec.cells.pairs import BLOCKS_PER_BYTE, solve_pairs
from StegoMedLib.codec.legal import Legal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.chain import Chain
    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.cells.moves import Chosen, Cover
    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.plane import Plane

__all__ = ["chain_of", "overwritten", "redrawn", "scattered"]

_KEY_BYTES = 32
_MOST_DEALT = 1 / 32
"""Share of pixels that dealing out changes at most: one in every two blocks, in the mean."""

_WHOLE = float(1 << 32)
_TINY = 1e-9


def redrawn(values: NDArray[np.int32], key: bytes, count: int, legal: Legal) -> NDArray[np.int32]:
    """Each of `values` (n, 16) as any of the `count` values of its cell, by a throw-away `key`.

    Cells follow each other from the lowest legal value on, so that which one of its cell a value was decides nothing.
    """
    drawn = keystream(subkey(key, "values"), values.size, np.uint32).reshape(values.shape)
    low, high = legal.limits(values)
    first = np.maximum(np.minimum(values - (values - low) % count, high - count + 1), np.minimum(low, values))
    return np.where(high > low, np.minimum(first + (drawn % count).astype(np.int32), high), values)


def chain_of(layout: CellLayout, pattern: NDArray[np.uint8], payload: Payload) -> Chain | None:
    """The chain by which a `payload` was read, given the patterns of all blocks (N,); None where it is not there."""
    mapped = payload.touched
    if mapped is None:
        return None
    chains = (chain for chain in chains_in(layout, pattern) if chain.nonce == payload.nonce)
    return next((chain for chain in chains if np.array_equal(chain.mapped, mapped)), None)


def scattered(plane: Plane, mapped: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Pixels (H, W) in whose blocks `mapped` (H // 4, W // 4) neighbouring values are dealt out anew, by one at most.

    Values keep their counts: air of one value with a few changed pixels keeps as few.
    """
    numbers = np.flatnonzero(mapped.ravel())
    blocks = plane.blocks[numbers]
    values = blocks.ravel()
    low, high = Legal(plane).limits(values)
    upper = (values - low) & 1
    lower = values - upper
    free = np.flatnonzero((lower < high) & (low < high))
    dealt = values.copy()
    dealt[free] = lower[free] + _dealt(lower[free], upper[free])
    pixels = plane.pixels.copy()
    set_blocks(pixels, numbers, dealt.reshape(blocks.shape))
    return pixels


def _dealt(classes: NDArray[np.int32], upper: NDArray[np.int32]) -> NDArray[np.int32]:
    """`upper` (n,), 0 or 1, dealt out anew within each of the `classes` (n,): all where ones, or zeros, are few."""
    _, kind = np.unique(classes, return_inverse=True)
    share = np.bincount(kind, upper) / np.maximum(np.bincount(kind), 1)
    taking = np.minimum(1.0, _MOST_DEALT / np.maximum(2 * share * (1 - share), _TINY))
    key = secrets.token_bytes(_KEY_BYTES)
    some = np.flatnonzero(keystream(subkey(key, "some"), kind.size, np.uint32) / _WHOLE < taking[kind])
    drawn = keystream(subkey(key, "order"), some.size, np.uint64)
    found = upper.copy()
    found[some[np.argsort(kind[some], kind="stable")]] = upper[some[np.lexsort((drawn, kind[some]))]]
    return found


def overwritten(cover: Cover, paired: NDArray[np.intp]) -> Chosen | None:
    """Changes after which pairs of blocks (2 n,), a chain's or a tag's, carry random bytes; None as `solve_pairs`."""
    drawn = keystream(secrets.token_bytes(_KEY_BYTES), paired.size // BLOCKS_PER_BYTE, np.uint8)
    return solve_pairs(cover, paired, drawn.astype(np.uint8))
