"""Bytes in pairs of blocks: the exclusive or of the low eight bits of two blocks' words is a byte.

The sender reaches any byte by one change in a fifth of the cases and by two in nearly all others: the pair has 64
single changes, and 1024 pairs of them in both blocks; else by up to two in each block, which is always enough, at an
end of the legal range, too. This is matrix embedding with a random code (J. Fridrich
and D. Soukal, IEEE TIFS 1(3), 2006), for all pairs at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.cells.moves import PAIRS, filled
from StegoMedLib.codec.cells.parities import CHANGES
from StegoMedLib.codec.cells.reach import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.cells.moves import Chosen, Cover

__all__ = ["BLOCKS_PER_BYTE", "bytes_in_pairs", "in_pairs", "pair_bytes", "solve_pairs"]

BLOCKS_PER_BYTE = 2

_WORDS = 1 << 8
_NEVER = 9

_FEW = np.array([*((change, NONE) for change in range(CHANGES)), (NONE, NONE)])
"""What may be done to a block: one change, or none, which comes last, as it is to be preferred."""

_MANY = np.concatenate([PAIRS, _FEW])


def bytes_in_pairs(blocks: int) -> int:
    """Bytes that so many blocks carry."""
    return blocks // BLOCKS_PER_BYTE


def pair_bytes(layout: CellLayout, pattern: NDArray[np.uint8], blocks: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Bytes that pairs of `blocks` (n, 2), or runs of them (..., 2 m), carry; uint8, shape (..., m)."""
    return in_pairs(layout.words(pattern[blocks.ravel()], blocks.ravel()).astype(np.uint8).reshape(blocks.shape))


def in_pairs(words: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bytes that pairs of blocks carry, given the low eight bits of the blocks' words (..., 2 m); uint8, (..., m)."""
    return np.asarray(words[..., ::BLOCKS_PER_BYTE] ^ words[..., 1::BLOCKS_PER_BYTE])


def solve_pairs(cover: Cover, blocks: NDArray[np.intp], wanted: NDArray[np.uint8]) -> Chosen | None:
    """Changes after which pairs of blocks carry the wanted bytes.

    Parameters
    ----------
    cover : Cover
    blocks : ndarray of intp, shape (2 n,)
        Pair after pair; others than usable ones stay as they are.
    wanted : ndarray of uint8, shape (n,)

    Returns
    -------
    Chosen or None
        None when a pair cannot take its byte.
    """
    pairs = blocks.reshape(-1, BLOCKS_PER_BYTE)
    missing = np.bitwise_xor.reduce(cover.words[pairs].astype(np.uint8), axis=1) ^ wanted
    changes, done = _fewest(cover, pairs, missing, _FEW)
    rest = np.flatnonzero(~done)
    if rest.size:
        changes[rest], done = _fewest(cover, pairs[rest], missing[rest], _MANY)
        if not done.all():
            return None
    pair, side = np.nonzero((changes != NONE).any(axis=2))
    return pairs[pair, side], filled(changes[pair, side])


def _fewest(
    cover: Cover, pairs: NDArray[np.intp], missing: NDArray[np.uint8], choices: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The fewest single changes (n, 2, 2) for pairs of blocks (n, 2), if one of the `choices` in each does; and if."""
    words, legal = _choices(cover, pairs, choices)
    first = _found(words[:, 0], legal[:, 0], words[:, 1] ^ missing[:, None])
    count = np.count_nonzero(choices != NONE, axis=1)
    cost = np.where((first >= 0) & legal[:, 1], count[first] + count, _NEVER)
    second = cost.argmin(axis=1)
    every = np.arange(len(pairs))
    done = cost[every, second] < _NEVER
    changes = np.stack([choices[first[every, second]], choices[second]], axis=1)
    changes[~done] = NONE
    return changes, done


def _choices(
    cover: Cover, pairs: NDArray[np.intp], choices: NDArray[np.intp]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """What each of the `choices` (c, 2) adds to the byte, and which are legal; (n, 2, c)."""
    singles = cover.single_words(pairs)
    end = (*singles[0].shape[:2], 1)
    parts = [singles, (np.zeros(end, dtype=np.uint32), np.ones(end, dtype=np.bool_))]
    if len(choices) > len(_FEW):
        words, legal = cover.double_words(pairs.ravel())
        parts.insert(0, (words.reshape(*pairs.shape, -1), legal.reshape(*pairs.shape, -1)))
    words, legal = (np.concatenate(each, axis=2) for each in zip(*parts, strict=True))
    return words.astype(np.uint8), legal


def _found(words: NDArray[np.uint8], allowed: NDArray[np.bool_], wanted: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number of the last allowed word of a row (n, k) that each of the `wanted` (n, m) is; -1 where none is."""
    table = np.full(len(words) * _WORDS, -1, dtype=np.intp)
    row, number = np.nonzero(allowed)
    table[row * _WORDS + words[row, number]] = number
    found: NDArray[np.intp] = table[wanted + np.arange(len(words))[:, None] * _WORDS]
    return found
