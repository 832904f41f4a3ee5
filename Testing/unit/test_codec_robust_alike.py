"""Profile robust: to anybody without the key, marked slices are no more alike than others.

What a stranger has of a mark is the residual of the air: what differs from the mean around. Asked is how well
statistics of two residuals tell pairs of slices that are marked under one key from other pairs: the area under the
curve of receiver operating characteristics, one half where they say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.fft import irfft2, rfft2
from scipy.ndimage import uniform_filter

from StegoMedLib.blocks import split_blocks, usable_blocks
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.robust.slots import FINE, SlotGrid
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.plane import Plane

KEY = bytes(range(32))
BITS = np.random.default_rng(0).random(1200) < 0.5
SERIES = (
    "ct_abdomen_chaos3",
    "ct_head_dcmqact",
    "ct_thorax_acrinflt013",
    "ct_thorax_cmbcrc",
    "ct_trunk_nysbu_sagittal",
    "mr_head_uih_t1",
)
SLICES = 10
CHANCE = 0.55


@dataclass(frozen=True)
class Air:
    """Residual of a slice, and where it is of air."""

    residual: np.ndarray
    air: np.ndarray


Pair = tuple[Air, Air]


@cache
def _covers(data: Path, series: str) -> list[tuple[Plane, np.ndarray]]:
    files = list_files(data / "curated" / series).images
    finder = make_finder("threshold")
    planes = [read_instance(path).plane(0) for path in files[:: max(1, len(files) // SLICES)][:SLICES]]
    return [(plane, air_of(plane, finder.find(plane))) for plane in planes]


def _residual(plane: Plane, air: np.ndarray) -> Air:
    values = plane.pixels.astype(np.float32)
    return Air(values - uniform_filter(values, 5), air)


@cache
def _studies(data: Path, marked: str) -> list[list[Air]]:
    """Residuals of the slices of each series: unmarked, marked under one key, or each under a key of its own."""
    rng = np.random.default_rng(1)
    found: list[list[Air]] = []
    for series in SERIES:
        found.append([])
        for plane, air in _covers(data, series):
            robust = Robust(KEY if marked == "one key" else rng.bytes(32))
            payload = Payload(77, BITS, own=rng.bytes(12), nonce=int(rng.integers(robust.nonces(plane.shape))))
            try:
                pixels = plane.pixels if marked == "no" else robust.on(plane, air).embed(payload)
            except DoesNotFitError:
                continue
            found[-1].append(_residual(replace(plane, pixels=pixels), air))
    return found


def _values(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> float:
    """Correlation of two images where both are of air."""
    x, y = one[where], other[where]
    x, y = x - x.mean(), y - y.mean()
    return abs(float(x @ y) / max(float(np.sqrt((x @ x) * (y @ y))), 1e-12))


def linear(pair: Pair) -> float:
    """Correlation of the residuals."""
    return _values(pair[0].residual, pair[1].residual, pair[0].air & pair[1].air)


def squared(pair: Pair) -> float:
    """Correlation of their squares, beyond what is loud or quiet in all of a neighbourhood."""
    loud = [each.residual**2 / (uniform_filter(each.residual**2, 16) + 1e-9) for each in pair]
    return _values(loud[0], loud[1], pair[0].air & pair[1].air)


def shifted(pair: Pair) -> float:
    """Largest normalised cross-correlation over all shifts."""
    where = pair[0].air & pair[1].air
    images = [np.where(where, each.residual - each.residual[where].mean(), 0) for each in pair]
    products = irfft2(rfft2(images[0]) * np.conj(rfft2(images[1])), s=where.shape)
    return float(np.abs(products).max() / (np.linalg.norm(images[0]) * np.linalg.norm(images[1]) + 1e-12))


def slots(pair: Pair) -> float:
    """Correlation of the amounts of the slots that the profile writes, each kind of them about its own mean.

    To a stranger who knows all of the profile but the key, bits that are louder than others would show here.
    """
    grid = SlotGrid(pair[0].residual.shape)
    free = usable_blocks(pair[0].air & pair[1].air).ravel()
    amounts = [np.abs(grid.project(split_blocks(each.residual).astype(np.float32))) for each in pair]
    x, y = (each[grid.parts[0]].reshape(-1, FINE)[free] for each in amounts)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return float((x * y).sum() / max(float(np.sqrt((x * x).sum() * (y * y).sum())), 1e-12))


def _pairs(studies: list[list[Air]]) -> list[Pair]:
    return [
        pair
        for study in studies
        for pair in combinations(study, 2)
        if pair[0].air.shape == pair[1].air.shape and (pair[0].air & pair[1].air).sum() > 4000
    ]


def _area(positives: list[float], negatives: list[float]) -> float:
    """Chance that a positive is larger than a negative, ties being halves."""
    one, other = np.array(positives)[:, None], np.array(negatives)[None]
    return float(np.mean((one > other) + 0.5 * (one == other)))


@pytest.mark.data
@pytest.mark.parametrize("alike", [linear, shifted, slots])
def test_marked_slices_are_no_more_alike_than_unmarked_ones(alike: Callable[[Pair], float], data_dir: Path) -> None:
    marked, unmarked = ([alike(each) for each in _pairs(_studies(data_dir, how))] for how in ("one key", "no"))

    assert len(marked) >= 200
    assert _area(marked, unmarked) <= CHANCE


@pytest.mark.data
@pytest.mark.parametrize("alike", [linear, squared, shifted, slots])
def test_marks_of_one_key_are_no_more_alike_than_those_of_two(alike: Callable[[Pair], float], data_dir: Path) -> None:
    """That a slice is marked shows; under whose key does not."""
    same, different = ([alike(each) for each in _pairs(_studies(data_dir, how))] for how in ("one key", "two keys"))

    assert _area(same, different) <= CHANCE


@pytest.mark.data
@pytest.mark.parametrize("kind", ["residual", "square"])
def test_averages_of_studies_do_not_tell_the_key(kind: str, data_dir: Path) -> None:
    """Of each series the one half of the slices against the other, as of two studies under one key."""

    def of_halves(how: str) -> list[float]:
        found = []
        for study in _studies(data_dir, how):
            same = [each for each in study if each.air.shape == study[0].air.shape]
            power = [each.residual if kind == "residual" else each.residual**2 for each in same]
            air = np.all([each.air for each in same], axis=0)
            half = len(same) // 2
            for k in range(half):
                turned = power[k:] + power[:k]
                halves = np.mean(turned[:half], axis=0), np.mean(turned[half:], axis=0)
                found.append(_values(halves[0], halves[1], air))
        return found

    assert _area(of_halves("one key"), of_halves("two keys")) <= CHANCE


@pytest.mark.data
def test_the_average_of_marked_slices_says_nothing_of_the_mark_of_another(data_dir: Path) -> None:
    plane, air = _covers(data_dir, "ct_abdomen_chaos3")[3]
    rng, robust = np.random.default_rng(5), Robust(KEY)
    canvas, marks = robust.on(plane, air), []
    for _ in range(20):
        sent = Payload(77, BITS, own=rng.bytes(12), nonce=int(rng.integers(robust.nonces(plane.shape))))
        marks.append((canvas.embed(sent) - plane.pixels).astype(np.float64))
    average = np.mean(marks[1:], axis=0)
    stranger = Robust(bytes(32)).on(plane, air).embed(Payload(77, BITS, nonce=5)) - plane.pixels
    inside = np.kron(usable_blocks(air), np.ones((4, 4))) > 0

    assert _values(marks[0], average, inside) <= _values(stranger, average, inside) + 0.02
    assert np.std(average[inside]) < 0.4 * np.std(marks[0][inside])
    stripped = np.clip(plane.pixels + marks[0] - average, plane.low, plane.high).round().astype(np.int32)
    found = robust.extract(replace(plane, pixels=stripped), None, lambda _: BITS.size)
    assert found is not None
    np.testing.assert_array_equal(found.bits, BITS)
