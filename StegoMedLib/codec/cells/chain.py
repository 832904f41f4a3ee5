"""The chain of cells that a message begins with: an anchor, then cells that each name the next.

A cell is 4x4 blocks on the plane's grid, all usable, and carries eight bytes in pairs of blocks. An anchor has the
nonce of the slice (4 bytes), the number of the next cell (2 bytes) and a check (2 bytes); every other cell has the
number of the next cell (2 bytes) and six bytes of content. The receiver tries all cells of the plane as anchors. No
byte of it lies in the body, so that no change of the body keeps a receiver from reading it.

The content is the header's fields, the map, and a check of both and the nonce (4 bytes of an HMAC), filled with zeros.
Numbers and content are masked by streams of the nonce: nothing but the random nonce is the same in two slices.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.cells.header import FIELD_BYTES, Fields
from StegoMedLib.codec.cells.layout import CELL_BLOCKS
from StegoMedLib.codec.cells.mapping import SQUARES, squares_to_blocks, unpacked_map
from StegoMedLib.codec.cells.pairs import bytes_in_pairs, in_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout

__all__ = ["CELL_BYTES", "CHECK_BYTES", "Chain", "anchor_bytes", "cells_needed", "chain_bytes", "chains_in"]
__all__ += ["find_anchors", "read_chain", "said_check"]

CELL_BYTES = bytes_in_pairs(CELL_BLOCKS)
_NONCE, _NEXT, CHECK_BYTES = 4, 2, 4
_CONTENT = CELL_BYTES - _NEXT
_DROPPED = np.uint64(64 - 16)
_MOST_ANCHORS = 16
"""Cells that are followed as anchors: chance makes one of 65536 pass for one, and 17 once in 10^14 planes."""


Anchor = tuple[int, int, int]
"""Cell, nonce and next cell."""


@dataclass(frozen=True)
class Chain:
    """What a chain says.

    Attributes
    ----------
    nonce : int
    fields : Fields
    mapped : ndarray of bool, shape (H // 4, W // 4)
        Blocks that the message may lie in; the chain's own among them.
    cells : ndarray of intp, shape (n,)
        Numbers of the cells of the chain, the anchor first.
    """

    nonce: int
    fields: Fields
    mapped: NDArray[np.bool_]
    cells: NDArray[np.intp]


def cells_needed(map_bytes: int) -> int:
    """Cells of a chain whose map has so many bytes."""
    return 1 + -(-(FIELD_BYTES + map_bytes + CHECK_BYTES) // _CONTENT)


def chain_bytes(
    layout: CellLayout, nonce: int, fields: Fields, packed: bytes, cells: NDArray[np.intp]
) -> NDArray[np.uint8]:
    """What the cells of a chain carry, uint8 (n, 8), given the packed map."""
    said = fields.pack() + packed
    content = said + said_check(layout, nonce, said)
    numbers = np.append(cells[1:], 0).astype(">u2")
    body = np.frombuffer(content.ljust((cells.size - 1) * _CONTENT, b"\0"), dtype=np.uint8).reshape(-1, _CONTENT)
    rows = np.concatenate([numbers[1:].view(np.uint8).reshape(-1, _NEXT), body], axis=1)
    masked = rows ^ layout.slice_stream(nonce, "chain", rows.size).reshape(rows.shape)
    return np.concatenate([anchor_bytes(layout, nonce, int(numbers[0]))[None], masked])


def anchor_bytes(layout: CellLayout, nonce: int, said: int) -> NDArray[np.uint8]:
    """What an anchor carries, uint8 (8,), given the number (16 bits) that it says."""
    words = np.array([[nonce >> 16, nonce & 0xFFFF, said]], dtype=np.uint64)
    mask, check = _anchor_hashes(layout, words)
    return np.array([nonce >> 16, nonce & 0xFFFF, said ^ int(mask[0]), int(check[0])], dtype=">u2").view(np.uint8)


def find_anchors(layout: CellLayout, pattern: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Anchor]]:
    """All cells' bytes (C, 8), and cell, nonce and next cell of those that pass for anchors."""
    found = in_pairs(layout.cell_words(pattern))
    words = np.ascontiguousarray(found).view(">u2").astype(np.uint64)
    mask, _ = _anchor_hashes(layout, words[:, :3])
    words[:, 2] ^= mask
    _, check = _anchor_hashes(layout, words[:, :3])
    rows = np.flatnonzero(check == words[:, 3])[:_MOST_ANCHORS]
    return found, [(int(row), int(words[row, 0] << np.uint64(16) | words[row, 1]), int(words[row, 2])) for row in rows]


def chains_in(layout: CellLayout, pattern: NDArray[np.uint8]) -> Iterator[Chain]:
    """All chains of a plane, given the patterns of all blocks (N,)."""
    found, anchors = find_anchors(layout, pattern)
    chains = (read_chain(layout, found, anchor) for anchor in anchors)
    return (chain for chain in chains if chain is not None)


def read_chain(layout: CellLayout, found: NDArray[np.uint8], anchor: Anchor) -> Chain | None:
    """The chain that begins at an anchor, given all cells' bytes (C, 8); None where it is none."""
    cell, nonce, following = anchor
    cells, content, most = {cell: None}, bytearray(), FIELD_BYTES
    stream = layout.slice_stream(nonce, "chain", found.size).reshape(found.shape)
    while len(content) < most:
        if following >= len(found) or following in cells:
            return None
        cells[following] = None
        row = found[following] ^ stream[len(cells) - 2]
        following = int(row[0]) << 8 | int(row[1])
        content += row[_NEXT:].tobytes()
        if len(content) >= FIELD_BYTES and most == FIELD_BYTES:
            fields = Fields.unpack(bytes(content[:FIELD_BYTES]))
            if fields is None or cells_needed(fields.map_bytes) > len(found):
                return None
            most = FIELD_BYTES + fields.map_bytes + CHECK_BYTES
    return _chain(layout, nonce, bytes(content[:most]), np.array(list(cells), dtype=np.intp))


def _chain(layout: CellLayout, nonce: int, content: bytes, cells: NDArray[np.intp]) -> Chain | None:
    """The chain with this content, None where its check fails or no sender writes it."""
    said, check = content[:-CHECK_BYTES], content[-CHECK_BYTES:]
    fields = Fields.unpack(said[:FIELD_BYTES])
    if fields is None or not hmac.compare_digest(check, said_check(layout, nonce, said)):
        return None
    side = SQUARES[fields.squares]
    squares = unpacked_map(said[FIELD_BYTES:], (layout.grid[0] // side, layout.grid[1] // side))
    if squares is None:
        return None
    mapped = squares_to_blocks(squares, side, layout.grid)
    return Chain(nonce, fields, mapped, cells) if mapped.ravel()[layout.cells[cells]].all() else None


def said_check(layout: CellLayout, nonce: int, said: bytes) -> bytes:
    """Check of what a header says, in the slice with this nonce."""
    key = subkey(layout.key, "header")
    return hmac.new(key, nonce.to_bytes(_NONCE, "big") + said, hashlib.sha256).digest()[:CHECK_BYTES]


def _anchor_hashes(layout: CellLayout, words: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Mask of the next cell's number (n,), of nonces alone, and check (n,) of all, for anchors (n, 3) of 16-bit words.

    Multilinear hashing modulo 2^64, the upper 16 bits kept (D. Lemire and O. Kaser, The Computer Journal 57(11), 2014).
    """
    keys = layout.anchors
    mask = (keys[0, 0] + words[:, 0] * keys[0, 1] + words[:, 1] * keys[0, 2]) >> _DROPPED
    check = (keys[1, 0] + (words * keys[1, 1:]).sum(axis=1, dtype=np.uint64)) >> _DROPPED
    return mask, check
