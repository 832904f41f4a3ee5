"""What a record of 60 bytes hidden with profile robust survives: every attack, on a phantom and on real slices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.lab.attacks import attack
from StegoMedLib.metrics import compare
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
BITS = 1568
"""Data modules of the symbol of a record of 60 random bytes."""
PAYLOAD = Payload(77, np.random.default_rng(0).random(BITS) < 0.5, own=bytes(range(12)), nonce=12345)
MOST_ERRORS = 0.008
"""Share of wrong bits at which every symbol is read: the least level corrects one codeword of 8 bits in 14."""
MOST_OWN = 2
"""Of the 96 own bits that may be wrong then."""

DEFAULT = (
    ("gaussian", 1),
    ("uniform", 1),
    ("salt-and-pepper", 1),
    ("jpeg2000", 10),
    ("jpegls", 3),
    ("jpeg", 85),
    ("scale", 0.9),
    ("scale", 1.1),
    ("offset", 5),
    ("gamma", 0.9),
    ("crop", 25),
    ("cutout", 20),
    ("blur", 0.5),
    ("bits", 8),
)
HIGH = (("gaussian", 2.5), ("uniform", 2.5), ("salt-and-pepper", 2), ("jpeg2000", 20), ("jpeg", 60), ("median", 3))
MR_DEFAULT = (("gaussian", 1), ("salt-and-pepper", 1), ("jpeg2000", 5), ("jpeg", 85))


@cache
def _phantom() -> tuple[Plane, np.ndarray]:
    phantom = phantom_series(slices=3)
    void = ((phantom.padding, phantom.padding),)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, void, "CT", phantom.slope, phantom.intercept)
    return plane, air_of(plane, phantom.body[1])


@cache
def _marked_phantom(strength: float) -> Plane:
    plane, air = _phantom()
    return replace(plane, pixels=Robust(KEY, strength).on(plane, air).embed(PAYLOAD))


def _check(stego: Plane, kind: str, level: float) -> None:
    found = Robust(KEY).extract(attack(kind, stego, level, np.random.default_rng(1)), None, lambda _: BITS)
    assert found is not None
    assert found.label == PAYLOAD.label
    assert found.nonce == PAYLOAD.nonce
    assert float(np.mean(found.bits != PAYLOAD.bits)) <= MOST_ERRORS
    assert found.own_votes is not None
    assert np.count_nonzero((found.own_votes > 0) != np.unpackbits(np.frombuffer(PAYLOAD.own, np.uint8))) <= MOST_OWN


@pytest.mark.parametrize(("kind", "level"), DEFAULT)
def test_default_strength_survives_on_a_phantom(kind: str, level: float) -> None:
    _check(_marked_phantom(DEFAULT_STRENGTH), kind, level)


@pytest.mark.parametrize(("kind", "level"), HIGH)
def test_high_strength_survives_on_a_phantom(kind: str, level: float) -> None:
    _check(_marked_phantom(HIGH_STRENGTH), kind, level)


@pytest.mark.data
@pytest.mark.parametrize(
    ("series", "number", "high"),
    [
        ("ct_abdomen_chaos3", 0, True),
        ("ct_thorax_lidc", 13, True),
        ("ct_thorax_acrinflt013", 4, True),
        ("ct_trunk_nysbu_sagittal", 7, True),
        ("mr_head_datalad_t1", 9, False),  # the least room, and 92 grey levels
        ("mr_abdomen_pydicom_overlay", 0, False),
    ],
)
def test_real_slices_survive(series: str, number: int, high: bool, data_dir: Path) -> None:  # noqa: FBT001
    plane = read_instance(list_files(data_dir / "curated" / series).images[number]).plane(0)
    significant = make_finder("threshold").find(plane)
    air = air_of(plane, significant)
    cases = [(DEFAULT_STRENGTH, DEFAULT if high else MR_DEFAULT), *([(HIGH_STRENGTH, HIGH)] if high else [])]

    for strength, attacks in cases:
        pixels = Robust(KEY, strength).on(plane, air).embed(PAYLOAD)
        quality = compare(plane, pixels, significant)
        assert quality.changed_significant == 0
        assert quality.changed_padding == 0
        assert quality.psnr_range is not None
        assert quality.psnr_range >= strength
        for kind, level in attacks:
            _check(replace(plane, pixels=pixels), kind, level)


@pytest.mark.data
def test_the_paper_s_noise_taken_literally_is_survived_at_sixty_decibels(data_dir: Path) -> None:
    for path in list_files(data_dir / "curated" / "ct_abdomen_chaos3").images[::8]:
        plane = read_instance(path).plane(0)
        air = air_of(plane, make_finder("threshold").find(plane))

        stego = replace(plane, pixels=Robust(KEY, 31.2).on(plane, air).embed(PAYLOAD))

        quality = compare(plane, stego.pixels)
        assert quality.psnr_65535 is not None
        assert quality.psnr_65535 >= 60
        _check(stego, "gaussian-stored", 147)
