"""The head of a message: an anchor, and beside it a layer of its own that says how all else is laid out.

The anchor is a cell as other profiles have it: nonce, a number, a check. The number says how large a rectangle of cells
is of which the anchor is the upper left one, and which errors are bits in the rest of it. These bits are the header's
fields, settings of the last layer, the map, and a check of all that and the nonce.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import permutation, subkey
from StegoMedLib.codec.cells.chain import CHECK_BYTES, find_anchors, said_check
from StegoMedLib.codec.cells.header import FIELD_BYTES, LARGEST_MAP, Fields
from StegoMedLib.codec.cells.layout import CELL
from StegoMedLib.codec.cells.mapping import SQUARES, squares_to_blocks, unpacked_map
from StegoMedLib.codec.reversible.layer import bins_of, bits_of_ones
from StegoMedLib.codec.reversible.places import COLOURS, Places
from StegoMedLib.codec.reversible.settings import EVEN_WEIGHT, SETTINGS_BYTES, WIDTHS, Direction, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.cells.profile import Seen

__all__ = ["LONGEST", "MOST_BINS", "MOST_SIZE", "Form", "Head", "blocks_of", "head_bits", "head_places", "heads_in"]

LONGEST = 16
"""Cells on a side of the rectangle at most."""

MOST_SIZE = 4
"""Bits that a group may have where one error is a bit."""

MOST_BINS = {1: 3, 2: 15, 4: 15, 8: 15}
"""First error at most, by how many neighbouring errors are bits."""

_SAID = FIELD_BYTES + SETTINGS_BYTES


@dataclass(frozen=True)
class Form:
    """What an anchor says of the rectangle.

    Attributes
    ----------
    down, across : int
        Cells, 1 to 16.
    direction : Direction
    width : int
    size : int
        1 to 4; 1 if `width` is more.
    bin : int
        0 to 3; to 15 if `width` is more than 1.
    """

    down: int
    across: int
    direction: Direction
    width: int
    size: int
    bin: int

    def pack(self) -> int:
        """A number of 16 bits."""
        ways = (self.direction << 2) | WIDTHS.index(self.width)
        return ((self.down - 1) << 12) | ((self.across - 1) << 8) | (ways << 4) | ((self.size - 1) << 2) | self.bin

    @classmethod
    def unpack(cls, number: int) -> Form | None:
        """Inverse of `pack`; None for what no sender writes."""
        direction = number >> 6 & 3
        if direction > max(Direction):
            return None
        down, across, width = (number >> 12) + 1, (number >> 8 & 15) + 1, WIDTHS[number >> 4 & 3]
        size, first = ((number >> 2 & 3) + 1, number & 3) if width == 1 else (1, number & 15)
        return cls(down, across, Direction(direction), width, size, first)

    def settings(self, count: int) -> Settings:
        """How so many bits are written."""
        return Settings(0, self.direction, self.width, self.size, EVEN_WEIGHT, self.bin, count)


@dataclass(frozen=True)
class Head:
    """What a head says.

    Attributes
    ----------
    nonce : int
    fields : Fields
    settings : Settings
    mapped : ndarray of bool, shape (H // 4, W // 4)
    blocks : ndarray of intp, shape (n,)
        All blocks of the rectangle, those of the anchor first.
    before : ndarray of int32, shape (H * W,)
        The plane without the head; its anchor is still in it.
    """

    nonce: int
    fields: Fields
    settings: Settings
    mapped: NDArray[np.bool_]
    blocks: NDArray[np.intp]
    before: NDArray[np.int32]


def blocks_of(layout: CellLayout, cell: int, form: Form) -> NDArray[np.intp] | None:
    """Blocks of a rectangle whose upper left cell is given, those of that one first; None where cells are not there."""
    across = layout.grid[1] // CELL
    row, column = divmod(cell, across)
    last = cell + (form.down - 1) * across + form.across - 1
    if column + form.across > across or last >= len(layout.cells):
        return None
    cells = ((row + np.arange(form.down))[:, None] * across + column + np.arange(form.across)).ravel()
    return np.asarray(layout.cells[cells].ravel(), dtype=np.intp)


def head_places(layout: CellLayout, nonce: int, blocks: NDArray[np.intp], shape: tuple[int, int]) -> Places:
    """Places of the head's bits: all blocks of the rectangle but the anchor's, in an order of the slice."""
    rest = blocks[layout.cells.shape[1] :]
    return Places(rest[permutation(subkey(layout.key, "head", nonce), rest.size)], shape, nonce % COLOURS)


def head_bits(layout: CellLayout, nonce: int, fields: Fields, settings: Settings, packed: bytes) -> NDArray[np.bool_]:
    """The bits of a head, hidden, given the packed map."""
    said = fields.pack() + settings.pack() + packed
    content = np.frombuffer(said + said_check(layout, nonce, said), dtype=np.uint8)
    return np.unpackbits(content).astype(np.bool_) ^ layout.slice_bits(nonce, "said", 8 * content.size)


def heads_in(seen: Seen) -> Iterator[tuple[int, Head]]:
    """All heads of a plane, each with the number of its anchor's cell."""
    _, anchors = find_anchors(seen.layout, seen.pattern)
    for cell, nonce, number in anchors:
        form = Form.unpack(number)
        head = None if form is None else _head(seen, cell, nonce, form)
        if head is not None:
            yield cell, head


def _head(seen: Seen, cell: int, nonce: int, form: Form) -> Head | None:
    """The head that an anchor leads to; None where it leads to none."""
    layout, shape = seen.layout, seen.plane.shape
    blocks = blocks_of(layout, cell, form)
    if blocks is None:
        return None
    flat, places = seen.plane.pixels.ravel(), head_places(layout, nonce, blocks, shape)
    mask = layout.slice_bits(nonce, "said", 8 * (_SAID + LARGEST_MAP + CHECK_BYTES))
    fields = Fields.unpack(_read(flat, places, form, FIELD_BYTES, mask)[0])
    if fields is None:
        return None
    said, before = _read(flat, places, form, _SAID + fields.map_bytes + CHECK_BYTES, mask)
    content, check = said[:-CHECK_BYTES], said[-CHECK_BYTES:]
    settings = Settings.unpack(content[FIELD_BYTES:_SAID])
    if before is None or settings is None or not hmac.compare_digest(check, said_check(layout, nonce, content)):
        return None
    side = SQUARES[fields.squares]
    squares = unpacked_map(content[_SAID:], (layout.grid[0] // side, layout.grid[1] // side))
    if squares is None:
        return None
    mapped = squares_to_blocks(squares, side, layout.grid)
    return Head(nonce, fields, settings, mapped, blocks, before) if mapped.ravel()[blocks].all() else None


def _read(
    flat: NDArray[np.int32], places: Places, form: Form, size: int, mask: NDArray[np.bool_]
) -> tuple[bytes, NDArray[np.int32] | None]:
    """The first `size` bytes of a head, and the plane without them; nothing where there are not so many."""
    settings = form.settings(8 * size)
    bins = bins_of(flat, places, settings, settings.groups(8 * size), written=True)
    if bins is None:
        return b"", None
    bits = bits_of_ones(bins.ones, form.size)[: 8 * size]
    return np.packbits(bits ^ mask[: 8 * size]).tobytes(), bins.lifted(flat)
