"""Real series: the guard covers every body, there is room, and both finders find what the reference masks show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import BLOCK, usable_blocks
from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions import RegionFinder, make_finder, prove
from StegoMedLib.regions.morphology import grow
from StegoMedLib.training.data import load_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.training.samples import Sample

pytestmark = pytest.mark.data

# Means over a series that finders must reach: the threshold's and the network's.
SERIES = {
    "ct_abdomen_chaos3": (0.99, 0.99),
    "ct_abdomen_dcmqi3": (0.98, 0.99),
    "ct_head_dcmqact": (0.98, 0.99),
    "ct_thorax_acrinflt013": (0.98, 0.985),
    "ct_thorax_cmbcrc": (0.98, 0.99),
    "ct_thorax_lidc": (0.98, 0.99),
    "ct_thorax_riderpilot": (0.98, 0.99),
    "ct_trunk_acrinflt001": (0.97, 0.99),
    "ct_trunk_nysbu_axial": (0.97, 0.985),
    "ct_trunk_nysbu_coronal": (0.96, 0.98),
    "ct_trunk_nysbu_sagittal": (0.97, 0.99),
    "mr_abdomen_pydicom_overlay": (0.95, 0.965),
    "mr_abdomen_tcgalihc_cor": (0.90, 0.965),
    "mr_head_datalad_t1": (0.94, 0.965),
    "mr_head_uih_t1": (0.96, 0.975),
    "mr_pelvis_prostatex0001_loc": (0.95, 0.965),
}
# Least of any slice; for the threshold, which calls some heads and livers air, less.
WORST, WORST_OF_THRESHOLD = 0.90, 0.85
# Its body fills the field of view.
CRAMPED = "mr_abdomen_tcgalihc_cor"
# Blocks for a symbol: a sixteenth of a plane of 512 x 512, and of 256 x 256 more for its size.
ROOM_512, ROOM_256 = 1000, 600


def blocks(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the blocks that a mask touches."""
    rows, columns = (extent // BLOCK for extent in mask.shape)
    whole = mask[: rows * BLOCK, : columns * BLOCK]
    return np.asarray(whole.reshape(rows, BLOCK, columns, BLOCK).any(axis=(1, 3)), dtype=np.bool_)


def enough(sample: Sample) -> float:
    """Give the blocks that a slice should offer; less where the body itself leaves less."""
    room = ROOM_512 if max(sample.plane.shape) > 300 else ROOM_256
    return min(room, 0.6 * np.count_nonzero(~blocks(grow(sample.mask, 3) | sample.plane.padding_mask)))


@pytest.fixture(scope="module")
def finders() -> dict[str, RegionFinder]:
    pytest.importorskip("onnxruntime")
    return {name: make_finder(name) for name in ("threshold", "maskrcnn")}


def check(finder: RegionFinder, samples: list[Sample], mean: float, worst: float) -> None:
    overlaps, roomy, touching = [], [], []
    for sample in samples:
        seen = finder.look(sample.plane)
        found = seen.significant
        assert found.any(), f"{finder.name} finds no body in {sample.name}"
        overlaps.append(iou(found, sample.mask))
        guarded = ~prove(sample.plane, found, suspect=seen.suspect).air
        usable = usable_blocks(~guarded)
        if (sample.mask & ~guarded).any():
            touching.append(sample.name)
        roomy.append(int(usable.sum()) >= enough(sample))
    assert not touching
    assert np.mean(overlaps) >= mean
    assert min(overlaps) >= worst
    if samples[0].series != CRAMPED:
        assert np.mean(roomy) >= 0.75  # clothes, foam and couches are no air


@pytest.mark.parametrize("series", SERIES)
def test_no_pixel_of_a_body_lies_outside_the_guard(
    series: str, data_dir: Path, finders: dict[str, RegionFinder]
) -> None:
    samples = load_pairs(data_dir / "curated", data_dir / "masks/curated", [series])
    threshold, network = SERIES[series]
    check(finders["threshold"], samples, threshold, WORST_OF_THRESHOLD)
    check(finders["maskrcnn"], samples, network, WORST)
