"""Signatures of real slices: the same after whatever the robust mark survives, and never that of somebody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.binding import Likeness, features, likeness, signature
from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.lab.attacks import attack
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.plane import Plane

KEY = bytes(range(32))
BITS = np.random.default_rng(0).random(1568) < 0.5

ATTACKS = {
    DEFAULT_STRENGTH: (("jpeg2000", 10), ("salt-and-pepper", 1), ("gamma", 0.9), ("crop", 25), ("cutout", 20)),
    HIGH_STRENGTH: (("gaussian", 2.5), ("jpeg", 60)),
}
SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_acrinflt013",
    "ct_head_dcmqact",  # its padding lies far below air
    "ct_trunk_nysbu_sagittal",
    "mr_head_datalad_t1",
    "mr_head_uih_t1",
)


def _plane(path: Path) -> Plane:
    return read_instance(path, accept_lossy=True).plane(0)


@pytest.mark.data
@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("strength", ATTACKS)
def test_marked_and_attacked_slices_are_not_called_another(series: str, strength: float, data_dir: Path) -> None:
    verdicts = Counter[Likeness]()
    for number, path in enumerate(list_files(data_dir / "curated" / series).images[1::9]):
        plane, profile = _plane(path), Robust(KEY, strength)
        own = signature(features(plane.pixels, views=1), KEY)
        air = air_of(plane, make_finder("threshold").find(plane))
        stego = replace(plane, pixels=profile.on(plane, air).embed(Payload(77, BITS, own=own, nonce=number)))
        for kind, level in ATTACKS[strength]:
            arrived = attack(kind, stego, level, np.random.default_rng(number))
            payload = profile.extract(arrived, None, lambda _: BITS.size)
            assert payload is not None
            assert payload.own_votes is not None
            wrong = float(np.mean(payload.bits != BITS))
            verdicts[likeness(features(arrived.pixels), KEY, payload.own_votes, wrong)] += 1

    assert verdicts[Likeness.OTHER] == 0
    assert verdicts[Likeness.SAME] >= 0.7 * verdicts.total()  # a slice that lost a quarter may leave a doubt


@pytest.mark.data
def test_no_slice_of_another_series_is_called_the_same(data_dir: Path) -> None:
    folders = sorted(path for group in ("curated", "safety") for path in (data_dir / group).iterdir() if path.is_dir())
    seen = [(folder, features(_plane(path).pixels)) for folder in folders for path in list_files(folder).images[::12]]
    sealed = [signature(found, KEY) for _, found in seen]

    verdicts = Counter(
        likeness(found, KEY, theirs)
        for ((mine, found), _), ((other, _), theirs) in permutations(zip(seen, sealed, strict=True), 2)
        if mine != other
    )

    assert verdicts.total() > 2000
    assert verdicts[Likeness.SAME] == 0
    assert verdicts[Likeness.OTHER] >= 0.9 * verdicts.total()
