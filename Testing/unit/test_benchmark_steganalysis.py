"""The detector of marked planes: its features, and that it finds what is there and nothing where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark.residual_features import FEATURES, residual_features
from StegoMedLib.lab.benchmark.steganalysis import Pairs, detect, group_of

GROUPS, PLANES, SIDE = 4, 6, 96


def noisy(number: int) -> np.ndarray:
    return np.rint(np.random.default_rng(number).normal(50, 1.5, (SIDE, SIDE))).astype(np.int32)


def changed(pixels: np.ndarray, share: float, number: int) -> np.ndarray:
    rng = np.random.default_rng([number, 1])
    return np.asarray(pixels + (rng.random(pixels.shape) < share) * rng.choice([-1, 1], pixels.shape))


def everywhere(pixels: np.ndarray) -> np.ndarray:
    return np.ones(pixels.shape, dtype=np.bool_)


def pairs(share: float) -> Pairs:
    made = Pairs()
    for number in range(GROUPS * PLANES):
        cover = noisy(number)
        made.groups.append(f"series{number // PLANES}")
        made.covers.append(residual_features(cover, everywhere(cover)))
        made.stegos.append(residual_features(changed(cover, share, number), everywhere(cover)))
    return made


def test_each_histogram_is_whole() -> None:
    features = residual_features(noisy(1), everywhere(noisy(1)))

    assert features.shape == (FEATURES,)
    assert np.square(features).reshape(-1, 169).sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "turned",
    [
        pytest.param(lambda pixels: pixels[:, ::-1], id="mirrored"),
        pytest.param(lambda pixels: pixels.T, id="transposed"),
        pytest.param(lambda pixels: 100 - pixels, id="inverted"),
        pytest.param(lambda pixels: pixels + 7, id="lifted"),
    ],
)
def test_features_do_not_depend_on_how_a_plane_lies(turned: object) -> None:
    assert callable(turned)
    pixels = noisy(2)

    assert residual_features(turned(pixels), everywhere(pixels)) == pytest.approx(
        residual_features(pixels, everywhere(pixels))
    )


def test_what_lies_outside_the_region_does_not_count() -> None:
    pixels, region = noisy(3), everywhere(noisy(3))
    region[40:60, 30:70] = False
    other = np.where(region, pixels, 1000)

    assert np.array_equal(residual_features(pixels, region), residual_features(other, region))


def test_an_empty_region_has_no_features() -> None:
    assert not residual_features(noisy(4), ~everywhere(noisy(4))).any()


def test_changes_in_a_third_of_all_pixels_are_found() -> None:
    pytest.importorskip("sklearn")

    row = detect(pairs(0.33), "linear", method="noise", payload="much", region="plane")

    assert row.auc > 0.9
    assert set(row.groups) == {"series0", "series1", "series2", "series3"}


def test_no_changes_are_a_guess() -> None:
    pytest.importorskip("sklearn")

    assert detect(pairs(0.0), "linear", method="none", payload="none", region="plane").auc == pytest.approx(0.5)


def test_one_series_is_too_little() -> None:
    alone = pairs(0.1)
    alone.groups = ["series"] * len(alone.groups)

    with pytest.raises(UnusableInputError, match="two series"):
        detect(alone, "linear", method="noise", payload="some", region="plane")


def test_orientations_of_a_study_are_one_group() -> None:
    assert group_of("ct_trunk_nysbu_axial") == group_of("ct_trunk_nysbu_coronal") == "ct_trunk_nysbu"
    assert group_of("ct_thorax_lidc") == "ct_thorax_lidc"
