"""The range of a plane's bulk is that of its percentiles, whatever the values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from StegoMedLib.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = st.tuples(st.integers(1, 30), st.integers(1, 30))
VALUES = st.one_of(st.integers(-3, 3), st.integers(-32768, 65535), st.integers(-(2**30), 2**30))


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.int32, SHAPES, elements=VALUES), st.sampled_from([(), ((0, 0),), ((-3, -1), (2, 40000))]))
def test_the_range_of_the_bulk_is_that_of_percentiles(
    pixels: NDArray[np.int32], padding: tuple[tuple[int, int], ...]
) -> None:
    plane = Plane(pixels, -(2**31), 2**31 - 1, padding)
    inside = pixels[~plane.padding_mask].astype(np.float64)
    expected = 0.0
    if inside.size:
        low, high = np.percentile(inside, (2.0, 98.0))
        seen = float(np.ptp(inside))
        seen = min(seen, 2.5 * float(high - low)) if high > low else seen
        expected = min(float(np.ptp(pixels.astype(np.float64))), 2.0 * seen)

    assert plane.bulk_range == expected
