"""Operations on masks, against SciPy's slow ones and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage

from StegoMedLib.regions.morphology import fill, fill_to_border, grow, keep_components, shrink, spread
from StegoMedLib.regions.parts import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray


def specks(seed: int, density: float = 0.02, shape: tuple[int, int] = (61, 47)) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(shape) < density


@pytest.mark.parametrize("radius", [0, 1, 2, 3, 5, 8])
def test_growing_and_shrinking_use_a_square(radius: int) -> None:
    mask = specks(radius)
    square = np.ones((2 * radius + 1, 2 * radius + 1), dtype=np.bool_)
    assert np.array_equal(grow(mask, radius), ndimage.binary_dilation(mask, square))
    assert np.array_equal(shrink(~mask, radius), ndimage.binary_erosion(~mask, square, border_value=1))


@pytest.mark.parametrize("columns", [1, 63, 64, 65, 130, 200])
@pytest.mark.parametrize("radius", [1, 30, 64, 70])
def test_growing_crosses_words_of_64_pixels(columns: int, radius: int) -> None:
    mask = specks(columns, 0.002, (150, columns))
    mask[70, columns // 2] = True
    assert np.array_equal(grow(mask, radius), spread(mask, min(radius, columns - 1), np.logical_or))


def test_growing_further_than_the_plane_fills_it() -> None:
    mask = np.zeros((5, 9), dtype=np.bool_)
    mask[2, 2] = True
    assert grow(mask, 40).any(axis=1).all()


@pytest.mark.parametrize("density", [0.3, 0.45, 0.6])
def test_filling_is_what_scipy_fills(density: float) -> None:
    mask = specks(7, density)
    assert np.array_equal(fill(mask), ndimage.binary_fill_holes(mask))


def horseshoe(rows: int = 60) -> NDArray[np.bool_]:
    """A wall on three sides, open to the upper border."""
    mask = np.zeros((rows, 60), dtype=np.bool_)
    mask[:40, 10:15] = mask[:40, 40:45] = mask[35:40, 10:45] = True
    return mask


def test_what_is_open_to_one_border_only_is_filled() -> None:
    mask = horseshoe()
    expected = mask.copy()
    expected[:40, 10:45] = True
    assert np.array_equal(fill_to_border(mask), expected)


def test_a_bay_of_the_outline_stays_open() -> None:
    mask = np.vstack([np.zeros((10, 60), dtype=np.bool_), horseshoe(50)])
    assert np.array_equal(fill_to_border(mask), mask)


def test_two_facing_walls_enclose_nothing() -> None:
    mask = np.zeros((50, 50), dtype=np.bool_)
    mask[10:40, 5:8] = mask[10:40, 42:45] = True
    assert np.array_equal(fill_to_border(mask), mask)


def test_large_parts_are_kept() -> None:
    mask = np.zeros((40, 40), dtype=np.bool_)
    mask[:20, :20] = True
    mask[30:34, 30:34] = True
    mask[25, 5] = True
    assert keep_components(mask, 1, 0.01).sum() == 416
    assert keep_components(mask, 20, 0.0).sum() == 400
    assert keep_components(mask, 1, 0.5).sum() == 400
    assert not keep_components(np.zeros((4, 4), dtype=np.bool_), 1, 0.5).any()


@pytest.mark.parametrize("density", [0.1, 0.5, 0.8])
def test_the_part_of_a_pixel_is_that_of_its_neighbours(density: float) -> None:
    mask = specks(3, density, (41, 37))
    parts = Parts(mask)
    labels, count = ndimage.label(mask)
    pixels = np.flatnonzero(mask)
    pairs = set(zip(parts.at(pixels).tolist(), labels.ravel()[pixels].tolist(), strict=True))
    assert (parts.count, len(pairs)) == (count, count)


def test_pixels_of_another_mask_are_counted_part_by_part() -> None:
    mask, other = specks(4, 0.5), specks(5, 0.3)
    parts = Parts(mask)
    plain = [np.count_nonzero(parts.drawn(np.arange(parts.count) == part) & other) for part in range(parts.count)]
    assert parts.counts(mask & other).tolist() == plain
