"""Whatever the plane and whatever the mask, the guard keeps its promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.blocks import BLOCK, usable_blocks
from StegoMedLib.plane import Plane
from StegoMedLib.regions import guard, make_finder

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def planes(draw: st.DrawFn) -> Plane:
    """Draw planes of odd sizes, depths and kinds: noise, blobs, constants, steps, padding."""
    rng = np.random.default_rng(draw(SEEDS))
    rows, columns = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    bits, signed = draw(st.integers(8, 16)), draw(st.booleans())
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    kind = draw(st.sampled_from(["noise", "constant", "steps", "full"]))
    pixels: NDArray[np.float64]
    if kind == "noise":
        pixels = rng.normal((low + high) / 2, (high - low) / 40, (rows, columns))
    elif kind == "constant":
        pixels = np.full((rows, columns), draw(st.integers(low, high)), dtype=np.float64)
    elif kind == "steps":
        coarse = rng.uniform(low, high, (rows // 8 + 1, columns // 8 + 1))
        pixels = np.kron(coarse, np.ones((8, 8)))[:rows, :columns].astype(np.float64)
    else:
        pixels = rng.uniform(low, high, (rows, columns))
    if draw(st.booleans()):
        pixels[: rows // 3] = low
    padding = ((low, low),) if draw(st.booleans()) else ()
    return Plane(
        np.clip(np.rint(pixels), low, high).astype(np.int32),
        low,
        high,
        padding,
        draw(st.sampled_from(["CT", "MR", "OT"])),
        draw(st.sampled_from([1.0, -1.0, 0.5])),
        draw(st.sampled_from([0.0, -1024.0])),
        draw(st.booleans()),
    )


def some_mask(plane: Plane, seed: int) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(plane.shape) < 0.003


@settings(max_examples=60, deadline=None)
@given(planes(), SEEDS)
def test_mask_and_padding_are_always_guarded(plane: Plane, seed: int) -> None:
    mask = some_mask(plane, seed)
    guarded = guard(plane, mask)
    assert guarded.shape == plane.shape
    assert guarded.dtype == np.bool_
    assert guarded[mask].all()
    assert guarded[plane.padding_mask].all()


@settings(max_examples=40, deadline=None)
@given(planes(), SEEDS, SEEDS)
def test_a_larger_mask_frees_no_block(plane: Plane, first: int, second: int) -> None:
    less = some_mask(plane, first)
    more = less | some_mask(plane, second)
    small, large = (usable_blocks(~guard(plane, mask)) for mask in (less, more))
    assert not (large & ~small).any()


@settings(max_examples=60, deadline=None)
@given(planes(), SEEDS)
def test_usable_blocks_hold_no_guarded_pixel(plane: Plane, seed: int) -> None:
    guarded = guard(plane, some_mask(plane, seed))
    usable = usable_blocks(~guarded)
    rows, columns = usable.shape
    assert (rows, columns) == (plane.shape[0] // BLOCK, plane.shape[1] // BLOCK)
    pixels = np.kron(usable, np.ones((BLOCK, BLOCK), dtype=np.bool_))
    assert not (pixels & guarded[: rows * BLOCK, : columns * BLOCK]).any()


@settings(max_examples=40, deadline=None)
@given(planes())
def test_the_baseline_takes_any_plane(plane: Plane) -> None:
    mask = make_finder("threshold").find(plane)
    assert mask.shape == plane.shape
    assert mask.dtype == np.bool_
