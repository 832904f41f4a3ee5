"""The +-1 changes a sender may make in each usable block, and what each adds to its group's syndrome."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from StegoMedLib.blocks import PIXELS
from StegoMedLib.codec.cells.parities import CHANGES, change_effects, coefficients_of, moved_patterns
from StegoMedLib.codec.cells.reach import NONE, Reach, reach_of
from StegoMedLib.codec.cells.texture import tiers
from StegoMedLib.codec.legal import Legal

if TYPE_CHECKING:
    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.plane import Plane

__all__ = ["PAIRS", "Chosen", "Cover", "changed_blocks", "filled"]

Chosen = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Blocks to change (n,), each once, and the single changes to make in each (n, 3); -1 where there are fewer."""

_FIRST, _SECOND = np.triu_indices(CHANGES, k=1)
_APART = _FIRST % PIXELS != _SECOND % PIXELS

PAIRS = np.stack([_FIRST[_APART], _SECOND[_APART]], axis=1)
"""All 480 ways to change two pixels of a block, as pairs of single changes."""

_STEPS = np.concatenate([np.eye(PIXELS), -np.eye(PIXELS), np.zeros((1, PIXELS))]).astype(np.int32)
"""What each single change, and none, adds to the pixels of a block."""

_SINGLE, _DOUBLE = change_effects(), change_effects()[:, PAIRS].sum(axis=2, dtype=np.int32)


class Cover:
    """A plane as the sender sees it: syndrome words of all blocks, changes of the usable ones.

    Parameters
    ----------
    plane : Plane
    usable : ndarray of bool, shape (H // 4, W // 4)
    layout : CellLayout

    Attributes
    ----------
    blocks : ndarray of int32, shape (N, 16)
    usable : ndarray of bool, shape (N,)
        Without the blocks that no single change may touch: all their pixels lie between padding values.
    legal : ndarray of bool, shape (usable, 32)
        Which single changes of each usable block stay in the legal range and make no padding value.
    """

    def __init__(self, plane: Plane, usable: NDArray[np.bool_], layout: CellLayout) -> None:
        self.blocks, self._plane, self._layout = plane.blocks, plane, layout
        mine = self.blocks[usable.ravel()]
        low, high = Legal(plane).limits(mine)
        legal = np.concatenate([mine < high, mine > low], axis=1)
        movable = legal.any(axis=1)
        self.usable = usable.ravel().copy()
        self.usable[self.usable] = movable
        self.legal = legal if movable.all() else legal[movable]
        # Whatever blocks are asked about, others than usable ones have no legal change: their row is the last.
        self._rows = np.append(self.legal, np.zeros((1, CHANGES), dtype=np.bool_), axis=0)
        self._row = np.where(self.usable, np.cumsum(self.usable) - 1, len(self.legal))

    @cached_property
    def _scaled(self) -> NDArray[np.int32]:
        return coefficients_of(self._plane) + self._layout.dither

    @cached_property
    def patterns(self) -> NDArray[np.uint8]:
        """Patterns of all blocks; uint8, shape (N,)."""
        return self._layout.patterns(self._plane)

    @cached_property
    def words(self) -> NDArray[np.uint32]:
        """Syndrome words of all blocks; uint32, shape (N,)."""
        return self._layout.words(self.patterns, np.arange(self._layout.count))

    @cached_property
    def tiers(self) -> NDArray[np.uint8]:
        """How busy each pixel's surroundings are; uint8, shape (N, 16), 0 for the busiest."""
        return tiers(self._plane.pixels)

    @cached_property
    def calm(self) -> NDArray[np.uint16]:
        """How calm the surroundings of each block's pixels are together: the sum of their tiers; uint16, shape (N,)."""
        return np.asarray(np.einsum("ij->i", self.tiers.astype(np.uint16)))

    def single_words(self, blocks: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """What each single change adds to the words of `blocks` (...), and which are legal.

        Returns
        -------
        ndarray of uint32 and ndarray of bool, shape (..., 32)
        """
        words = self._added(blocks.ravel(), _SINGLE)
        return words.reshape(*blocks.shape, CHANGES), self._rows[self._row[blocks]]

    def double_words(self, blocks: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """The same (n, 480) for changes of two pixels of `blocks` (n,), as `PAIRS` lists them."""
        legal = self._rows[self._row[blocks]]
        return self._added(blocks, _DOUBLE), legal[:, PAIRS[:, 0]] & legal[:, PAIRS[:, 1]]

    def reach(self, blocks: NDArray[np.intp]) -> Reach:
        """Which parities of `blocks` (n,) can be flipped together."""
        return reach_of(self._scaled[:, blocks], self._rows[self._row[blocks]])

    def _added(self, blocks: NDArray[np.intp], effects: NDArray[np.int32]) -> NDArray[np.uint32]:
        """Words that `effects` (8, k) add to those of `blocks` (n,); uint32, shape (n, k)."""
        moved = moved_patterns(self._scaled[:, blocks], effects)
        return self._layout.words(moved, blocks) ^ self.words[blocks, None]


def filled(changes: NDArray[np.intp]) -> NDArray[np.intp]:
    """`changes` (n, k) in three columns."""
    return np.pad(changes, ((0, 0), (0, 3 - changes.shape[1])), constant_values=NONE)


def changed_blocks(blocks: NDArray[np.int32], chosen: Chosen) -> NDArray[np.int32]:
    """The blocks that are chosen of `blocks` (N, 16), after their changes; int32, shape (n, 16)."""
    owners, changes = chosen
    return np.asarray(blocks[owners] + _STEPS[changes].sum(axis=1, dtype=np.int32), dtype=np.int32)
