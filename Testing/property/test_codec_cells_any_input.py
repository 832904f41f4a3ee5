"""Maps and chains, whatever is read: what was written comes back, and all else is none or is what it says."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.codec.cells.chain import CELL_BYTES, chain_bytes, read_chain
from StegoMedLib.codec.cells.header import Fields
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.mapping import SQUARES, packed_map, unpacked_map
from Testing.airs import KEY

LAYOUT = CellLayout(KEY, (160, 176))
CELLS = len(LAYOUT.cells)


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """Squares of any number, at random, in rectangles or all alike."""
    shape = draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    squares = rng.random(shape) < draw(st.sampled_from((0.0, 0.02, 0.5, 1.0)))
    squares[: draw(st.integers(0, 40)), draw(st.integers(0, 40)) :] ^= True
    return squares


@settings(max_examples=200, deadline=None)
@given(masks())
def test_every_map_comes_back(squares: np.ndarray) -> None:
    again = unpacked_map(packed_map(squares), squares.shape)

    assert again is not None
    np.testing.assert_array_equal(again, squares)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_any_bytes_are_no_map_or_the_one_way_to_write_it(packed: bytes, shape: tuple[int, int]) -> None:
    found = unpacked_map(packed, shape)

    assert found is None or packed_map(found) == packed


fields = st.builds(
    Fields,
    st.integers(0, 2047),
    st.integers(0, 31),
    st.integers(0, 127),
    st.integers(0, 3),
    st.integers(0, 65535),
    st.one_of(st.integers(0, 40), st.integers(0, 65535)),
)


@settings(max_examples=300, deadline=None)
@given(fields, st.binary(max_size=40), st.data())
def test_whoever_has_the_key_makes_no_reader_fail(said: Fields, packed: bytes, data: st.DataObject) -> None:
    count = 1 + -(-(8 + len(packed) + 4) // (CELL_BYTES - 2))
    cells = np.array(data.draw(st.lists(st.integers(0, CELLS - 1), min_size=count, max_size=count)), dtype=np.intp)
    nonce = data.draw(st.integers(0, 2**32 - 1))
    found = np.zeros((CELLS, CELL_BYTES), dtype=np.uint8)
    found[cells] = chain_bytes(LAYOUT, nonce, said, packed, cells)

    chain = read_chain(LAYOUT, found, (int(cells[0]), nonce, int(cells[1])))

    if chain is not None:
        assert (chain.fields, chain.nonce) == (said, nonce)
        assert len(packed) == said.map_bytes
        assert np.unique(chain.cells).size == chain.cells.size
        assert chain.mapped.ravel()[LAYOUT.cells[chain.cells]].all()
        side = SQUARES[said.squares]
        squares = chain.mapped[: LAYOUT.grid[0] // side * side : side, : LAYOUT.grid[1] // side * side : side]
        assert packed_map(squares) == packed
