"""Tags of the tiles of a plane, so that a receiver knows where pixels were changed.

A tile's tag is a multilinear hash of its pixels (D. Lemire and O. Kaser, The Computer Journal 57(11), 2014): their
products with secret numbers of 64 bits, summed with one that is the tile's own, of which the upper 16 bits are kept. It
is strongly universal for values of 16 bits: whatever is changed in a tile, by whoever does not know the key, the tag
stays the same with a chance of 2^-16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from StegoMedLib.binding.digest import wire_values
from StegoMedLib.binding.keys import keyed
from StegoMedLib.blocks import BLOCK, pixels_of
from StegoMedLib.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Rectangle", "altered_tiles", "rectangles", "tagged_tiles", "tile_key", "tile_pixels", "tile_tags"]

_DROPPED = np.uint64(64 - 16)


class Rectangle(NamedTuple):
    """Pixels of columns ``x .. x + width - 1`` and rows ``y .. y + height - 1``."""

    x: int
    y: int
    width: int
    height: int


def tile_key(key: bytes, nonce: int, head: bytes) -> bytes:
    """Key of a slice's tiles, 32 bytes, from the binding key, the slice's nonce and the head of its own part."""
    return keyed(key, "tiles", nonce.to_bytes(4, "little"), head)


def tagged_tiles(touched: NDArray[np.bool_], shape: tuple[int, int], side: int) -> NDArray[np.bool_]:
    """Tiles with a tag: all that do not lie wholly inside touched blocks.

    Parameters
    ----------
    touched : ndarray of bool, shape (H // 4, W // 4)
        Blocks that embedding may have changed. Pixels beside the last whole block are untouched.
    shape : tuple of int
        Rows and columns of the plane.
    side : int
        Of a tile, in pixels: a multiple of 4. Tiles at the lower and right edge are cut.

    Returns
    -------
    ndarray of bool, shape (ceil(H / side), ceil(W / side))
    """
    kept = np.zeros([length * (side // BLOCK) for length in _grid(shape, side)], dtype=np.bool_)
    kept[: -(-shape[0] // BLOCK), : -(-shape[1] // BLOCK)] = True
    kept[: touched.shape[0], : touched.shape[1]] &= ~touched
    across = side // BLOCK
    tiles = kept.reshape(kept.shape[0] // across, across, -1, across)
    return np.asarray(tiles.any(axis=(1, 3)), dtype=np.bool_)


def tile_tags(pixels: NDArray[np.int32], touched: NDArray[np.bool_], side: int, key: bytes) -> NDArray[np.uint16]:
    """Tags of the tagged tiles, row by row.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
        Cover or stego: pixels of touched blocks count as zero.
    touched, side
        As for `tagged_tiles`.
    key : bytes
        Of `tile_key`.

    Returns
    -------
    ndarray of uint16, shape (number of tagged tiles,)
    """
    return _hashes(pixels, touched, side, key)[tagged_tiles(touched, _shape(pixels), side)]


def altered_tiles(
    pixels: NDArray[np.int32], touched: NDArray[np.bool_], side: int, key: bytes, tags: NDArray[np.uint16]
) -> NDArray[np.bool_] | None:
    """Tiles whose `tags` are not those of `pixels`, bool by the grid of tiles; None for another number of tags."""
    tagged = tagged_tiles(touched, _shape(pixels), side)
    if tags.shape != (int(tagged.sum()),):
        return None
    altered = np.zeros_like(tagged)
    altered[tagged] = _hashes(pixels, touched, side, key)[tagged] != tags
    return altered


def tile_pixels(tiles: NDArray[np.bool_], shape: tuple[int, int], side: int) -> NDArray[np.bool_]:
    """Pixels of the marked `tiles` of a plane; bool, of its `shape` (H, W)."""
    return np.kron(tiles, np.ones((side, side), dtype=np.bool_))[: shape[0], : shape[1]]


def rectangles(tiles: NDArray[np.bool_], shape: tuple[int, int], side: int) -> list[Rectangle]:
    """Rectangles of pixels that cover the marked `tiles` of a plane of `shape` and nothing else, none over another.

    Tiles beside each other in a row are one rectangle, and so are those of rows below that begin and end alike.
    """
    found, growing = [], dict[tuple[int, int], int]()
    for row in range(tiles.shape[0] + 1):
        runs = _runs(tiles[row]) if row < tiles.shape[0] else []
        found += [(growing.pop(run), run[0], row, run[1]) for run in growing.keys() - set(runs)]
        for run in runs:
            growing.setdefault(run, row)
    ends = ((top * side, left * side, bottom * side, right * side) for top, left, bottom, right in sorted(found))
    return [Rectangle(x, y, min(right, shape[1]) - x, min(bottom, shape[0]) - y) for y, x, bottom, right in ends]


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First tile of each run of marked ones, and the one behind its last."""
    steps = np.flatnonzero(np.diff(row, prepend=False, append=False))
    return [(int(first), int(behind)) for first, behind in steps.reshape(-1, 2)]


def _hashes(pixels: NDArray[np.int32], touched: NDArray[np.bool_], side: int, key: bytes) -> NDArray[np.uint16]:
    """Hashes of all tiles; uint16, by the grid of tiles."""
    grid = _grid(_shape(pixels), side)
    drawn = np.frombuffer(stream(key, 8 * (side * side + grid[0] * grid[1])), dtype="<u8")
    factors, masks = drawn[: side * side].reshape(side, side), drawn[side * side :].reshape(grid)
    values = np.zeros((grid[0] * side, grid[1] * side), dtype=np.uint64)
    kept = ~pixels_of(touched, _shape(pixels))
    np.multiply(wire_values(pixels), kept, out=values[: pixels.shape[0], : pixels.shape[1]])
    values *= np.tile(factors, grid)
    summed = values.reshape(grid[0], side, -1).sum(axis=1).reshape(*grid, side).sum(axis=2)
    return np.asarray((summed + masks) >> _DROPPED, dtype=np.uint16)


def _grid(shape: tuple[int, int], side: int) -> tuple[int, int]:
    return -(-shape[0] // side), -(-shape[1] // side)


def _shape(pixels: NDArray[np.int32]) -> tuple[int, int]:
    rows, columns = pixels.shape
    return rows, columns
