"""Bytes in pairs of blocks: every one within reach, in noise as in clipped air, by few legal changes."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.blocks import set_blocks
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.moves import Cover, changed_blocks
from StegoMedLib.codec.cells.pairs import pair_bytes, solve_pairs
from StegoMedLib.plane import Plane
from Testing.airs import KEY, plane_of


@pytest.mark.parametrize(
    ("kind", "most"),
    [("noise", 1.9), ("rayleigh", 1.9), ("constant", 1.9), ("clipped", 2.3), ("saturated", 2.3)],
)
def test_every_byte_is_reached(kind: str, most: float) -> None:
    plane = plane_of(kind)
    layout = CellLayout(KEY, plane.shape)
    cover = Cover(plane, np.ones(layout.grid, dtype=bool), layout)
    blocks = np.arange(layout.count)
    wanted = np.arange(layout.count // 2).astype(np.uint8)

    chosen = solve_pairs(cover, blocks, wanted)

    assert chosen is not None
    stego = plane.pixels.copy()
    set_blocks(stego, chosen[0], changed_blocks(cover.blocks, chosen))
    again = Cover(Plane(stego, 0, 4095), np.ones(layout.grid, dtype=bool), layout)
    np.testing.assert_array_equal(pair_bytes(layout, again.patterns, blocks), wanted)
    changed = np.abs(stego - plane.pixels)
    assert changed.max() == 1
    assert (stego.min(), stego.max()) >= (0, 0)
    assert stego.max() <= 4095
    assert changed.sum() <= most * wanted.size
    assert np.unique(chosen[0]).size == chosen[0].size


def test_what_is_not_usable_does_not_change_whatever_it_should_carry() -> None:
    plane = plane_of("noise", 64)
    layout = CellLayout(KEY, plane.shape)
    usable = np.ones(layout.grid, dtype=bool)
    usable[0, 1] = usable[1, 0] = usable[1, 1] = False
    cover = Cover(plane, usable, layout)
    blocks = np.array([0, 1, 16, 17])  # two pairs: one usable block, and none
    now = pair_bytes(layout, cover.patterns, blocks)

    kept = solve_pairs(cover, blocks, now)
    assert kept is not None
    assert kept[0].size == 0
    assert solve_pairs(cover, blocks, now ^ np.array([0, 5], dtype=np.uint8)) is None
    for change in range(1, 256):
        chosen = solve_pairs(cover, blocks, now ^ np.array([change, 0], dtype=np.uint8))
        assert chosen is None or chosen[0].tolist() == [0]


def test_a_block_between_padding_values_takes_no_part() -> None:
    pixels = np.full((16, 16), 9, dtype=np.int32)
    pixels[:4, :8] = 50
    pixels[0, 0] = 60
    plane = Plane(pixels, 0, 255, ((49, 49), (51, 52)))
    layout = CellLayout(KEY, plane.shape)

    cover = Cover(plane, np.ones(layout.grid, dtype=bool), layout)

    assert cover.usable.tolist() == [True, False] + [True] * 14
    assert not cover.single_words(np.array([1]))[1].any()
    assert not cover.double_words(np.array([1]))[1].any()
    assert cover.reach(np.array([1])).parities.tolist() == [0]
    assert cover.single_words(np.array([0]))[1].sum() == 2
