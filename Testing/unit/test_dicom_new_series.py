"""A new series is complete, and reads back as what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import header_record, list_files, new_series, read_instance
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

VOLUME = np.random.default_rng(5).integers(0, 4000, (3, 20, 30))


def test_slices_read_back_in_order(tmp_path: Path) -> None:
    paths = new_series(tmp_path / "new", VOLUME, spacing=(2.5, 0.5, 0.75), attributes={"PatientName": "Ďoe^Jané"})
    assert list_files(tmp_path).images == paths
    instances = [read_instance(path) for path in paths]
    for index, (instance, expected) in enumerate(zip(instances, VOLUME, strict=True)):
        plane = instance.plane()
        assert np.array_equal(plane.pixels, expected)
        assert (plane.modality, plane.slope, plane.intercept) == ("CT", 1.0, -1024.0)
        assert instance.dataset.ImagePositionPatient == [0, 0, 2.5 * index]
        assert instance.dataset.PixelSpacing == [0.5, 0.75]
        assert header_record(instance.dataset)["PatientName"] == "Ďoe^Jané"
    assert len({instance.sop_instance for instance in instances}) == 3
    assert len({(instance.study_key, instance.series_key, instance.patient_key) for instance in instances}) == 1


@pytest.mark.parametrize(("signed", "bits", "padding"), [(True, 16, -2000), (True, 12, -2000), (False, 12, 0)])
def test_padding_and_pixel_layout_are_declared(tmp_path: Path, signed: bool, bits: int, padding: int) -> None:  # noqa: FBT001
    volume = VOLUME // 4
    volume[:, :2] = padding
    path, *_ = new_series(tmp_path, volume, signed=signed, bits_stored=bits, padding=padding)
    plane = read_instance(path).plane()
    assert np.array_equal(plane.pixels, volume[0])
    assert (padding, padding) in plane.padding
    assert plane.padding_mask[:2].all()
    assert plane.bits_stored == bits


def test_mr_has_no_rescale(tmp_path: Path) -> None:
    path, *_ = new_series(tmp_path, VOLUME, modality="MR", signed=False, bits_stored=12)
    assert "RescaleSlope" not in pydicom.dcmread(path)
    assert read_instance(path).plane().modality == "MR"


@pytest.mark.parametrize(
    ("volume", "options"),
    [
        (VOLUME, {"modality": "US"}),
        (VOLUME[0], {}),
        (VOLUME[:0], {}),
        (VOLUME, {"bits_stored": 11, "signed": False}),
        (VOLUME - 1, {"signed": False}),
    ],
)
def test_what_cannot_be_a_series_is_refused(tmp_path: Path, volume: np.ndarray, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        new_series(tmp_path / "new", volume, **options)
    assert not (tmp_path / "new").exists()
