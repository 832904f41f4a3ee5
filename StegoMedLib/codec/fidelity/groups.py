"""Groups of blocks: their syndromes, the payload as their words, and the changes that make the two equal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.cells.moves import PAIRS, filled
from StegoMedLib.codec.cells.parities import CHANGES
from StegoMedLib.codec.cells.texture import TIERS
from StegoMedLib.codec.fidelity.solve import MOST, Table, choose, one_or_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.moves import Chosen, Cover

__all__ = ["bits_of_words", "group_starts", "solve_groups", "syndromes", "words_of_bits"]

_FEW = 3
"""Changes of a group that are spent on keeping to its busy pixels."""

_ENOUGH = 24
"""So many ordered triples of candidates for each word make four choices of three: one fails in fifty groups."""

_LOOKED_AT = 40
"""Blocks of a group that are looked at: two of their 1100 single changes make any word of 18 bits but one in ten."""

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

    Busy pixels come first, as long as few changes among them do.

    Parameters
    ----------
    cover : Cover
    blocks : ndarray of intp, shape (n,)
        Blocks of all groups, group after group.
    wanted : ndarray of uint32, shape (G,)
    size : int
        Bits of a syndrome.
    table : Table
        Of ``2 ** size`` entries or more.

    Returns
    -------
    Chosen or None
        None when a group cannot take its word.
    """
    missing = syndromes(cover.words[blocks], wanted.size, size) ^ wanted
    some, groups = _looked_at(cover, blocks, wanted.size)
    singles = _Singles(cover, some, groups, missing, size)
    rest, chosen = np.flatnonzero(missing), [(np.empty(0, np.intp), np.empty((0, 3), np.intp))]
    for last in range(len(TIERS) + 1):
        if not rest.size:
            break
        found, rest = singles.choose(rest, last, table)
        chosen.append(found)
    for group in rest:
        rich = _rich(cover, some[groups == group], int(missing[group]), size, table)
        if rich is None:
            return None
        chosen.append(rich)
    return np.concatenate([owners for owners, _ in chosen]), np.concatenate([changes for _, changes in chosen])


def _looked_at(cover: Cover, blocks: NDArray[np.intp], groups: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Usable blocks that are looked at, all of a group or the busiest where there are too many; and their groups."""
    starts = group_starts(blocks.size, groups)
    group = np.repeat(np.arange(groups), np.diff(starts, append=blocks.size))
    if blocks.size > groups * _LOOKED_AT:
        order = np.lexsort((cover.calm[blocks], group))
        order = order[np.arange(blocks.size) - starts[group] < _LOOKED_AT]
        blocks, group = blocks[order], group[order]
    dry = cover.usable[blocks]
    return blocks[dry], group[dry]


class _Singles:
    """Single changes of the blocks of all groups, those of one tier at a time.

    Parameters
    ----------
    cover : Cover
    blocks, groups : ndarray of intp, shape (n,)
        Usable blocks, and the group of each, which ascends.
    missing : ndarray of uint32, shape (G,)
        What the changes of a group have to add up to.
    size : int
        Bits of a syndrome.
    """

    def __init__(
        self,
        cover: Cover,
        blocks: NDArray[np.intp],
        groups: NDArray[np.intp],
        missing: NDArray[np.uint32],
        size: int,
    ) -> None:
        self._blocks, self._groups, self._missing, self._size = blocks, groups, missing, size
        words, legal = cover.single_words(self._blocks)
        self._words = words.ravel() & _low_bits(size)
        self._legal = legal & (words != 0)
        self._tiers = np.tile(cover.tiers[self._blocks], 2)
        counts = np.bincount(self._groups, np.count_nonzero(self._legal, axis=1), missing.size)
        self._counts = counts.astype(np.intp)

    def choose(self, groups: NDArray[np.intp], last: int, table: Table) -> tuple[Chosen, NDArray[np.intp]]:
        """Changes of pixels up to the tier `last` for those of `groups` that need few of them; the other groups."""
        wanted = np.zeros(self._missing.size, dtype=np.bool_)
        wanted[groups] = True
        moves = np.flatnonzero(self._legal & (self._tiers <= last) & wanted[self._groups, None])
        owners = moves // CHANGES
        words, group = self._words.take(moves), self._groups.take(owners)
        done, chosen = one_or_two(words, owners, group, self._missing, self._size, table)
        wanted[done] = False
        picks = chosen.tolist()
        starts = np.searchsorted(group, np.arange(wanted.size + 1))
        counts = np.diff(starts)
        every = counts == self._counts
        for number in np.flatnonzero(wanted & (every | (counts**_FEW >= _ENOUGH << self._size))).tolist():
            run, most = slice(starts[number], starts[number + 1]), MOST if every[number] else _FEW
            found = choose(words[run], owners[run], int(self._missing[number]), table, most)
            wanted[number] = found is None
            picks += [int(run.start) + each for each in found or []]
        changes = filled((moves[picks] % CHANGES)[:, None])
        return (self._blocks[owners[picks]], changes), np.flatnonzero(wanted)


def _rich(cover: Cover, blocks: NDArray[np.intp], missing: int, size: int, table: Table) -> Chosen | None:
    """Single and double changes of a group's first usable blocks; single ones last, where the table prefers them."""
    some = blocks[:_SCARCE_BLOCKS]
    doubles, singles = cover.double_words(some), cover.single_words(some)
    two, one = (np.nonzero((words != 0) & legal) for words, legal in (doubles, singles))
    words = np.concatenate([doubles[0][two], singles[0][one]]) & _low_bits(size)
    owners = np.concatenate([some[two[0]], some[one[0]]])
    changes = np.concatenate([filled(PAIRS[two[1]]), filled(one[1][:, None])])
    chosen = choose(words, owners, missing, table)
    return None if chosen is None else (owners[chosen], changes[chosen])


def _low_bits(size: int) -> np.uint32:
    return np.uint32((1 << size) - 1)
