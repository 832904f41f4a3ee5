"""The code of photographs: any digits are carried, by changes of one, and by few of them."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.photo.code import Code
from StegoMedLib.photo.trellis import DEAREST, Trellis

KEY = bytes(range(32))


def entropy(chance: float) -> float:
    """Bits that a sample carries at most which changes by one with that chance."""
    return float(chance - chance * np.log2(chance) - (1 - chance) * np.log2(1 - chance))


def coded(rows: int, height: int, costs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, Code]:
    random = np.random.default_rng(rows)
    code = Code.of(KEY, rows, costs.shape[0], height)
    samples = random.integers(1, 255, costs.shape).astype(np.uint8)
    wanted = random.integers(0, 3, (rows, costs.shape[1])).astype(np.uint8)
    changes = Trellis(code).changes((wanted + np.uint8(3) - code.message(samples)) % np.uint8(3), costs)
    return samples, wanted, changes, code


@pytest.mark.parametrize("height", [3, 4, 5])
@pytest.mark.parametrize("rows", [1, 2, 17, 64, 100, 127, 128])
def test_any_digits_are_carried_by_changes_of_one(rows: int, height: int) -> None:
    samples, wanted, changes, code = coded(rows, height, np.full((128, 50), 10, np.int16))
    assert set(np.unique(changes)) <= {-1, 0, 1}
    assert np.array_equal(code.message((samples + changes).astype(np.uint8)), wanted)


@pytest.mark.parametrize(("rows", "loss"), [(20, 0.26), (58, 0.20), (95, 0.16), (190, 0.09), (235, 0.05)])
def test_changes_are_hardly_more_than_the_best_code_would_make(rows: int, loss: float) -> None:
    _, _, changes, _ = coded(rows, 4, np.full((256, 400), 10, np.int16))
    bits = rows * np.log2(3) / 256
    assert bits > (1 - loss) * entropy(float((changes != 0).mean()))


def test_changes_are_made_where_they_cost_little() -> None:
    costs = np.where(np.random.default_rng(3).random((256, 200)) < 0.5, 1, 100).astype(np.int16)
    _, _, changes, _ = coded(40, 4, costs)
    assert (changes[costs == 100] != 0).mean() < 0.02 * (changes[costs == 1] != 0).mean()


def test_no_cost_makes_the_walk_lose_its_way() -> None:
    random = np.random.default_rng(4)
    for rows in (1, 30, 120, 128):
        costs = np.where(random.random((128, 60)) < 0.7, DEAREST, 1).astype(np.int16)
        samples, wanted, changes, code = coded(rows, 4, costs)
        assert np.array_equal(code.message((samples + changes).astype(np.uint8)), wanted)


def test_the_walk_finds_the_cheapest_of_all_changes() -> None:
    """Against all 3^8 changes of a short run."""
    random = np.random.default_rng(5)
    costs = random.integers(1, 50, (8, 1)).astype(np.int16)
    samples, wanted, changes, code = coded(3, 3, costs)
    every = (np.indices((3,) * 8).reshape(8, -1) - 1).astype(np.int8)
    fits = (code.message((samples + every).astype(np.uint8)) == wanted).all(axis=0)
    assert (np.abs(changes) * costs).sum() == (np.abs(every[:, fits]) * costs).sum(axis=0).min()


def test_columns_of_a_group_differ() -> None:
    code = Code.of(KEY, 16, 256, 4)
    for first, stop in zip(code.starts, code.starts[1:], strict=False):
        assert len(np.unique(code.columns[first:stop], axis=0)) == min(stop - first, 18)
