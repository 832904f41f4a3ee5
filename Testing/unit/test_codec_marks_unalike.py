"""Two real slices that are marked under one key are no more alike than two that are not, or under two keys."""

from __future__ import annotations

from itertools import islice, pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import rankdata

from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of
from Testing.airs import KEY, payload_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from StegoMedLib.plane import Plane

SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_acrinflt013",
    "ct_thorax_cmbcrc",
    "ct_head_dcmqact",
    "ct_trunk_nysbu_coronal",
    "ct_thorax_lidc",
    "ct_abdomen_dcmqi3",
)
TILE = 32
BITS = 1400


@pytest.fixture(scope="module")
def slices(data_dir: Path) -> list[list[tuple[Plane, np.ndarray]]]:
    """Two planes of each series that carry a record, and their air."""
    return [list(islice(_carrying(data_dir / "curated" / name), 2)) for name in SERIES]


def _carrying(folder: Path) -> Iterator[tuple[Plane, np.ndarray]]:
    finder, files = make_finder("threshold"), list_files(folder).images
    for file in files[len(files) // 4 :: 3]:
        plane = read_instance(file).plane(0)
        air = air_of(plane, finder.find(plane))
        if all(PROFILES[name].under(KEY).on(plane, air).capacity > 2 * BITS for name in ("fidelity", "capacity")):
            yield plane, air


def marked(name: str, plane: Plane, air: np.ndarray, key: bytes, nonce: int) -> np.ndarray:
    return PROFILES[name].under(key).on(plane, air).embed(payload_of(BITS, nonce=nonce))


def likeness(one: np.ndarray, two: np.ndarray, air: np.ndarray) -> list[float]:
    """Correlations of what is left without the neighbours' mean, in tiles of the air that two slices share."""
    left = [_residual(pixels) for pixels in (one, two)]
    rows, columns = (side // TILE for side in air.shape)
    found = []
    for row, column in product(range(rows), range(columns)):
        tile = np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
        mine, yours = (each[tile][air[tile]] for each in left)
        if mine.size >= TILE * TILE // 2 and mine.std() > 0 and yours.std() > 0:
            found.append(float(np.corrcoef(mine, yours)[0, 1]))
    return found


def _residual(pixels: np.ndarray) -> np.ndarray:
    values = pixels.astype(float)
    around = [np.roll(values, step, axis) for step, axis in product((1, -1), (0, 1))]
    return np.asarray(values - np.mean(around, axis=0))


def roc_area(positive: list[float], negative: list[float]) -> float:
    """Chance that one of the first is larger than one of the second."""
    ranks = rankdata([*positive, *negative])[: len(positive)]
    return float((ranks.sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative)))


def test_the_area_tells_what_is_alike() -> None:
    rng = np.random.default_rng(0)
    assert roc_area([2.0, 3.0], [0.0, 1.0]) == 1.0
    assert abs(roc_area(list(rng.random(4000)), list(rng.random(4000))) - 0.5) < 0.03


@pytest.mark.data
@pytest.mark.parametrize("name", ["fidelity", "capacity"])
def test_marked_slices_correlate_no_more_than_unmarked_ones(
    name: str, slices: list[list[tuple[Plane, np.ndarray]]]
) -> None:
    with_mark: list[float] = []
    without: list[float] = []
    nonce = 0
    for first, second in pairwise(slices):  # six pairs of series
        for (one, its_air), (two, other_air) in product(first, second):
            nonce += 2
            both = its_air & other_air
            stego = [marked(name, one, its_air, KEY, nonce), marked(name, two, other_air, KEY, nonce + 1)]
            with_mark += likeness(stego[0], stego[1], both)
            without += likeness(one.pixels, two.pixels, both)

    assert min(len(with_mark), len(without)) > 400
    for sign in (1, -1):
        assert roc_area([sign * each for each in with_mark], [sign * each for each in without]) <= 0.55
    assert roc_area([abs(each) for each in with_mark], [abs(each) for each in without]) <= 0.55


@pytest.mark.data
@pytest.mark.parametrize("name", ["fidelity", "capacity"])
def test_two_studies_under_one_key_are_not_recognised(name: str, slices: list[list[tuple[Plane, np.ndarray]]]) -> None:
    same: list[float] = []
    different: list[float] = []
    nonce = 0
    for first, second in pairwise(slices):
        for (one, its_air), (two, other_air) in product(first, second):
            nonce += 2
            ours = marked(name, one, its_air, KEY, nonce) != one.pixels
            for alike, key in ((same, KEY), (different, bytes(32))):
                theirs = marked(name, two, other_air, key, nonce + 1) != two.pixels
                alike.extend(likeness(ours, theirs, its_air & other_air))  # with both originals at hand, even

    assert min(len(same), len(different)) > 100
    assert roc_area(same, different) <= 0.55
    assert roc_area(different, same) <= 0.55
