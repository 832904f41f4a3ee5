"""The phantom: what a CT of the abdomen has, and what the tests and the demo rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.series.phantom import Phantom, phantom_series

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return phantom_series(slices=4, size=256, seed=7)


def units(phantom: Phantom) -> NDArray[np.float64]:
    return phantom.slope * phantom.stored.astype(np.float64) + phantom.intercept


def test_arrays_have_the_documented_shapes_and_types(phantom: Phantom) -> None:
    assert phantom.stored.shape == phantom.body.shape == (4, 256, 256)
    assert phantom.stored.dtype == np.int16
    assert phantom.body.dtype == np.bool_
    assert phantom.spacing == pytest.approx((160 / 3, 420 / 256, 420 / 256))


def test_the_same_seed_gives_the_same_series(phantom: Phantom) -> None:
    again = phantom_series(slices=4, size=256, seed=7)
    other = phantom_series(slices=4, size=256, seed=8)
    np.testing.assert_array_equal(again.stored, phantom.stored)
    assert not np.array_equal(other.stored, phantom.stored)


def test_padding_lies_outside_the_reconstruction_circle_and_only_there(phantom: Phantom) -> None:
    padded = phantom.stored == phantom.padding
    assert (padded == padded[0]).all()
    assert padded[0].mean() == pytest.approx(1 - np.pi / 4, abs=0.01)
    assert padded[0, 0, 0]
    assert not (padded & phantom.body).any()


def test_air_is_gaussian_noise_clipped_at_the_scanner_s_floor(phantom: Phantom) -> None:
    hu = units(phantom)[:, 4:40, 96:160]  # above the patient
    assert hu.mean() == pytest.approx(-1000, abs=1)
    assert hu.std() == pytest.approx(8, abs=0.8)
    assert units(phantom)[phantom.stored != phantom.padding].min() >= -1024


def test_the_body_mask_holds_everything_but_air_table_and_padding(phantom: Phantom) -> None:
    hu = units(phantom)
    dense = (hu > -900) & ~phantom.body
    rows = np.nonzero(dense.any(axis=(0, 2)))[0]
    assert rows.min() > np.nonzero(phantom.body.any(axis=(0, 2)))[0].mean(), "only the table, under the patient"
    assert 0.01 < dense.mean() < 0.05


def test_the_table_does_not_touch_the_patient(phantom: Phantom) -> None:
    column = units(phantom)[0, :, 128]
    last = np.nonzero(phantom.body[0, :, 128])[0].max()
    below = column[last + 1 :]
    assert below[0] < -950
    assert below.max() > -400


def test_the_tissues_of_a_ct_are_there(phantom: Phantom) -> None:
    hu = units(phantom)
    inside = [hu[index][phantom.body[index]] for index in range(4)]
    lung = [((values > -950) & (values < -700)).mean() for values in inside]
    assert lung[0] > 0.3, "lungs in the upper slices"
    assert lung[-1] < 0.05, "and only there"
    for values in inside:
        assert ((values > -130) & (values < -60)).mean() > 0.1, "fat"
        assert ((values > 20) & (values < 200)).mean() > 0.1, "muscle and organs"
        assert (values > 350).mean() > 0.005, "bone"
    assert (inside[-1] < -850).mean() > 0.01, "gas in the bowel"


def test_neighbouring_slices_resemble_each_other() -> None:
    hu = units(phantom_series(slices=20, size=128)).clip(-1000, 400)
    steps = np.abs(np.diff(hu, axis=0)).mean(axis=(1, 2))
    far = np.abs(hu[0] - hu[-1]).mean()
    assert steps.max() < far / 2


def test_a_single_small_slice_can_be_made() -> None:
    phantom = phantom_series(slices=1, size=64)
    assert phantom.stored.shape == (1, 64, 64)
    assert phantom.body.any()
