"""Local means are to the last bit those of the plain filter, whatever the values: the guard's limits hang on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from StegoMedLib.regions.windows import local_mean, local_range, mean_over, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))
ANY = arrays.arrays(np.float32, SHAPES, elements=st.floats(-1e9, 1e9, width=32))


@st.composite
def planes(draw: st.DrawFn) -> NDArray[np.float32]:
    """Draw noise about a level, of any scale, with far larger values here and there."""
    rng, shape = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), draw(SHAPES)
    scale = draw(st.sampled_from([1e-3, 1.0, 37.0, 1e4]))
    values = rng.normal(draw(st.sampled_from([-1000.0, 0.0, 5.0])), scale, shape)
    values[rng.random(shape) < 0.02] *= draw(st.sampled_from([1.0, 1e3, 1e7]))
    return (np.rint(values) if draw(st.booleans()) else values).astype(np.float32)


@given(st.one_of(ANY, planes()), st.integers(2, 31))
def test_local_means_are_those_of_the_plain_filter(values: NDArray[np.float32], size: int) -> None:
    plain = ndimage.uniform_filter(values, size, mode="nearest")

    means = local_mean(values, size)

    assert means.dtype == np.float32
    assert np.array_equal(means, plain)


@settings(deadline=None)
@given(st.one_of(ANY, planes()), st.integers(2, 140))
def test_local_means_of_whole_numbers_are_the_same_as_those_of_their_floats(
    values: NDArray[np.float32], size: int
) -> None:
    assert np.array_equal(local_mean(whole(values), size), local_mean(values, size))


@settings(deadline=None)
@given(planes(), st.integers(2, 140))
def test_local_means_of_masks_are_the_same_as_those_of_ones_and_zeros(values: NDArray[np.float32], size: int) -> None:
    mask = values > 0
    assert np.array_equal(local_mean(mask, size), local_mean(mask.astype(np.float32), size))


def test_only_whole_numbers_of_stored_size_become_integers() -> None:
    assert whole(np.array([[1.0, -1000.0], [65535.0, 0.0]], dtype=np.float32)).dtype == np.int32
    for value in (0.5, 2.0**18, -(2.0**18), 1e30, np.inf, np.nan):
        assert whole(np.array([[1.0, value]], dtype=np.float32)).dtype == np.float32


@settings(deadline=None)
@given(planes(), st.integers(0, 2**32 - 1), st.sampled_from([3, 5, 9]))
def test_means_over_a_mask_are_sums_over_shares(values: NDArray[np.float32], seed: int, size: int) -> None:
    where = np.random.default_rng(seed).random(values.shape) < 0.3
    share = ndimage.uniform_filter(where.astype(np.float32), size, mode="nearest")
    total = ndimage.uniform_filter(np.where(where, values, np.float32(0)), size, mode="nearest")
    plain = np.where(share > 0.15, total / np.maximum(share, np.float32(0.15)), np.float32(np.inf))

    assert np.array_equal(mean_over(whole(values), where, size), plain)


@given(planes(), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_local_ranges_are_those_of_the_plain_filters(values: NDArray[np.float32], seed: int, radius: int) -> None:
    where = np.random.default_rng(seed).random(values.shape) < 0.4
    sizes = [2 * min(radius, extent - 1) + 1 for extent in values.shape]
    most = ndimage.maximum_filter(np.where(where, values, -np.inf), sizes, mode="nearest")
    least = ndimage.minimum_filter(np.where(where, values, np.inf), sizes, mode="nearest")
    seen = np.isfinite(most)
    plain = np.where(seen, most.astype(np.float32) - least.astype(np.float32), np.float32(0))

    assert np.array_equal(local_range(values, where, 2 * radius + 1), plain)
