"""Where a message may lie: maps of blocks in which every pixel can move as often as layers need it, and their cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from StegoMedLib.blocks import BLOCK, split_blocks
from StegoMedLib.codec.cells.header import LARGEST_MAP
from StegoMedLib.codec.cells.mapping import SQUARES, packed_map, squares_in, squares_to_blocks
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.reversible.body import SETTINGS_BITS
from StegoMedLib.codec.reversible.choosing import best_weight, errors_of
from StegoMedLib.codec.reversible.places import Places, predicted
from StegoMedLib.codec.reversible.settings import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.reversible.choosing import Errors
    from StegoMedLib.plane import Plane

__all__ = ["Field", "Page", "fields_of"]

_OPENED = (8, 6, 4, 3, 2, 1)
"""Squares on a side of the larger squares of which simpler maps are made: what is narrower is left out."""

_MORE = 1.1
"""So many more blocks, at least, make a longer map worth a try."""

_SAMPLE = 1 << 14
"""Pixels by which maps are compared, about."""

_NEARLY = 0.9
"""Where so many of the blocks can move both ways, one way alone gives nothing."""

_HALF = 0.5


@dataclass(frozen=True)
class Page:
    """A map.

    Attributes
    ----------
    squares : int
        Place of the side of the map's squares in `SQUARES`.
    mapped : ndarray of bool, shape (H // 4, W // 4)
    packed : bytes
        The map.
    """

    squares: int
    mapped: NDArray[np.bool_]
    packed: bytes

    @cached_property
    def blocks(self) -> int:
        """Blocks in the map."""
        return int(np.count_nonzero(self.mapped))


class Field:
    """Blocks in which every pixel can move one way, or either way.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
    writable : ndarray of bool, shape (H // 4, W // 4)
    directions : tuple of Direction
        In which pixels can move.
    width : int
        So many grey levels they can move.
    layout : CellLayout
    like : Field or None
        One with the same directions whose blocks are all of this one's, and more: what is known of it is near enough.
    """

    def __init__(
        self,
        pixels: NDArray[np.int32],
        writable: NDArray[np.bool_],
        directions: tuple[Direction, ...],
        width: int,
        layout: CellLayout,
        *,
        like: Field | None = None,
    ) -> None:
        self._pixels, self._writable, self._layout = pixels, writable, layout
        self.directions, self.width = directions, width
        self._known: dict[bytes, Errors] = {}
        self._like = like

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The maps that there may be, the shortest first; each has far more blocks than the last."""
        grids = [(number, squares_in(self._writable, side)) for number, side in enumerate(SQUARES)]
        made = [self._page(number, _opened(squares, side)) for number, squares in grids for side in _OPENED]
        found: list[Page] = []
        for page in sorted(
            (page for page in made if page is not None), key=lambda page: (len(page.packed), -page.blocks)
        ):
            if not found or page.blocks > _MORE * found[-1].blocks:
                found.append(page)
        return tuple(found)

    def _page(self, number: int, squares: NDArray[np.bool_]) -> Page | None:
        mapped = squares_to_blocks(squares, SQUARES[number], self._layout.grid)
        packed = packed_map(squares)
        return Page(number, mapped, packed) if 0 < len(packed) <= LARGEST_MAP else None

    @cached_property
    def sample(self) -> tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.uint8], int]:
        """Block, error and unrest of some pixels of the first layer, the head not being there; and one of how many."""
        if self._like is not None:
            return self._like.sample
        places = Places(np.flatnonzero(self._writable), self._pixels.shape)
        mine, flat = places.of(0), self._pixels.ravel()
        guess, unrest = predicted(flat, mine, places.width, best_weight(flat, mine, places.width))
        step = max(1, mine.size // _SAMPLE)
        some = mine[::step]
        row, column = np.divmod(some, places.width)
        block = row // BLOCK * self._layout.grid[1] + column // BLOCK
        return block, flat[some] - guess[::step], unrest[::step], step

    def _errors(self, page: Page) -> Errors:
        """Errors of a page, about."""
        if page.packed not in self._known:
            block, error, unrest, step = self.sample
            some = page.mapped.ravel()[block]
            self._known[page.packed] = errors_of(error[some], unrest[some], self.directions, self.width, step)
        return self._known[page.packed]

    def changes(self, page: Page, bits: int, fixed: int) -> float:
        """Sum of the squares of what changes, about, if so many bits, and others in groups of their own, lie in a page.

        In one layer, or a half in each of two; infinite where that is not enough.
        """
        errors = self._errors(page)
        one, half = errors.best(bits, fixed), errors.best(-(-(bits + fixed + SETTINGS_BITS) // 2))
        ways = [times * choice.changes for times, choice in ((1, one), (2, half)) if choice is not None]
        return min(ways, default=np.inf)

    def holds(self, page: Page) -> int:
        """Bits of a page in one layer, about."""
        return self._errors(page).fullest()[1]


def _opened(squares: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Those of some squares (h, w) that lie in larger squares, of so many on a side, which are all of them."""
    if min(squares.shape) < side:
        return np.zeros_like(squares)
    whole = sliding_window_view(sliding_window_view(squares, side, axis=0).all(axis=2), side, axis=1).all(axis=2)
    around = np.pad(whole, side - 1)
    wide = sliding_window_view(sliding_window_view(around, side, axis=0).any(axis=2), side, axis=1).any(axis=2)
    return np.asarray(wide, dtype=np.bool_)


def fields_of(
    plane: Plane, usable: NDArray[np.bool_], width: int, layout: CellLayout, narrow: Sequence[Field] = ()
) -> list[Field]:
    """Fields for moves so far: of all ways where most blocks go either way, of the better one where many do not.

    Parameters
    ----------
    plane : Plane
    usable : ndarray of bool, shape (H // 4, W // 4)
    width : int
    layout : CellLayout
    narrow : sequence of Field
        Those for smaller moves.
    """
    pixels = plane.pixels
    low, high = Legal(plane).limits(pixels)
    rising, falling = (
        usable & split_blocks(np.broadcast_to(room >= width, pixels.shape)).all(axis=1).reshape(usable.shape)
        for room in (high - pixels, pixels - low)
    )
    both = rising & falling
    one, way = max((rising, Direction.UP), (falling, Direction.DOWN), key=lambda each: np.count_nonzero(each[0]))
    found: list[tuple[NDArray[np.bool_], tuple[Direction, ...]]] = []
    most = np.count_nonzero(one)
    if np.count_nonzero(both) >= _HALF * most:
        found.append((both, tuple(Direction)))
    if np.count_nonzero(both) < _NEARLY * most:
        found.append((one, (way,)))
    like = {field.directions: field for field in narrow}
    return [Field(pixels, blocks, ways, width, layout, like=like.get(ways)) for blocks, ways in found if most]
