"""Which changes give a group the syndrome it has to have, with as few changes as can be.

The sender may choose from *candidates*: each changes one block at the price of one or two +-1, and adds a known word to
the group's syndrome. This is matrix embedding with a random code (J. Fridrich and D. Soukal, IEEE TIFS 1(3), 2006),
each block offering not one flip but every single change of its 16 pixels. One change is looked for first, then two in
different blocks by a table of the candidates' words (one look-up a candidate), then three, then four as two pairs.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Words = NDArray[np.uint32] | NDArray[np.intp]

__all__ = ["MOST", "Table", "choose", "one_or_two"]

_LARGEST = (1 << 31) - 1

MOST = 4
"""Candidates that are chosen at most."""

_CHUNK = 1 << 18
"""Look-ups made at a time while three changes are looked for."""

_PAIRED = (128, 1024)
"""Candidates of which all pairs are formed while four changes are looked for, and where those do not do."""


class Table:
    """Candidate by syndrome word: a direct-address table of ``2 ** bits`` entries, reused from group to group.

    Parameters
    ----------
    bits : int

    Attributes
    ----------
    bits : int
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._slots = np.full(1 << bits, -1, dtype=np.int32)
        self._first = self._next = 0

    def fill(self, words: Words) -> None:
        """Enter `words` in place of those before; of equal words the last stays."""
        if self._next + words.size > _LARGEST:
            self._slots[:], self._next = -1, 0
        self._first, self._next = self._next, self._next + words.size
        self._slots[words] = np.arange(self._first, self._next, dtype=np.int32)

    def find(self, words: Words) -> NDArray[np.int32]:
        """Index of a candidate with each word, negative where there is none; same shape as `words`."""
        found: NDArray[np.int32] = self._slots.take(words) - np.int32(self._first)
        return found


def one_or_two(  # noqa: PLR0917  arrays of one length, then what they are looked up in
    words: NDArray[np.uint32],
    owners: NDArray[np.intp],
    groups: NDArray[np.intp],
    targets: NDArray[np.uint32],
    size: int,
    table: Table,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The groups that one or two candidates put right, and these candidates: the fewest, and of those the first.

    Parameters
    ----------
    words : ndarray of uint32, shape (n,)
        What each candidate adds to the syndrome of its group.
    owners, groups : ndarray of intp, shape (n,)
        The block each changes, and its group, which ascends.
    targets : ndarray of uint32, shape (G,)
    size : int
        Bits of a syndrome.
    table : Table
        Of ``2 ** size`` entries or more: then several groups are looked up at once.

    Returns
    -------
    ndarray of intp, shape (g,), and ndarray of intp, shape (k,)
    """
    wanted = words ^ targets[groups]
    partner = _partners(words, wanted, groups, size, table)
    single, pair = np.flatnonzero(wanted == 0), np.flatnonzero(partner >= 0)
    pair = pair[owners[pair] != owners[partner[pair]]]
    first, second = np.concatenate([single, pair]), np.concatenate([single, partner[pair]])
    done, place = np.unique(groups[first], return_index=True)
    first, second = first[place], second[place]
    return done, np.concatenate([first, second[second != first]])


def _partners(
    words: NDArray[np.uint32], wanted: NDArray[np.uint32], groups: NDArray[np.intp], size: int, table: Table
) -> NDArray[np.intp]:
    """Another candidate of the same group that has the `wanted` word (n,) of each; -1 where there is none."""
    together = 1 << table.bits - size
    high = (groups & (together - 1)) << size
    mine, others = words | high, wanted | high
    partner = np.full(words.size, -1, dtype=np.intp)
    first = np.searchsorted(groups, np.arange(0, int(groups[-1]) + 1 if groups.size else 0, together)).tolist()
    for start, stop in pairwise([*first, groups.size]):
        table.fill(mine[start:stop])
        found = table.find(others[start:stop])
        partner[start:stop] = np.where(found >= 0, found + start, -1)
    return partner


def choose(
    words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table, most: int = MOST
) -> list[int] | None:
    """Choose the fewest candidates, at most `most`, whose words add up to `target`.

    Parameters
    ----------
    words : ndarray of uint32, shape (n,)
        What each candidate adds to the syndrome.
    owners : ndarray of intp, shape (n,)
        The block each candidate changes. Chosen candidates never share one: their effects would not add up.
    target : int
    table : Table
        Large enough for the largest word.
    most : int
        Three or four.

    Returns
    -------
    list of int or None
        Indices of the candidates; None when none were found.
    """
    if target == 0:
        return []
    single = np.flatnonzero(words == target)
    if single.size:
        return [int(single[0])]
    table.fill(words)
    few = _pair(words, owners, target, table) or _triple(words, owners, target, table)
    if few or most < MOST:
        return few
    counts = [count for count in _PAIRED if count < words.size] + [min(words.size, _PAIRED[-1])]
    found = (_quadruple(words, owners, target, table, count) for count in counts)
    return next(filter(None, found), None)


def _pair(words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table) -> list[int] | None:
    partner = table.find(words ^ np.uint32(target))
    first = np.flatnonzero(partner >= 0)
    first = first[owners[first] != owners[partner[first]]]
    return [int(first[0]), int(partner[first[0]])] if first.size else None


def _triple(words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table) -> list[int] | None:
    usual = (1 << int(words.max(initial=0)).bit_length()) // max(1, words.size**2)  # rows that find three in the mean
    for rows in _chunks(words.size, 1 + usual):
        partner = table.find(words[rows, None] ^ words[None, :] ^ np.uint32(target))
        one, two = np.nonzero(partner >= 0)
        three = partner[one, two]
        one = rows[one]
        apart = (owners[one] != owners[two]) & (owners[one] != owners[three]) & (owners[two] != owners[three])
        hit = np.flatnonzero(apart)
        if hit.size:
            return [int(one[hit[0]]), int(two[hit[0]]), int(three[hit[0]])]
    return None


def _quadruple(
    words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table, count: int
) -> list[int] | None:
    """Two pairs whose sums add up to `target`, among `count` candidates taken evenly from all."""
    some = np.unique(np.linspace(0, max(words.size - 1, 0), count).astype(np.intp))
    one, two = (some[index] for index in _all_pairs(some.size))
    apart = owners[one] != owners[two]
    one, two = one[apart], two[apart]
    sums = words[one] ^ words[two]
    table.fill(sums)
    partner = table.find(sums ^ np.uint32(target))
    first = np.flatnonzero(partner >= 0)
    second = partner[first]
    disjoint = np.ones(first.size, dtype=np.bool_)
    for mine in (owners[one[first]], owners[two[first]]):
        disjoint &= (mine != owners[one[second]]) & (mine != owners[two[second]])
    hit = np.flatnonzero(disjoint)
    if not hit.size:
        return None
    ours, theirs = int(first[hit[0]]), int(second[hit[0]])
    return [int(one[ours]), int(two[ours]), int(one[theirs]), int(two[theirs])]


@lru_cache(maxsize=4)
def _all_pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(count, k=1)


def _chunks(size: int, rows: int) -> Iterator[NDArray[np.intp]]:
    """Row numbers ``0 .. size-1`` in runs short enough that a run's look-ups stay in the cache, growing from `rows`."""
    start, rows = 0, max(1, min(rows, _CHUNK // max(size, 1)))
    while start < size:
        yield np.arange(start, min(start + rows, size))
        start, rows = start + rows, max(1, min(rows * 2, _CHUNK // max(size, 1)))
