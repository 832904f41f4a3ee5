"""The chain of cells: map, fields, anchor and links come back, and nothing else passes for them."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.codec.cells.chain import (
    CELL_BYTES,
    Chain,
    cells_needed,
    chain_bytes,
    find_anchors,
    read_chain,
)
from StegoMedLib.codec.cells.header import FIELD_BYTES, Fields
from StegoMedLib.codec.cells.layout import MOST_CELLS, CellLayout
from StegoMedLib.codec.cells.mapping import SQUARES, packed_map, squares_in, squares_to_blocks, unpacked_map
from StegoMedLib.codec.cells.pairs import pair_bytes
from Testing.airs import KEY

SHAPE = (256, 272)
NONCE = 0xC0FFEE01


@pytest.fixture(scope="module")
def layout() -> CellLayout:
    return CellLayout(KEY, SHAPE)


@pytest.fixture(scope="module")
def usable() -> np.ndarray:
    blocks = np.ones((SHAPE[0] // 4, SHAPE[1] // 4), dtype=bool)
    blocks[20:40, 13:50] = False
    blocks[3, 60] = False
    return blocks


def whole_cells(layout: CellLayout, mapped: np.ndarray) -> np.ndarray:
    return np.flatnonzero(mapped.ravel()[layout.cells].all(axis=1))


def written(layout: CellLayout, packed: bytes, cells: np.ndarray, fields: Fields | None = None) -> np.ndarray:
    """Bytes of all cells, those not of the chain at random."""
    said = fields or Fields(1234, 17, 3, 1, 40, len(packed))
    found = np.random.default_rng(1).integers(0, 256, (len(layout.cells), CELL_BYTES), dtype=np.uint8)
    found[cells] = chain_bytes(layout, NONCE, said, packed, cells)
    return found


def followed(layout: CellLayout, found: np.ndarray, cells: np.ndarray) -> Chain | None:
    return read_chain(layout, found, (int(cells[0]), NONCE, int(cells[1])))


@pytest.mark.parametrize("side", SQUARES)
def test_a_map_comes_back_and_says_no_more_than_is_usable(usable: np.ndarray, side: int) -> None:
    squares = squares_in(usable, side)

    again = unpacked_map(packed_map(squares), squares.shape)

    assert again is not None
    np.testing.assert_array_equal(again, squares)
    mapped = squares_to_blocks(again, side, usable.shape)
    assert not (mapped & ~usable).any()
    assert mapped.sum() == squares.sum() * side * side


@pytest.mark.parametrize(
    ("packed", "shape"),
    [
        (b"\0", (4, 4)),  # a byte of filling alone
        (b"\x80\0", (4, 4)),  # a byte of filling too much
        (b"\xff\xff\xff", (4, 4)),  # edges beyond the last square
        (b"\x00\x00\x01", (99, 99)),  # a number that ends behind the last byte
        (b"\x80", (0, 7)),
        (bytes(5000) + b"\xff" * 6000, (64, 64)),
    ],
)
def test_what_is_no_map_is_told(packed: bytes, shape: tuple[int, int]) -> None:
    assert unpacked_map(packed, shape) is None


def test_fields_come_back_and_those_that_no_sender_writes_do_not() -> None:
    fields = Fields(2047, 31, 127, 2, 65535, 65535)

    assert Fields.unpack(fields.pack()) == fields
    assert len(fields.pack()) == FIELD_BYTES
    for wrong in (Fields(1, 2, 0, 1, 1, 1), Fields(1, 2, 1, 3, 1, 1), Fields(1, 2, 1, 1, 1, 0)):
        assert Fields.unpack(wrong.pack()) is None
    assert Fields.unpack(fields.pack()[:-1] + bytes([fields.pack()[-1] | 1])) is None


def test_a_chain_says_what_was_written_wherever_its_cells_lie(layout: CellLayout, usable: np.ndarray) -> None:
    squares = squares_in(usable, 2)
    packed = packed_map(squares)
    whole = whole_cells(layout, squares_to_blocks(squares, 2, usable.shape))
    cells = np.random.default_rng(2).permutation(whole)[: cells_needed(len(packed))]

    chain = followed(layout, written(layout, packed, cells), cells)

    assert chain is not None
    assert (chain.nonce, chain.fields) == (NONCE, Fields(1234, 17, 3, 1, 40, len(packed)))
    np.testing.assert_array_equal(chain.cells, cells)
    np.testing.assert_array_equal(chain.mapped, squares_to_blocks(squares, 2, usable.shape))


def test_every_changed_bit_of_a_chain_is_noticed(layout: CellLayout, usable: np.ndarray) -> None:
    packed = packed_map(squares_in(usable, 4))
    cells = np.random.default_rng(3).permutation(whole_cells(layout, usable))[: cells_needed(len(packed))]
    said = cells_needed(len(packed)) * CELL_BYTES - 2 * (cells.size - 1) - FIELD_BYTES
    assert said > 0
    meant = FIELD_BYTES + len(packed) + 4
    found = written(layout, packed, cells, Fields(9, 9, 1, 2, 0, len(packed)))
    assert followed(layout, found, cells) is not None
    for number, cell in enumerate(cells[1:]):
        last = number == cells.size - 2
        for byte in range(2 if last else 0, CELL_BYTES):
            if byte >= 2 and number * 6 + byte - 2 >= meant:
                continue  # filling
            changed = found.copy()
            changed[cell, byte] ^= 1 << number % 8
            assert followed(layout, changed, cells) is None


def test_an_anchor_is_found_among_all_cells_and_no_changed_one_is(layout: CellLayout) -> None:
    cells = np.array([200, 7, 100, 3], dtype=np.intp)
    rows = chain_bytes(layout, NONCE, Fields(1, 2, 1, 2, 0, 1), b"\x80", cells)
    blocks = layout.cells[200]
    pattern = np.random.default_rng(4).integers(0, 256, layout.count, dtype=np.uint8)
    _put(layout, pattern, blocks, rows[0])

    assert (200, NONCE, 7) in find_anchors(layout, pattern)[1]
    for byte in range(CELL_BYTES):
        wrong = rows[0].copy()
        wrong[byte] ^= 0x10
        _put(layout, pattern, blocks, wrong)
        assert not [anchor for anchor in find_anchors(layout, pattern)[1] if anchor[0] == 200]


def _put(layout: CellLayout, pattern: np.ndarray, blocks: np.ndarray, row: np.ndarray) -> None:
    """Give the pairs of blocks of a cell patterns that carry these bytes, by trying."""
    for pair, wanted in zip(blocks.reshape(-1, 2), row, strict=True):
        every = np.arange(256, dtype=np.uint8)
        first, second = (layout.words(every[None], pair[side : side + 1])[0].astype(np.uint8) for side in (0, 1))
        one, two = np.argwhere(first[:, None] ^ second[None] == wanted)[0]
        pattern[pair] = one, two


def test_a_chain_that_comes_back_to_itself_or_leaves_the_plane_ends(layout: CellLayout, usable: np.ndarray) -> None:
    packed = packed_map(squares_in(usable, 1))
    whole = whole_cells(layout, usable)
    count = cells_needed(len(packed))
    for second in (whole[0], whole[1], len(layout.cells), MOST_CELLS - 1):
        cells = whole[:count].copy()
        found = written(layout, packed, cells)
        cells[3] = second
        rows = chain_bytes(layout, NONCE, Fields(1234, 17, 3, 0, 40, len(packed)), packed, cells)
        found[whole[:count]] = rows
        assert read_chain(layout, found, (int(whole[0]), NONCE, int(whole[1]))) is None


def test_a_map_that_leaves_out_cells_of_its_chain_is_none(layout: CellLayout, usable: np.ndarray) -> None:
    squares = squares_in(usable, 4)
    squares[0] = False
    packed = packed_map(squares)
    count = cells_needed(len(packed))
    inside = whole_cells(layout, squares_to_blocks(squares, 4, usable.shape))[:count]
    fields = Fields(1, 2, 1, 2, 0, len(packed))
    outside = inside.copy()
    outside[-1] = 0

    assert followed(layout, written(layout, packed, inside, fields), inside) is not None
    assert followed(layout, written(layout, packed, outside, fields), outside) is None


def test_a_map_longer_than_all_cells_is_not_read(layout: CellLayout) -> None:
    cells = np.arange(4, dtype=np.intp)
    fields = Fields(1, 2, 1, 2, 0, 65535)

    assert followed(layout, written(layout, b"\x80", cells, fields), cells) is None


def test_no_more_than_some_anchors_are_followed(layout: CellLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = (np.zeros(len(layout.cells), dtype=np.uint64),) * 2
    monkeypatch.setattr("StegoMedLib.codec.cells.chain._anchor_hashes", lambda *_: nothing)
    monkeypatch.setattr(
        "StegoMedLib.codec.cells.chain.in_pairs", lambda *_: np.zeros((len(layout.cells), CELL_BYTES), np.uint8)
    )

    assert len(find_anchors(layout, np.zeros(layout.count, dtype=np.uint8))[1]) == 16


def test_anchors_are_looked_for_in_what_pairs_of_blocks_say(layout: CellLayout) -> None:
    pattern = np.random.default_rng(3).integers(0, 256, layout.count).astype(np.uint8)
    found, _ = find_anchors(layout, pattern)
    assert np.array_equal(found, pair_bytes(layout, pattern, layout.cells))


@pytest.mark.parametrize(
    ("shape", "cells"), [((4096, 4112), MOST_CELLS), ((16, 65535), 4095), ((15, 9999), 0), ((33, 17), 2)]
)
def test_cells_have_numbers_of_two_bytes(shape: tuple[int, int], cells: int) -> None:
    layout = CellLayout(KEY, shape)

    assert layout.cells.shape == (cells, 16)
    assert layout.cells.max(initial=0) < layout.count
