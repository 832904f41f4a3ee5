"""Which changes give a group the syndrome it has to have, with as few changes as can be.

The sender may choose from *candidates*: each changes one block at the price of one or two +-1, and adds a known word to
the group's syndrome. This is matrix embedding with a random code (J. Fridrich and D. Soukal, IEEE TIFS 1(3), 2006),
each block offering not one flip but every single change of its 16 pixels. One change is looked for first, then two in
different blocks by a table of the candidates' words (one look-up a candidate), then three, then four as two pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["MOST", "Table", "choose"]

MOST = 4
"""Candidates that are chosen at most."""

_CHUNK = 1 << 18
"""Look-ups made at a time while three changes are looked for."""

_PAIRED = 1024
"""Candidates of which all pairs are formed while four changes are looked for."""


class Table:
    """Candidate by syndrome word: a direct-address table of ``2 ** bits`` entries, reused from group to group."""

    def __init__(self, bits: int) -> None:
        self._slots = np.full(1 << bits, -1, dtype=np.int32)

    def fill(self, words: NDArray[np.uint32]) -> None:
        """Enter `words`; of equal words the last stays."""
        self._slots[words] = np.arange(words.size, dtype=np.int32)

    def clear(self, words: NDArray[np.uint32]) -> None:
        """Take `words` out again."""
        self._slots[words] = -1

    def find(self, words: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Index of a candidate with each word, -1 where there is none; same shape as `words`."""
        return self._slots[words]


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
        Empty, and large enough for the largest word; left empty.
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
    try:
        few = _pair(words, owners, target, table) or _triple(words, owners, target, table)
    finally:
        table.clear(words)
    return few or (_quadruple(words, owners, target, table) if most == MOST else None)


def _pair(words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table) -> list[int] | None:
    partner = table.find(words ^ np.uint32(target))
    first = np.flatnonzero(partner >= 0)
    first = first[owners[first] != owners[partner[first]]]
    return [int(first[0]), int(partner[first[0]])] if first.size else None


def _triple(words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table) -> list[int] | None:
    for rows in _chunks(words.size):
        partner = table.find(words[rows, None] ^ words[None, :] ^ np.uint32(target))
        one, two = np.nonzero(partner >= 0)
        three = partner[one, two]
        one = rows[one]
        apart = (owners[one] != owners[two]) & (owners[one] != owners[three]) & (owners[two] != owners[three])
        hit = np.flatnonzero(apart)
        if hit.size:
            return [int(one[hit[0]]), int(two[hit[0]]), int(three[hit[0]])]
    return None


def _quadruple(words: NDArray[np.uint32], owners: NDArray[np.intp], target: int, table: Table) -> list[int] | None:
    """Two pairs whose sums add up to `target`, among at most `_PAIRED` candidates taken evenly from all."""
    some = np.unique(np.linspace(0, max(words.size - 1, 0), min(words.size, _PAIRED)).astype(np.intp))
    one, two = (some[index] for index in np.triu_indices(some.size, k=1))
    apart = owners[one] != owners[two]
    one, two = one[apart], two[apart]
    sums = words[one] ^ words[two]
    table.fill(sums)
    partner = table.find(sums ^ np.uint32(target))
    table.clear(sums)
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


def _chunks(size: int) -> Iterator[NDArray[np.intp]]:
    """Row numbers ``0 .. size-1`` in runs short enough that a run's look-ups stay in the cache, growing as they go."""
    start, rows = 0, 4
    while start < size:
        yield np.arange(start, min(start + rows, size))
        start, rows = start + rows, max(1, min(rows * 2, _CHUNK // max(size, 1)))
