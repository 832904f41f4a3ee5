"""Groups of blocks: their syndromes, the payload as their words, and the changes that make the two equal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from StegoMedLib.blocks import PIXELS
from StegoMedLib.codec.fidelity.solve import MOST, Table, choose
from StegoMedLib.codec.fidelity.texture import TIERS

if TYPE_CHECKING:
    from StegoMedLib.codec.fidelity.moves import Cover, Moves

__all__ = ["Chosen", "bits_of_words", "group_starts", "solve_groups", "syndromes", "words_of_bits"]

Chosen = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Blocks to change (n,), and the single changes to make in each (n, 3), as `moves.Cover` numbers them."""

_FEW = 3
"""Changes of a group that are spent on keeping to its busy pixels."""

_ENOUGH = 24
"""So many ordered triples of candidates for each word make four choices of three: one fails in fifty groups."""

_SCARCE_BLOCKS = 6
"""Blocks of a group that are looked at when two changes a block are allowed."""


def group_starts(blocks: int, groups: int) -> NDArray[np.intp]:
    """First block of each of `groups` nearly equal runs over `blocks` blocks; intp, shape (groups,)."""
    return np.arange(groups, dtype=np.intp) * blocks // groups


def words_of_bits(bits: NDArray[np.bool_], size: int) -> NDArray[np.uint32]:
    """Payload bits (k,) as words of `size` bits, first bit lowest, the last word filled with zeros; uint32, (G,)."""
    groups = math.ceil(bits.size / size)
    padded = np.zeros(groups * size, dtype=np.uint32)
    padded[: bits.size] = bits
    words: NDArray[np.uint32] = np.bitwise_or.reduce(
        padded.reshape(groups, size) << np.arange(size, dtype=np.uint32), 1
    )
    return words


def bits_of_words(words: NDArray[np.uint32], size: int, length: int) -> NDArray[np.bool_]:
    """Inverse of `words_of_bits`: the first `length` bits; bool, shape (length,)."""
    return ((words[:, None] >> np.arange(size, dtype=np.uint32)) & 1).astype(np.bool_).ravel()[:length]


def syndromes(words: NDArray[np.uint32], groups: int, size: int) -> NDArray[np.uint32]:
    """Exclusive or over each group of the words (n,) of its blocks, cut to `size` bits; uint32, shape (groups,)."""
    return np.bitwise_xor.reduceat(words, group_starts(words.size, groups)) & _low_bits(size)


def solve_groups(
    cover: Cover, blocks: NDArray[np.intp], wanted: NDArray[np.uint32], size: int, table: Table
) -> Chosen | None:
    """Changes after which each group of `blocks` has its wanted syndrome.

    Parameters
    ----------
    cover : Cover
    blocks : ndarray of intp, shape (n,)
        Blocks of all groups, group after group.
    wanted : ndarray of uint32, shape (G,)
    size : int
        Bits of a syndrome.
    table : Table
        Of ``2 ** size`` entries.

    Returns
    -------
    Chosen or None
        None when a group cannot take its word.
    """
    targets = syndromes(cover.words[blocks], wanted.size, size) ^ wanted
    edges = np.append(group_starts(blocks.size, wanted.size), blocks.size)
    moves = cover.single_moves(blocks)
    tier = cover.tiers[moves.owners, moves.changes[:, 0] % PIXELS]
    parts = _edges_of_moves(moves, blocks, edges)
    chosen: list[Chosen] = []
    for group, target in enumerate(targets):
        run = slice(parts[group], parts[group + 1])
        found = _busiest(moves.kept(run), tier[run], int(target), size, table)
        if found is None:
            scarce = blocks[edges[group] : edges[group + 1]]
            found = _chosen(_rich_moves(cover, scarce), int(target), size, table)
        if found is None:
            return None
        chosen.append(found)
    return np.concatenate([owners for owners, _ in chosen]), np.concatenate([changes for _, changes in chosen])


def _busiest(moves: Moves, tier: NDArray[np.uint8], target: int, size: int, table: Table) -> Chosen | None:
    """Few changes where the plane is busy, else where it is less so, and where need be anywhere."""
    for last in range(len(TIERS)):
        busy = tier <= last
        if busy.all():
            break
        if np.count_nonzero(busy) ** _FEW < _ENOUGH << size:
            continue
        found = _chosen(moves.kept(busy), target, size, table, most=_FEW)
        if found is not None:
            return found
    return _chosen(moves, target, size, table)


def _chosen(moves: Moves, target: int, size: int, table: Table, most: int = MOST) -> Chosen | None:
    chosen = choose(moves.words & _low_bits(size), moves.owners, target, table, most)
    return None if chosen is None else (moves.owners[chosen], moves.changes[chosen])


def _rich_moves(cover: Cover, blocks: NDArray[np.intp]) -> Moves:
    """Single and double changes of a group's first usable blocks; single ones last, where the table prefers them."""
    some = blocks[cover.usable[blocks]][:_SCARCE_BLOCKS]
    return cover.double_moves(some).joined(cover.single_moves(some))


def _edges_of_moves(moves: Moves, blocks: NDArray[np.intp], edges: NDArray[np.intp]) -> NDArray[np.intp]:
    """First move of each group, and the end; intp, shape (G + 1,)."""
    place = np.zeros(int(blocks.max(initial=0)) + 1, dtype=np.intp)
    place[blocks] = np.arange(blocks.size)
    return np.searchsorted(place[moves.owners], edges)


def _low_bits(size: int) -> np.uint32:
    return np.uint32((1 << size) - 1)
