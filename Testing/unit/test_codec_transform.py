"""Blocks and the DCT: on the image's grid, orthonormal, exact."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.blocks import BLOCK, join_blocks, set_blocks, split_blocks
from StegoMedLib.codec.cells.parities import (
    COEFFICIENTS,
    STEP,
    STEP_BITS,
    change_effects,
    moved_patterns,
    patterns,
    scaled_coefficients,
)
from StegoMedLib.codec.dct import dct_basis


def test_a_block_lies_on_the_grid_of_the_image() -> None:
    pixels = np.arange(10 * 13, dtype=np.int32).reshape(10, 13)

    blocks = split_blocks(pixels)

    assert blocks.shape == (2 * 3, 16)
    np.testing.assert_array_equal(blocks[4].reshape(4, 4), pixels[4:8, 4:8])


def test_blocks_are_replaced_where_they_lie_and_nowhere_else() -> None:
    pixels = np.random.default_rng(0).integers(0, 4096, (11, 14), dtype=np.int32)
    blocks = split_blocks(pixels).astype(np.int32)
    changed, numbers = pixels.copy(), np.array([4, 1])

    set_blocks(changed, numbers, blocks[numbers] + 1)

    blocks[numbers] += 1
    np.testing.assert_array_equal(changed, join_blocks(pixels, blocks))


def test_joining_what_was_split_gives_the_plane_with_its_edges() -> None:
    pixels = np.random.default_rng(0).integers(0, 4096, (11, 14), dtype=np.int32)

    np.testing.assert_array_equal(join_blocks(pixels, split_blocks(pixels).astype(np.int32)), pixels)


def test_the_dct_is_orthonormal_and_its_first_coefficient_is_four_times_the_mean() -> None:
    basis = dct_basis()

    np.testing.assert_allclose(basis.T @ basis, np.eye(16), atol=1e-12)
    assert (np.full(16, 7.0) @ basis)[0] == pytest.approx(4 * 7.0)


def test_a_coefficient_is_the_cosine_sum_of_the_definition() -> None:
    block = np.random.default_rng(1).normal(size=(4, 4))
    u, v = 1, 2
    place = np.arange(BLOCK)
    rows = np.cos((2 * place + 1) * u * np.pi / 8) * np.sqrt(2 / 4)
    columns = np.cos((2 * place + 1) * v * np.pi / 8) * np.sqrt(2 / 4)

    assert (block.ravel() @ dct_basis())[4 * u + v] == pytest.approx(rows @ block @ columns)


def test_scaled_coefficients_are_the_coefficients_in_their_unit() -> None:
    blocks = np.random.default_rng(2).integers(-1000, 1000, (50, 16), dtype=np.int32)
    columns = [4 * u + v for u, v in COEFFICIENTS]

    expected = (blocks @ dct_basis()[:, columns]).T * 2**STEP_BITS / STEP

    # Rounding the weights to integers moves a coefficient by half a unit a pixel and grey level at most.
    assert np.abs(scaled_coefficients(blocks) - expected).max() <= 16 * 1000 * 0.5


def test_the_order_of_the_additions_does_not_move_a_scaled_coefficient() -> None:
    rng = np.random.default_rng(3)
    blocks = rng.integers(-32768, 32768, (1000, 16), dtype=np.int32)
    weights = change_effects()[:, :16].astype(np.int64)

    exact = weights @ blocks.T.astype(np.int64)

    np.testing.assert_array_equal(scaled_coefficients(blocks), exact)
    assert np.abs(exact).max() < 2**31


def test_the_weights_are_those_of_the_format_on_every_computer() -> None:
    # Written out, as docs/format.md has them: a library of another rounding must not give others.
    rows = [
        (3496, 2048, 2048, 2676, 2676, 2048, 1448, 1448),
        (1448, -2048, 2048, -2676, 1108, -2048, -3496, 600),
        (-1448, -2048, 2048, -2676, -1108, -2048, 3496, -600),
        (-3496, 2048, 2048, 2676, -2676, 2048, -1448, -1448),
        (1448, 2048, -2048, 1108, -2676, -2048, 600, -3496),
        (600, -2048, -2048, -1108, -1108, 2048, -1448, -1448),
        (-600, -2048, -2048, -1108, 1108, 2048, 1448, 1448),
        (-1448, 2048, -2048, 1108, 2676, -2048, -600, 3496),
    ]
    # Rows upside down are those of the other half, with the sign that the vertical frequency gives.
    signs = np.array([-1, 1, 1, -1, 1, 1, -1, -1])
    table = np.array(rows + [rows[4 * (3 - i // 4) + i % 4] for i in range(8, 16)])
    table[8:] *= signs

    np.testing.assert_array_equal(change_effects()[:, :16].T, table)
    np.testing.assert_array_equal(change_effects()[:, 16:], -change_effects()[:, :16])


def test_patterns_after_changes_are_those_of_the_changed_blocks() -> None:
    rng = np.random.default_rng(6)
    scaled = rng.integers(-(2**30), 2**30, (8, 300), dtype=np.int32)
    effects = change_effects()[:, [0, 5, 17, 31]]

    np.testing.assert_array_equal(moved_patterns(scaled, effects), patterns(scaled[:, :, None] + effects[:, None, :]))


def test_adding_one_to_a_pixel_adds_the_effect_of_that_change() -> None:
    block = np.random.default_rng(4).integers(0, 100, (1, 16), dtype=np.int32)
    changed = block.copy()
    changed[0, 5] += 1

    np.testing.assert_array_equal(scaled_coefficients(changed) - scaled_coefficients(block), change_effects()[:, 5:6])


def test_single_changes_of_a_noisy_block_give_mostly_different_patterns() -> None:
    rng = np.random.default_rng(5)
    blocks = rng.integers(0, 60, (500, 16), dtype=np.int32)
    scaled = scaled_coefficients(blocks) + rng.integers(0, 2**STEP_BITS, (8, 500), dtype=np.int32)

    moved = patterns(scaled[:, :, None] + change_effects()[:, None, :])

    distinct = [np.unique(row).size for row in moved]
    assert np.mean(distinct) > 27


def test_a_pattern_packs_the_parity_of_each_cell() -> None:
    cells = np.array([[0], [1], [2], [3], [-1], [-2], [5], [4]], dtype=np.int32) << STEP_BITS

    assert patterns(cells)[0] == 0b01011010
