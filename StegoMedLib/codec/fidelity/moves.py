"""The +-1 changes a sender may make in each usable block, and what each adds to its group's syndrome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import PIXELS, split_blocks
from StegoMedLib.codec.fidelity.parities import CHANGES, change_effects, patterns, scaled_coefficients
from StegoMedLib.codec.fidelity.reach import NONE, Reach, reach_of
from StegoMedLib.codec.fidelity.texture import tiers
from StegoMedLib.codec.legal import Legal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.fidelity.layout import Layout
    from StegoMedLib.plane import Plane

__all__ = ["Cover", "Moves", "apply_changes"]

_FIRST, _SECOND = np.triu_indices(CHANGES, k=1)
_APART = _FIRST % PIXELS != _SECOND % PIXELS
_PAIRS = np.stack([_FIRST[_APART], _SECOND[_APART]], axis=1)
"""All 480 ways to change two pixels of a block, as pairs of single changes."""


@dataclass(frozen=True)
class Moves:
    """Candidates for changing blocks.

    Attributes
    ----------
    words : ndarray of uint32, shape (n,)
        What each adds to the syndrome of its group.
    owners : ndarray of intp, shape (n,)
        The block each changes.
    changes : ndarray of intp, shape (n, 3)
        The single changes that make it, -1 in place of a second and third one where there are fewer.
    """

    words: NDArray[np.uint32]
    owners: NDArray[np.intp]
    changes: NDArray[np.intp]

    def kept(self, which: NDArray[np.bool_] | slice) -> Moves:
        """A run of the moves, or those that `which` (n,) marks."""
        return Moves(self.words[which], self.owners[which], self.changes[which])

    def joined(self, other: Moves) -> Moves:
        """These moves, then those of `other`."""
        return Moves(
            np.concatenate([self.words, other.words]),
            np.concatenate([self.owners, other.owners]),
            np.concatenate([self.changes, other.changes]),
        )


class Cover:
    """A plane as the sender sees it: syndrome words of all blocks, moves of the usable ones.

    Parameters
    ----------
    plane : Plane
    usable : ndarray of bool, shape (H // 4, W // 4)
    layout : Layout

    Attributes
    ----------
    blocks : ndarray of int32, shape (N, 16)
    usable : ndarray of bool, shape (N,)
        Without the blocks that no single change may touch: all their pixels lie between padding values.
    legal : ndarray of bool, shape (usable, 32)
        Which single changes of each usable block stay in the legal range and make no padding value.
    """

    def __init__(self, plane: Plane, usable: NDArray[np.bool_], layout: Layout) -> None:
        self.blocks = split_blocks(plane.pixels).astype(np.int32)
        self._pixels, self._layout = plane.pixels, layout
        mine = self.blocks[usable.ravel()]
        low, high = Legal(plane).limits(mine)
        legal = np.concatenate([mine < high, mine > low], axis=1)
        movable = legal.any(axis=1)
        self.usable = usable.ravel().copy()
        self.usable[self.usable] = movable
        self.legal = legal[movable]
        self._row = np.cumsum(self.usable) - 1

    @cached_property
    def _scaled(self) -> NDArray[np.int32]:
        return scaled_coefficients(self.blocks) + self._layout.dither

    @cached_property
    def patterns(self) -> NDArray[np.uint8]:
        """Patterns of all blocks; uint8, shape (N,)."""
        return patterns(self._scaled)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """Syndrome words of all blocks; uint32, shape (N,)."""
        return self._layout.syndromes(self.patterns, np.arange(self._layout.count))

    @cached_property
    def tiers(self) -> NDArray[np.uint8]:
        """How busy each pixel's surroundings are; uint8, shape (N, 16), 0 for the busiest."""
        return tiers(self._pixels)

    def single_moves(self, blocks: NDArray[np.intp]) -> Moves:
        """Every legal single change of the usable ones among `blocks`, in their order."""
        dry = blocks[self.usable[blocks]]
        rows = self._row[dry]
        words = self._single_words[rows]
        block, change = np.nonzero((words != 0) & self.legal[rows])
        return Moves(words[block, change], dry[block], _filled(change[:, None]))

    def reach(self, blocks: NDArray[np.intp]) -> Reach:
        """Which parities of `blocks` (n,), all usable, can be flipped together."""
        return reach_of(self._scaled[:, blocks], self.legal[self._row[blocks]])

    def double_moves(self, blocks: NDArray[np.intp]) -> Moves:
        """Every legal change of two pixels of the usable ones among `blocks`: for groups of few usable blocks."""
        dry = blocks[self.usable[blocks]]
        effects = change_effects()[:, _PAIRS].sum(axis=2)
        words = self._added(dry, effects)
        legal = self.legal[self._row[dry]][:, _PAIRS].all(axis=2)
        block, pair = np.nonzero((words != 0) & legal)
        return Moves(words[block, pair], dry[block], _filled(_PAIRS[pair]))

    @cached_property
    def _single_words(self) -> NDArray[np.uint32]:
        """What every single change of each usable block adds to its word; uint32, shape (usable, 32)."""
        return self._added(np.flatnonzero(self.usable), change_effects())

    def _added(self, blocks: NDArray[np.intp], effects: NDArray[np.int32]) -> NDArray[np.uint32]:
        """Words that `effects` (8, k) add to those of `blocks` (n,); uint32, shape (n, k)."""
        moved = patterns(c[blocks, None] + e for c, e in zip(self._scaled, effects, strict=True))
        return self._layout.syndromes(moved, blocks) ^ self.words[blocks, None]


def _filled(changes: NDArray[np.intp]) -> NDArray[np.intp]:
    """`changes` (n, k) in three columns."""
    return np.pad(changes, ((0, 0), (0, 3 - changes.shape[1])), constant_values=NONE)


def apply_changes(blocks: NDArray[np.int32], owners: NDArray[np.intp], changes: NDArray[np.intp]) -> NDArray[np.int32]:
    """Copy of `blocks` (N, 16) after `changes` (n, 3) to blocks `owners` (n,), as `Cover` numbers them."""
    changed = blocks.copy()
    for column in changes.T:
        made = column != NONE
        sign = np.where(column[made] < PIXELS, 1, -1).astype(np.int32)
        np.add.at(changed, (owners[made], column[made] % PIXELS), sign)
    return changed
