"""Whatever cuts, moves, rescales or streaks a real slice, nothing of its patient becomes usable.

A small part of the campaign of ``Testing/benchmarks/bench_guard.py``, which tells what remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.dicom import read_instance
from StegoMedLib.lab.benchmark.guard_attacks import ATTACKS_CT, ATTACKS_MR
from StegoMedLib.regions import prove
from StegoMedLib.training.references import read_reference

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.guard_attacks import Attack
    from StegoMedLib.plane import Plane

pytestmark = pytest.mark.data

EACH = 40
"""Attacks of each kind."""
# Painted streaks turn skin into air, and fields turn tissue into less than one grey level: there values prove nothing.
ALONE_CT = [name for name in ATTACKS_CT if name != "streaks"]


def slices(data: Path, start: str, every: int) -> list[tuple[Plane, NDArray[np.bool_]]]:
    paths = sorted(path for path in (data / "curated").rglob("*.dcm") if path.parent.name.startswith(start))[::every]
    masks = [data / "masks" / "curated" / path.parent.name / f"{path.stem}.png" for path in paths]
    return [
        (read_instance(path).plane(), read_reference(mask).patient) for path, mask in zip(paths, masks, strict=True)
    ]


def touched(plane: Plane, mask: NDArray[np.bool_]) -> int:
    proof = prove(plane, np.zeros(plane.shape, dtype=np.bool_))
    return int((pixels_of(usable_blocks(proof.air), plane.shape) & mask).sum())


def campaign(attack: Attack, covers: list[tuple[Plane, NDArray[np.bool_]]], seed: int) -> list[int]:
    rng, lost = np.random.default_rng(seed), []
    for _ in range(EACH):
        plane, mask = attack(rng, *covers[rng.integers(len(covers))])
        if min(plane.shape) >= 16:
            lost.append(touched(plane, mask))
    return lost


@pytest.mark.parametrize("kind", ALONE_CT)
def test_the_guard_alone_holds_on_ct(kind: str, data_dir: Path) -> None:
    lost = campaign(ATTACKS_CT[kind], slices(data_dir, "ct", 6), 11)
    assert lost
    assert not any(lost)


@pytest.mark.parametrize("kind", ["mirror"])
def test_the_guard_alone_holds_on_turned_mr(kind: str, data_dir: Path) -> None:
    covers = [cover for series in ("mr_head_uih", "mr_pelvis", "mr_abdomen") for cover in slices(data_dir, series, 5)]
    assert not any(campaign(ATTACKS_MR[kind], covers, 11))
