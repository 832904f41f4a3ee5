"""What the guard makes of pieces of a plane is what labels of all their pixels say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from StegoMedLib.plane import Plane
from StegoMedLib.regions import Reason, prove
from StegoMedLib.regions.morphology import grow, keep_components
from StegoMedLib.regions.topology import Opening, open_to_outside
from StegoMedLib.regions.view import filled_in, rim_of_view, stays_constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.tuples(st.integers(3, 40), st.integers(3, 40))


def blobs(seed: int, shape: tuple[int, int], share: float) -> NDArray[np.bool_]:
    """Round pieces of some pixels each."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.5)
    return np.asarray(noise > np.quantile(noise, 1.0 - share))


@settings(max_examples=60, deadline=None)
@given(SEEDS, SHAPES, st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([0.0, 0.3]))
def test_pieces_open_to_the_outside_are_those_whose_shares_suffice(
    seed: int, shape: tuple[int, int], size: float, sure: float
) -> None:
    air, hull, certain, measured = (blobs(seed + each, shape, share) for each, share in enumerate((0.6, 0.4, 0.5, 0.9)))
    air &= measured
    labels, count = ndimage.label(air)
    plain = np.zeros(shape, dtype=np.bool_)
    for piece in (labels == number for number in range(1, count + 1)):
        kept = piece.sum() >= size * piece.size and (piece & rim_of_view(measured)).any()
        kept &= (piece & hull).sum() <= 0.3 * piece.sum() and (piece & certain).sum() >= sure * piece.sum()
        plain |= piece & bool(kept)

    assert np.array_equal(open_to_outside(air, measured, hull, certain, Opening(size, 0.3, sure)), plain)


@settings(max_examples=60, deadline=None)
@given(SEEDS, SHAPES, st.sampled_from([0.5, 0.9]))
def test_what_was_filled_in_ends_abruptly_at_enough_of_its_rim(seed: int, shape: tuple[int, int], share: float) -> None:
    drawn = np.random.default_rng(seed)
    values = np.where(blobs(seed, shape, share), 0.0, drawn.integers(-2, 6, shape)).astype(np.float32)
    inside = ~blobs(seed + 1, shape, 0.1)
    plain = np.zeros(shape, dtype=np.bool_)
    constant = stays_constant(values) & inside
    if constant.sum() >= 0.002 * values.size:
        level = np.sort(values[constant])[constant.sum() // 2]
        regions = keep_components(constant & (values == level), 0.002 * values.size, 0.0)
        regions = grow(regions, 2) & inside & (values == level)
        labels, count = ndimage.label(regions)
        around, outside = np.pad(values, 1), np.pad(inside & ~regions, 1)
        for piece in (np.pad(labels == number, 1) for number in range(1, count + 1)):
            ends = [np.roll(piece, step, axis) & outside for step in (-1, 1) for axis in (0, 1)]
            rim, abrupt = sum(end.sum() for end in ends), sum((around[end] - level > 3).sum() for end in ends)
            plain |= piece[1:-1, 1:-1] & bool(abrupt >= max(8, 0.04 * rim))

    assert np.array_equal(filled_in(values, inside, 3.0), plain)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(["CT", "MR"]))
def test_the_first_reason_that_holds_is_told(seed: int, modality: str) -> None:
    shape = (48, 48)
    drawn = np.random.default_rng(seed)
    body, suspect, beside = (blobs(seed + each, shape, share) for each, share in enumerate((0.2, 0.3, 0.3)))
    pixels = np.where(body, 1040, drawn.integers(0, 40, shape)).astype(np.int32)
    plane = Plane(pixels, 0, 4095, ((0, 0),), modality, 1.0, -1024.0)
    alone = prove(plane, body, suspect=np.zeros_like(body)).reasons
    later = np.where(grow(suspect, 2), Reason.AGREEMENT, np.where(beside, Reason.NEIGHBOUR, Reason.AIR))

    found = prove(plane, body, suspect=suspect, beside=beside).reasons

    assert np.array_equal(found, np.where(alone == Reason.AIR, later, alone))
    assert (found[plane.padding_mask] == Reason.PADDING).all()
    assert (found[grow(body, 2) & ~plane.padding_mask] == Reason.BODY).all()
