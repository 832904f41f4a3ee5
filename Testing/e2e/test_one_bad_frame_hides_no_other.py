"""A frame that cannot be decoded costs that frame, not the record that the others carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEG2000Lossless

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.key_file


def test_a_damaged_frame_between_good_ones(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    assert stegomed("embed", phantom_folder, "out", "--finder", "threshold").returncode == 0
    dataset = pydicom.dcmread(min((tmp_path / "out").iterdir()))
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
    damaged = frame[:60] + bytes(len(frame) - 60)
    dataset.NumberOfFrames, dataset.PixelData = 3, encapsulate([frame, damaged, frame])
    dataset.save_as(tmp_path / "three.dcm")

    result = stegomed("extract", "three.dcm", "--json", "-")

    assert result.returncode == 7, result.stderr
    report = json.loads(result.stdout)
    assert report["record"]["PatientName"] == "Phantom^Abdomen"
    assert [(row["frame"], row["state"]) for row in report["slices"]] == [
        (0, "extracted"),
        (1, "unreadable"),
        (2, "extracted"),
    ]
    assert "cannot be decoded" in report["slices"][1]["detail"]
    assert [row["file"] for row in report["left_out"]] == ["three.dcm"]
