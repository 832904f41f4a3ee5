"""Structural similarity, worked out where something changed, is that of the whole plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from skimage.metrics import structural_similarity

from StegoMedLib.metrics.similarity import similarity

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING = 1e-11
"""What fractions lose on the way, in the plain definition."""


def plain(cover: NDArray[np.int32], stego: NDArray[np.int32]) -> float:
    """By the definition, window by window; deviations are taken before they are multiplied, which loses little."""
    first, second = (share * (float(cover.max()) - float(cover.min())) for share in (0.01, 0.03))
    one, two = (sliding_window_view(each.astype(np.float64), (7, 7)).reshape(-1, 49) for each in (cover, stego))
    before, after = one.mean(axis=1), two.mean(axis=1)
    one, two = one - before[:, None], two - after[:, None]
    own, other, common = ((left * right).sum(axis=1) / 48 for left, right in ((one, one), (two, two), (one, two)))
    alike = (2 * before * after + first**2) * (2 * common + second**2)
    return float((alike / ((before**2 + after**2 + first**2) * (own + other + second**2))).mean())


def quick(cover: NDArray[np.int32], stego: NDArray[np.int32]) -> float:
    return similarity(cover, stego, float(cover.max()) - float(cover.min()))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(7, 40), st.integers(7, 40)),
    least=st.sampled_from([-32768, -1024, 0, 5]),
    bits=st.integers(1, 15),
    share=st.sampled_from([0.0, 0.002, 0.05, 1.0]),
    largest=st.sampled_from([1, 3, 20000]),
)
def test_it_is_that_of_all_windows(  # noqa: PLR0917  what hypothesis draws
    seed: int, shape: tuple[int, int], least: int, bits: int, share: float, largest: int
) -> None:
    drawn = np.random.default_rng(seed)
    cover = (least + drawn.integers(0, 2**bits, shape)).astype(np.int32)
    cover[0, :2] = least, least + 1  # some contrast
    stego = cover + (drawn.integers(-largest, largest + 1, shape) * (drawn.random(shape) < share)).astype(np.int32)
    assert quick(cover, stego) == pytest.approx(plain(cover, stego), abs=ROUNDING)


@pytest.mark.parametrize("where", [(0, 0), (29, 24), (3, 12), (15, 0)])
def test_a_change_counts_in_every_window_that_holds_it_and_in_no_other(where: tuple[int, int]) -> None:
    cover = np.arange(30 * 25, dtype=np.int32).reshape(30, 25) % 97
    stego = cover.copy()
    stego[where] += 40
    assert quick(cover, stego) == pytest.approx(plain(cover, stego), abs=ROUNDING)
    assert quick(cover, stego) < 1.0


def test_a_plane_as_it_was_is_as_similar_as_can_be() -> None:
    cover = np.arange(100, dtype=np.int32).reshape(10, 10)
    assert quick(cover, cover.copy()) == 1.0


@pytest.mark.parametrize("changes", [1, 300, 12000])
def test_it_is_what_scikit_image_says(changes: int) -> None:
    drawn = np.random.default_rng(changes)
    cover = np.where(np.arange(150)[:, None] < 60, 0, 1000) + drawn.integers(0, 50, (150, 120))
    stego = cover.copy()
    stego.ravel()[drawn.choice(cover.size, changes, replace=False)] += 1
    span = float(cover.max() - cover.min())
    theirs = structural_similarity(cover.astype(np.float64), stego.astype(np.float64), data_range=span)
    assert similarity(cover.astype(np.int32), stego.astype(np.int32), span) == pytest.approx(theirs, abs=1e-13)
