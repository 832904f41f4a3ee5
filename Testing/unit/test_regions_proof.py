"""The chain of reasons: each one vetoes what it is there for, and leaves what it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage

from StegoMedLib.plane import Plane
from StegoMedLib.regions import Reason, prove
from StegoMedLib.regions.morphology import grow
from StegoMedLib.regions.topology import Opening, between, fading, open_to_outside
from StegoMedLib.regions.view import filled_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 256
NOTHING = np.zeros((SIZE, SIZE), dtype=np.bool_)
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE]


def disc(row: float, column: float, radius: float) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(ROWS - row, COLUMNS - column) < radius)


def ct(units: NDArray[np.float64], noise: float = 12.0, *, padding: tuple[tuple[int, int], ...] = ()) -> Plane:
    """Hounsfield units, blurred as a scanner blurs, with noise."""
    seen = ndimage.gaussian_filter(units, 0.8) + np.random.default_rng(1).normal(0.0, noise, units.shape)
    return Plane(np.rint(seen + 1024).astype(np.int32), -32768, 32767, padding, "CT", 1.0, -1024.0)


def patient() -> NDArray[np.float64]:
    """A body of water with two lungs and a bubble of gas, in air."""
    units = np.where(np.hypot((ROWS - 128) / 70, (COLUMNS - 128) / 95) < 1, 40.0, -1000.0)
    for side in (-45, 45):
        lung = np.hypot((ROWS - 128) / 45, (COLUMNS - 128 - side) / 28) < 1
        units[lung] = -850.0
    units[disc(185, 128, 8)] = -1000.0
    return units


BODY = np.hypot((ROWS - 128) / 70, (COLUMNS - 128) / 95) < 1


def reasons(plane: Plane, where: NDArray[np.bool_], mask: NDArray[np.bool_] = NOTHING) -> set[Reason]:
    return {Reason(value) for value in np.unique(prove(plane, mask).reasons[where])}


def test_air_around_a_body_is_proved_and_the_body_is_not() -> None:
    proof = prove(ct(patient()), NOTHING)
    assert not (proof.air & BODY).any()
    assert (proof.air & ~grow(BODY, 12)).sum() > 0.9 * (~grow(BODY, 12)).sum()


def test_counts_cover_every_pixel_and_name_the_weightiest_reason() -> None:
    proof = prove(ct(patient()), BODY)
    assert sum(proof.counts.values()) == SIZE * SIZE
    assert proof.counts["air"] == proof.air.sum()
    assert proof.counts["body"] >= BODY.sum()
    assert proof.weightiest > Reason.BODY


@pytest.mark.parametrize("units", [-930.0, -850.0, -700.0])
def test_foam_and_lung_are_not_air_although_no_finder_says_so(units: float) -> None:
    values = patient()
    thing = disc(30, 200, 20)
    values[thing] = units
    assert not prove(ct(values), NOTHING).air[thing].any()


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, -1024.0), (0.5, -1024.0), (2.0, -1000.0), (1.0, 0.0)])
def test_what_counts_are_hounsfield_units_not_stored_values(slope: float, intercept: float) -> None:
    plane = ct(patient())
    units = plane.pixels - 1024.0
    again = np.rint((units - intercept) / slope).astype(np.int32)
    other = replace(plane, pixels=again, slope=slope, intercept=intercept)
    differ = prove(plane, NOTHING).air != prove(other, NOTHING).air
    assert differ.mean() < 0.02


def test_ct_that_is_not_in_hounsfield_units_has_no_proof() -> None:
    eight_bits = Plane(np.clip((ct(patient()).pixels / 8), 0, 255).astype(np.int32), 0, 255, (), "CT")
    assert reasons(eight_bits, ~grow(BODY, 10)) == {Reason.UNSEEN}


def test_a_scout_has_no_proof() -> None:
    assert not prove(replace(ct(patient()), projection=True), BODY).air.any()


def test_gas_inside_the_body_is_not_outside() -> None:
    gas = disc(185, 128, 4)
    assert Reason.AIR not in reasons(ct(patient()), gas)


@pytest.mark.parametrize("cut", ["border", "circle"])
def test_gas_that_is_cut_open_is_the_patient(cut: str) -> None:
    plane, gas = ct(patient()), disc(185, 128, 6)
    if cut == "border":
        plane, gas = replace(plane, pixels=plane.pixels[:186].copy()), gas[:186]
        mask = NOTHING[:186]
    else:
        outside = np.hypot(ROWS - 128, COLUMNS - 128) > 58
        plane = replace(plane, pixels=np.where(outside, -976, plane.pixels), padding=((-976, -976),))
        gas, mask = gas & ~outside, NOTHING
    assert gas.any()
    assert not (prove(plane, mask).air & gas).any()


@pytest.mark.parametrize("fill", [-2000.0, -1024.0, -1000.0])
def test_lung_that_a_circle_cuts_open_is_the_patient_whatever_lies_outside(fill: float) -> None:
    plane = ct(patient())
    circle = disc(128, 100, 45)
    pixels = np.where(circle, plane.pixels, np.int32(fill + 1024))
    cut = replace(plane, pixels=pixels)
    assert not (prove(cut, NOTHING).air & circle).any()


def test_a_field_of_view_inside_the_body_leaves_nothing() -> None:
    plane = ct(patient())
    inside = replace(plane, pixels=plane.pixels[90:170, 60:200].copy())
    proof = prove(inside, np.zeros(inside.shape, dtype=np.bool_))
    assert not proof.air.any()


def test_between_is_the_convex_hull_and_holds_its_set() -> None:
    two = disc(60, 60, 15) | disc(60, 200, 15)
    hull = between(two)
    assert hull[two].all()
    assert hull[60, 130]
    assert not hull[120, 130]
    assert not between(NOTHING).any()
    line = NOTHING.copy()
    line[5, 3:9] = True
    assert np.array_equal(between(line), line)


def test_pieces_of_air_must_reach_the_rim_and_lie_outside() -> None:
    body = disc(128, 128, 60)
    air = ~grow(body, 2) | disc(128, 128, 20)
    view = np.ones_like(body)
    outside = open_to_outside(air, view, body, air, Opening(size=0.003, inside=0.3))
    assert outside[5, 5]
    assert not outside[128, 128]
    assert not open_to_outside(air, view, body, NOTHING, Opening(size=0.003, inside=0.3, sure=0.2)).any()


def test_a_window_on_the_outside_is_not_wide_enough_for_a_side() -> None:
    air, view, limits = NOTHING.copy(), np.ones_like(NOTHING), Opening(size=0.001, inside=0.3, side=0.66)
    air[:40, :150] = True
    assert not open_to_outside(air, view, NOTHING, air, limits).any()
    air[:40, :180] = True
    assert open_to_outside(air, view, NOTHING, air, limits)[20, 170]


def test_what_is_nearest_to_a_fading_outline_may_be_the_body() -> None:
    core, dark = COLUMNS < 100, (COLUMNS > 103) & (ROWS < 128) | (COLUMNS > 200)
    faded = fading(np.asarray(core), np.asarray(dark), 8)
    assert not faded[20, 150]
    assert faded[230, 150]


def test_a_constant_that_ends_abruptly_was_filled_in_and_clipped_air_was_not() -> None:
    units = np.where(BODY, 40.0, -1000.0)
    clipped = np.maximum(ndimage.gaussian_filter(units, 1.0), -1000.0).astype(np.float32)
    inside = np.ones_like(BODY)
    assert not filled_in(clipped, inside, 250.0).any()
    cut = np.where(ROWS < 100, np.float32(-1000.0), clipped)
    assert filled_in(cut, inside, 250.0)[:99].all()


def mr(signal: NDArray[np.float64], noise: float = 6.0, seed: int = 2) -> Plane:
    first, second = np.random.default_rng(seed).normal(0.0, noise, (2, *signal.shape))
    return Plane(np.rint(np.hypot(signal + first, second)).astype(np.int32), 0, 4095, (), "MR")


def test_the_noise_of_a_magnitude_image_is_air_and_dim_tissue_is_not() -> None:
    signal = np.where(BODY, 400.0, 0.0)
    limb = disc(40, 30, 22)
    signal[limb] = 24.0  # 6 % of the bright level
    proof = prove(mr(signal), NOTHING)
    assert not (proof.air & (BODY | limb)).any()
    assert (proof.air & ~grow(BODY | limb, 14)).sum() > 0.7 * (~grow(BODY | limb, 14)).sum()


def test_a_belly_that_fades_into_the_noise_stays_the_patient() -> None:
    seen = 1 / (1 + np.exp((100.0 - COLUMNS) / 14.0))  # a coil at the right
    body = (COLUMNS > 8) & (COLUMNS < 200)
    signal = np.where(body, 500.0 * seen, 0.0)
    air = prove(mr(signal), NOTHING).air
    assert not (air & body).any()
    assert (air & (COLUMNS > 215)).sum() > 0.6 * (COLUMNS > 215).sum()


def test_a_constant_beside_noisy_air_was_filled_in() -> None:
    signal = np.where(disc(128, 128, 50), 400.0, 20.0)
    plane = mr(signal, 3.0)
    filled = replace(plane, pixels=np.where(ROWS > 200, 0, plane.pixels))
    proof = prove(filled, NOTHING)
    assert not proof.air[ROWS > 203].any()
    assert proof.air[ROWS < 60].any()


def test_a_zeroed_background_is_air() -> None:
    plane = mr(np.where(BODY, 400.0, 0.0))
    zeroed = replace(plane, pixels=np.where(grow(BODY, 3), plane.pixels, 0))
    assert prove(zeroed, NOTHING).air[~grow(BODY, 16)].mean() > 0.9


def test_noise_of_the_full_range_has_no_floor() -> None:
    phase = Plane(np.random.default_rng(4).integers(0, 4096, (SIZE, SIZE)).astype(np.int32), 0, 4095, (), "MR")
    assert not prove(phase, disc(128, 128, 50)).air.any()


def test_what_another_finder_or_a_neighbour_takes_for_the_body_is_not_air() -> None:
    plane, arm = ct(patient()), disc(30, 220, 15)
    suspect, beside = prove(plane, BODY, suspect=arm), prove(plane, BODY, beside=arm)
    assert {Reason(value) for value in np.unique(suspect.reasons[arm])} == {Reason.AGREEMENT}
    assert {Reason(value) for value in np.unique(beside.reasons[arm])} == {Reason.NEIGHBOUR}
    assert prove(plane, BODY).air[arm].all()
