"""Folders of DICOM files and PNG masks become training samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.training.data import load_pairs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.data


@pytest.fixture
def folders(tmp_path: Path, data_dir: Path) -> Path:
    """Lay out one image with its mask."""
    source = data_dir / "curated" / "mr_abdomen_pydicom_overlay"
    file = next(source.glob("*.dcm"))
    (tmp_path / "images" / "mine").mkdir(parents=True)
    (tmp_path / "masks" / "mine").mkdir(parents=True)
    (tmp_path / "images" / "mine" / "one.dcm").write_bytes(file.read_bytes())
    mask = data_dir / "masks" / "curated" / "mr_abdomen_pydicom_overlay" / f"{file.stem}.png"
    (tmp_path / "masks" / "mine" / "one.png").write_bytes(mask.read_bytes())
    return tmp_path


def test_an_image_and_its_mask_are_paired(folders: Path) -> None:
    (pair,) = load_pairs(folders / "images", folders / "masks", ["mine"])
    assert (pair.name, pair.series) == ("mine/one", "mine")
    assert pair.plane.modality == "MR"
    assert pair.mask.dtype == np.bool_
    assert pair.mask.shape == pair.plane.shape
    assert 0.3 < pair.mask.mean() < 0.6


def test_a_missing_mask_is_said(folders: Path) -> None:
    (folders / "masks" / "mine" / "one.png").unlink()
    with pytest.raises(UnusableInputError, match=r"no mask .*one\.png"):
        load_pairs(folders / "images", folders / "masks", ["mine"])


def test_a_mask_of_another_size_is_said(folders: Path) -> None:
    Image.fromarray(np.zeros((10, 10), dtype=np.uint8)).save(folders / "masks" / "mine" / "one.png")
    with pytest.raises(UnusableInputError, match="pixels and its slice"):
        load_pairs(folders / "images", folders / "masks", ["mine"])


def test_an_empty_folder_is_said(folders: Path) -> None:
    with pytest.raises(UnusableInputError, match="no DICOM file"):
        load_pairs(folders / "images", folders / "masks", ["yours"])
