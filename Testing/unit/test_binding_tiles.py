"""Tags of tiles: the hash itself, which tiles have one, where a change is found, and rectangles of what was found."""

from __future__ import annotations

import hmac

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from StegoMedLib.binding import Rectangle, altered_tiles, rectangles, tagged_tiles, tile_key, tile_tags
from StegoMedLib.blocks import pixels_of

KEY = bytes(range(32))
SHAPE = (70, 45)
"""Cut tiles at both edges, and pixels beside the last whole block."""


def _plane(seed: int = 0, shape: tuple[int, int] = SHAPE) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    touched = rng.random((shape[0] // 4, shape[1] // 4)) < 0.6
    touched[:4, :4] = True
    return rng.integers(-32768, 65536, shape).astype(np.int32), touched


def _by_hand(pixels: np.ndarray, touched: np.ndarray, side: int) -> list[int]:
    """One tile after the other, in whole numbers of Python."""
    down, across = -(-pixels.shape[0] // side), -(-pixels.shape[1] // side)
    count = side * side + down * across
    raw = Cipher(algorithms.ChaCha20(KEY, bytes(16)), mode=None).encryptor().update(bytes(8 * count))
    drawn = [int.from_bytes(raw[8 * i : 8 * i + 8], "little") for i in range(count)]
    mask, tags = pixels_of(touched, pixels.shape), []
    for tile in range(down * across):
        top, left = tile // across * side, tile % across * side
        places = [(y, x) for y in range(top, top + side) for x in range(left, left + side)]
        inside = [(y, x) for y, x in places if y < pixels.shape[0] and x < pixels.shape[1]]
        if all(mask[place] for place in inside):
            continue
        kept = [(y, x) for y, x in inside if not mask[y, x]]
        products = [drawn[(y - top) * side + x - left] * (int(pixels[y, x]) % 65536) for y, x in kept]
        tags.append((drawn[side * side + tile] + sum(products)) % 2**64 >> 48)
    return tags


@pytest.mark.parametrize("side", [8, 16])
def test_tags_are_those_of_the_specification(side: int) -> None:
    pixels, touched = _plane()

    assert tile_tags(pixels, touched, side, KEY).tolist() == _by_hand(pixels, touched, side)


def test_the_key_of_tiles_is_that_of_the_specification() -> None:
    assert tile_key(KEY, 258, b"head") == hmac.digest(KEY, b"StegoMed 1 tiles\x02\x01\x00\x00head", "sha256")


@pytest.mark.parametrize("side", [8, 16])
def test_tiles_wholly_inside_touched_blocks_have_no_tag(side: int) -> None:
    touched = np.ones((SHAPE[0] // 4, SHAPE[1] // 4), dtype=np.bool_)

    tagged = tagged_tiles(touched, SHAPE, side)

    by_hand = np.zeros_like(tagged)
    by_hand[-1], by_hand[:, -1] = True, True  # only the pixels beside the last whole block are untouched
    assert (tagged == by_hand).all()


def test_a_plane_that_is_touched_everywhere_has_no_tags() -> None:
    touched = np.ones((4, 4), dtype=np.bool_)
    pixels = np.zeros((16, 16), dtype=np.int32)

    altered = altered_tiles(pixels, touched, 8, KEY, np.zeros(0, dtype=np.uint16))

    assert altered is not None
    assert not altered.any()


def test_what_embedding_changes_alters_no_tile() -> None:
    pixels, touched = _plane()
    tags = tile_tags(pixels, touched, 8, KEY)

    marked = np.where(pixels_of(touched, SHAPE), pixels + 1, pixels)

    altered = altered_tiles(marked, touched, 8, KEY, tags)
    assert altered is not None
    assert not altered.any()


@pytest.mark.parametrize("extra", [-1, 1])
def test_another_number_of_tags_says_nothing(extra: int) -> None:
    pixels, touched = _plane()
    tags = np.resize(tile_tags(pixels, touched, 8, KEY), int(tagged_tiles(touched, SHAPE, 8).sum()) + extra)

    assert altered_tiles(pixels, touched, 8, KEY, tags) is None


def test_one_changed_pixel_is_found_in_its_tile_but_for_one_in_65536() -> None:
    pixels, touched = _plane(1, (256, 256))
    touched[:] = False
    rng, missed = np.random.default_rng(2), 0
    for key in (bytes([n]) * 32 for n in range(100)):
        changed, places = pixels.copy(), rng.integers(0, 8, (2, 32, 32))
        rows, columns = np.indices((32, 32)) * 8 + places
        changed[rows, columns] ^= 1 << rng.integers(0, 16, (32, 32))
        altered = altered_tiles(changed, touched, 8, key, tile_tags(pixels, touched, 8, key))
        assert altered is not None
        missed += int((~altered).sum())
    assert missed <= 12  # of 102,400: 1.6 are expected, and more than 12 in less than one of a million runs


def test_a_tile_that_changes_in_its_highest_bits_alone_is_found_under_every_key() -> None:
    pixels, other = np.zeros((8, 8), dtype=np.int32), np.full((8, 8), 0x8000, dtype=np.int32)
    touched = np.zeros((2, 2), dtype=np.bool_)

    differing = sum(
        bool(tile_tags(pixels, touched, 8, key)[0] != tile_tags(other, touched, 8, key)[0])
        for key in (number.to_bytes(32, "little") for number in range(2000))
    )

    assert differing >= 1998  # 0.03 are expected to be missed


def test_rectangles_cover_what_is_marked_and_nothing_else() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        tiles = rng.random((9, 6)) < rng.random()
        covered = np.zeros(SHAPE, dtype=np.int32)

        for x, y, width, height in rectangles(tiles, SHAPE, 8):
            assert x + width <= SHAPE[1]
            assert y + height <= SHAPE[0]
            covered[y : y + height, x : x + width] += 1

        assert (covered == tiles.repeat(8, 0).repeat(8, 1)[: SHAPE[0], : SHAPE[1]]).all()


def test_tiles_beside_and_below_each_other_are_one_rectangle() -> None:
    tiles = np.zeros((9, 6), dtype=np.bool_)
    tiles[1:4, 2:5] = True
    tiles[7:, 5] = True

    assert rectangles(tiles, SHAPE, 8) == [Rectangle(16, 8, 24, 24), Rectangle(40, 56, 5, 14)]


def test_nothing_altered_is_no_rectangle() -> None:
    assert rectangles(np.zeros((9, 6), dtype=np.bool_), SHAPE, 8) == []
