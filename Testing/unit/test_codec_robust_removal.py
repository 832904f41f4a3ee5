"""Profile robust: who can read a mark can take it away, and sees what was beneath."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, split_blocks, usable_blocks
from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.robust.votes import limited
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.lab.attacks import attack
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
BITS = np.random.default_rng(0).random(1100) < 0.5
SCALES = np.exp2(np.arange(-1.0, 13.0)).astype(np.float32)
SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_lidc",
    "ct_thorax_acrinflt013",
    "ct_trunk_nysbu_sagittal",
    "mr_head_datalad_t1",
    "mr_head_uih_t1",
)


@cache
def _phantom() -> tuple[Plane, np.ndarray]:
    phantom = phantom_series(slices=3)
    void = ((phantom.padding, phantom.padding),)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, void, "CT", phantom.slope, phantom.intercept)
    return plane, air_of(plane, phantom.body[1])


@cache
def _slices(data: Path, series: str) -> list[tuple[Plane, np.ndarray]]:
    files = list_files(data / "curated" / series).images
    planes = [read_instance(path).plane(0) for path in files[1 :: max(1, len(files) // 3)]]
    found = [(plane, air_of(plane, make_finder("threshold").find(plane))) for plane in planes]
    return [(plane, air) for plane, air in found if Robust(KEY).on(plane, air).capacity > 1.1 * BITS.size][:3]


def _marked(plane: Plane, air: np.ndarray, strength: float = DEFAULT_STRENGTH, nonce: int = 321) -> Plane:
    sent = Payload(77, BITS, own=bytes(range(12)), nonce=nonce)
    return replace(plane, pixels=Robust(KEY, strength).on(plane, air).embed(sent))


def _read(plane: Plane) -> Payload:
    found = Robust(KEY).extract(plane, None, lambda _: BITS.size)
    assert found is not None
    return found


def _rms(pixels: np.ndarray, cover: np.ndarray, where: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square((pixels - cover)[where], dtype=np.float64))))


def _heard(plane: Plane, nonce: int) -> np.ndarray:
    """Votes of all carriers, in standard deviations of what chance gives: the nonce's, the label's and the body's.

    Each in the best of all amplitudes that a receiver may take for the mark's.
    """
    robust = Robust(KEY)
    layout = robust.layout(plane.shape)
    values = layout.grid.project(split_blocks(plane.pixels).astype(np.float32))
    sent = robust.wanted(Payload(77, BITS, own=bytes(range(12)), nonce=nonce))
    carriers = layout.carriers(nonce, BITS.size)
    votes = limited(values * carriers.signs * sent[carriers.owners] / SCALES[:, None])
    groups = [carriers.owners == sent.size - 1, (carriers.owners >= BITS.size) & (carriers.owners < BITS.size + 64)]
    groups.append(carriers.owners < BITS.size)
    scores = [votes[:, group].sum(axis=1) / (np.linalg.norm(votes[:, group], axis=1) + 1e-9) for group in groups]
    return np.array([np.abs(score).max() for score in scores])


@pytest.mark.parametrize("strength", [DEFAULT_STRENGTH, HIGH_STRENGTH])
def test_after_removal_the_key_reads_nothing_and_only_air_has_changed(strength: float) -> None:
    plane, air = _phantom()
    marked = _marked(plane, air, strength)
    found = _read(marked)

    pixels = Robust(KEY).removed(marked, air, found)

    removed = replace(marked, pixels=pixels)
    assert Robust(KEY).votes(removed) is None
    assert _heard(removed, found.nonce).max() < 5
    np.testing.assert_array_equal(pixels[~air], marked.pixels[~air])
    np.testing.assert_array_equal(removed.padding_mask, marked.padding_mask)
    assert pixels.min() >= plane.low
    assert _rms(pixels, plane.pixels, air) < 0.3 * _rms(marked.pixels, plane.pixels, air)


def test_a_mark_with_wrong_bits_is_removed_all_the_same() -> None:
    plane, air = _phantom()
    noisy = attack("gaussian", _marked(plane, air), 1.5, np.random.default_rng(1))
    found = _read(noisy)
    found = replace(found, bits=found.bits ^ (np.random.default_rng(2).random(BITS.size) < 0.02))

    removed = replace(noisy, pixels=Robust(KEY).removed(noisy, air, found))

    assert Robust(KEY).votes(removed) is None
    assert _heard(removed, found.nonce).max() < 5


def test_what_is_not_air_keeps_its_mark() -> None:
    plane, air = _phantom()
    marked = _marked(plane, air)
    left = pixels_of(usable_blocks(air) & (np.arange(usable_blocks(air).shape[1]) < 40), plane.shape)

    pixels = Robust(KEY).removed(marked, left, _read(marked))

    assert (pixels != marked.pixels)[left].any()
    np.testing.assert_array_equal(pixels[~left], marked.pixels[~left])


def test_a_mark_can_be_replaced_by_that_of_another_key() -> None:
    plane, air = _phantom()
    marked = _marked(plane, air)
    removed = replace(marked, pixels=Robust(KEY).removed(marked, air, _read(marked)))

    again = replace(removed, pixels=Robust(bytes(32)).on(removed, air).embed(Payload(5, ~BITS, nonce=1)))

    assert Robust(KEY).votes(again) is None
    found = Robust(bytes(32)).extract(again, None, lambda _: BITS.size)
    assert found is not None
    np.testing.assert_array_equal(found.bits, ~BITS)


@pytest.mark.data
@pytest.mark.parametrize("series", SERIES)
def test_real_slices_are_silent_afterwards_one_by_one_and_together(series: str, data_dir: Path) -> None:
    robust, total = Robust(KEY), np.zeros(1)
    assert len(_slices(data_dir, series)) >= 2
    for number, (plane, air) in enumerate(_slices(data_dir, series)):
        nonce = 100 * number
        marked = _marked(plane, air, nonce=nonce)
        removed = replace(marked, pixels=robust.removed(marked, air, _read(marked)))

        assert robust.extract(removed, None, lambda _: BITS.size) is None
        assert _heard(removed, nonce)[:2].max() < 5
        assert _rms(removed.pixels, plane.pixels, air) < 0.5 * _rms(marked.pixels, plane.pixels, air)
        layout = robust.layout(plane.shape)
        values = layout.grid.project(split_blocks(removed.pixels).astype(np.float32))
        usual = max(float(np.median(np.abs(values))), 1.0)
        total = total + limited(values[layout.places(nonce)] / usual) * layout.signs(nonce)
    sums = np.bincount(layout.dealt(BITS.size), total)[: BITS.size]
    assert float(np.mean((sums > 0) != BITS)) > 0.4


@pytest.mark.data
@pytest.mark.parametrize("series", SERIES)
def test_the_region_is_found_beneath_the_mark_as_it_was(series: str, data_dir: Path) -> None:
    finder = make_finder("threshold")
    for plane, air in _slices(data_dir, series):
        marked = _marked(plane, air)

        beneath = replace(marked, pixels=Robust(KEY).unmarked(marked, _read(marked)))

        assert _rms(beneath.pixels, plane.pixels, air) < 0.4 * _rms(marked.pixels, plane.pixels, air)
        assert np.mean(finder.find(beneath) != finder.find(plane)) < 0.01
