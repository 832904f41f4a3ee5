"""Parts by runs are the parts that plain labelling finds, whatever the mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from StegoMedLib.regions.morphology import fill, fill_to_border, grow, keep_components
from StegoMedLib.regions.parts import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """Draw noise of any density, alone or in lumps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side = draw(st.sampled_from([1, 1, 3, 7]))
    rows, columns = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    lumps = rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.1, 0.4, 0.6, 0.9, 1.0]))
    return np.asarray(np.kron(lumps, np.ones((side, side), dtype=np.bool_)))


@given(masks(), st.integers(0, 2**32 - 1))
def test_any_choice_of_parts_is_drawn_as_labels_draw_it(mask: Mask, seed: int) -> None:
    labels, count = ndimage.label(mask)
    parts = Parts(mask)
    assert parts.count == count

    inside = [labels[parts.drawn(np.arange(count) == number)] for number in range(count)]
    numbers = [int(each[0]) for each in inside]  # of the labels, for each part
    assert sorted(numbers) == list(range(1, count + 1))
    assert all((each == each[0]).all() for each in inside)
    assert parts.sizes.tolist() == [each.size for each in inside] == np.bincount(labels.ravel())[numbers].tolist()
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    assert np.array_equal(parts.reach_border, np.isin(numbers, border))

    chosen = np.random.default_rng(seed).random(count) < 0.5
    drawn = parts.drawn(chosen)
    assert np.array_equal(drawn, np.isin(labels, np.array(numbers, dtype=np.intp)[chosen]))
    assert drawn.flags.c_contiguous


@given(masks(), st.floats(0, 40), st.floats(0, 1))
def test_parts_are_kept_and_holes_filled_as_by_labels(mask: Mask, smallest: float, share: float) -> None:
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = (sizes >= max(smallest, share * sizes.max()))[labels] & mask

    assert np.array_equal(keep_components(mask, smallest, share), kept)
    assert np.array_equal(fill(mask), ndimage.binary_fill_holes(mask))


@given(masks(), st.integers(0, 12))
def test_masks_grow_as_by_plain_dilation(mask: Mask, radius: int) -> None:
    reach = min(radius, min(mask.shape) - 1)
    plain = ndimage.maximum_filter(mask, 2 * reach + 1, mode="constant", cval=False)
    assert np.array_equal(grow(mask, radius), plain)


@settings(deadline=None)
@given(masks())
def test_each_border_alone_is_closed_before_holes_are_filled(mask: Mask) -> None:
    plain = ndimage.binary_fill_holes(mask)
    for side in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        closed, seen = mask.copy(), np.flatnonzero(mask[side])
        if seen.size:
            closed[side][seen[0] : seen[-1] + 1] = True
        plain |= ndimage.binary_fill_holes(closed)

    assert np.array_equal(fill_to_border(mask), plain)
