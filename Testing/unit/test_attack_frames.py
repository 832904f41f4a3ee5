"""Attacks on objects of several frames hit each frame as it would be hit alone, and are told in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.lab.attacks import KINDS, attack_and_measure
from StegoMedLib.lab.attacks.series import attack_series

if TYPE_CHECKING:
    from pathlib import Path

    import pydicom

FRAMES = np.random.default_rng(3).integers(0, 900, (3, 40, 36))


@pytest.fixture
def source(make_image: Any) -> Path:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.NumberOfFrames, dataset.PixelData = 3, FRAMES.astype("<u2").tobytes()

    path: Path = make_image(edit)
    return path


@pytest.mark.parametrize("kind", ["gaussian", "jpeg", "jpeg2000"])
def test_every_frame_is_attacked_in_turn(source: Path, tmp_path: Path, kind: str) -> None:
    report = attack_series(source, tmp_path / "out.dcm", kind, seed=5)
    instance, written = read_instance(source), read_instance(tmp_path / "out.dcm", accept_lossy=True)
    rng = np.random.default_rng([5, 0])
    hits = [attack_and_measure(kind, instance.plane(frame), KINDS[kind].default, rng) for frame in range(3)]
    assert [row.frame for row in report.slices] == [0, 1, 2]
    for frame, (hit, row) in enumerate(zip(hits, report.slices, strict=True)):
        assert np.array_equal(written.plane(frame).pixels, hit.plane.pixels)
        assert row.ratio == hit.ratio
        assert row.metrics["psnr_stored"] is not None
    ratios = [hit.ratio for hit in hits if hit.ratio is not None]
    if ratios:
        assert float(written.dataset.LossyImageCompressionRatio) == pytest.approx(np.mean(ratios), abs=0.01)
    else:
        assert "LossyImageCompressionRatio" not in written.dataset


def test_one_rescale_is_found_for_all_frames(source: Path, tmp_path: Path) -> None:
    attack_series(source, tmp_path / "out.dcm", "rescale", 2)
    written = read_instance(tmp_path / "out.dcm")
    for frame in range(3):
        plane = written.plane(frame)
        assert np.array_equal(plane.pixels, 2 * (FRAMES[frame] - FRAMES.min()))
        assert np.allclose(plane.pixels * plane.slope + plane.intercept, FRAMES[frame] - 1024)
