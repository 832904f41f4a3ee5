"""Where a sender puts a head: a rectangle of cells in which its bits change little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.cells.layout import CELL, CELL_BLOCKS
from StegoMedLib.codec.reversible.choosing import errors_of
from StegoMedLib.codec.reversible.head import LONGEST, MOST_BINS, MOST_SIZE, Form, blocks_of, head_places
from StegoMedLib.codec.reversible.places import predicted
from StegoMedLib.codec.reversible.settings import EVEN_WEIGHT, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.reversible.settings import Direction

__all__ = ["Ground", "Room"]

_CELLS = (6, 9, 12, 16, 24, 36, 54, 80, 120, 180, 256)
"""Sizes of rectangles that are tried, in turn."""

_NEAR = 1.25
"""So much larger a rectangle may be than the size that is looked for."""

_ENOUGH = 0.25
"""Squares of changes a bit with which a sender is content."""

_BETTER = 1.5
"""So much more than in the mean a rectangle may hold."""

_TINY = 1e-9

_MOST = 0.3
"""Share of the cells that a head may take."""


@dataclass(frozen=True)
class Room:
    """A rectangle for a head.

    Attributes
    ----------
    form : Form
    blocks : ndarray of intp, shape (n,)
        Its blocks, those of the anchor first.
    changes : float
        Sum of the squares of what its bits change, about.
    """

    form: Form
    blocks: NDArray[np.intp]
    changes: float


@dataclass(frozen=True)
class Ground:
    """Where heads may lie.

    Attributes
    ----------
    pixels : ndarray of int32, shape (H, W)
    layout : CellLayout
    mapped : ndarray of bool, shape (H // 4, W // 4)
    directions : tuple of Direction
        In which pixels can move.
    width : int
        How far they can move at most.
    density : float
        Bits of a block, about.
    worn : ndarray of intp, shape (n,)
        Cells of anchors that are there already, under the same key: the new one has to take the place of the only one.
    """

    pixels: NDArray[np.int32]
    layout: CellLayout
    mapped: NDArray[np.bool_]
    directions: tuple[Direction, ...]
    width: int
    density: float
    worn: NDArray[np.intp]

    def room(self, bits: int, nonce: int) -> Room | None:
        """A rectangle in which so many bits fit, at random by the nonce; None where there is none."""
        whole, best = self._whole(), None
        if self.worn.size > 1:
            return None
        for down, across, cells in _rectangles(whole, bits / max(self.density * CELL_BLOCKS, _TINY)):
            corners = cells[np.isin(cells, self.worn)] if self.worn.size else cells
            if not corners.size:
                continue
            drawn = int(self.layout.slice_stream(nonce, f"corner/{down}/{across}", 4).view("<u4")[0])
            room = self._room(int(corners[drawn % corners.size]), (down, across), bits, nonce)
            if room is not None and (best is None or room.changes < best.changes):
                best = room
            if best is not None and best.changes < _ENOUGH * bits:
                break
        return best

    def _whole(self) -> NDArray[np.bool_]:
        """Cells all of whose blocks are mapped; bool, shape (h // 4, w // 4)."""
        down, across = self.layout.grid[0] // CELL, self.layout.grid[1] // CELL
        whole = np.zeros(down * across, dtype=np.bool_)
        whole[: len(self.layout.cells)] = self.mapped.ravel()[self.layout.cells].all(axis=1)
        return whole.reshape(down, across)

    def _room(self, cell: int, size: tuple[int, int], bits: int, nonce: int) -> Room | None:
        """The rectangle at a cell, with as few errors for bits as do; None where the bits do not fit."""
        blocks = blocks_of(self.layout, cell, Form(*size, self.directions[0], 1, 1, 0))
        if blocks is None:
            return None
        rows, columns = self.pixels.shape
        places, flat = head_places(self.layout, nonce, blocks, (rows, columns)), self.pixels.ravel()
        mine = places.of(0)
        guess, unrest = predicted(flat, mine, places.width, EVEN_WEIGHT)
        for width in WIDTHS[: WIDTHS.index(self.width) + 1]:
            errors = errors_of(flat[mine] - guess, unrest, self.directions, width)
            sizes = range(1, MOST_SIZE + 1 if width == 1 else 2)
            choices = [errors.of_size(each, bits, most_bin=MOST_BINS[width]) for each in sizes]
            found = [choice for choice in choices if choice is not None]
            if found:
                choice = min(found, key=lambda each: each.changes)
                form = Form(*size, choice.direction, width, choice.size, choice.bin)
                return Room(form, blocks, choice.changes)
        return None


def _rectangles(whole: NDArray[np.bool_], least: float) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """Cells down and across, and numbers of possible upper left cells, of one rectangle of each size.

    Parameters
    ----------
    whole : ndarray of bool
        Cells that there are.
    least : float
        Cells that are needed, about.
    """
    most = max(_CELLS[0], _MOST * np.count_nonzero(whole))
    sums = np.pad(whole.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    for size in _CELLS:
        if size > most:
            return
        if _BETTER * size < least:
            continue
        found: tuple[int, int, NDArray[np.intp]] | None = None
        for down in range(1, min(LONGEST, whole.shape[0]) + 1):
            across = -(-size // down)
            if across > min(LONGEST, whole.shape[1]) or (found is not None and down * across > _NEAR * size):
                continue
            full = sums[down:, across:] - sums[:-down, across:] - sums[down:, :-across] + sums[:-down, :-across]
            row, column = np.nonzero(full == down * across)
            if row.size and (found is None or row.size > found[2].size):
                found = down, across, np.asarray(row * whole.shape[1] + column, dtype=np.intp)
        if found is not None:
            yield found
