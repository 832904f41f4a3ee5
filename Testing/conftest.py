"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import pydicom

_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


class ImageMaker(Protocol):
    def __call__(self, edit: Callable[[pydicom.FileDataset], None] | None = None, **series: Any) -> Path: ...


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real images beside the repository; skips where it is missing."""
    if not _DATA.is_dir():
        pytest.skip(f"the real images are not here: {_DATA} does not exist")
    return _DATA


@pytest.fixture
def make_image(tmp_path: Path) -> ImageMaker:
    """Write a small CT image (40 rows, 36 columns, signed 16 bits), with its header edited on request."""
    count = iter(range(1000))

    def make(edit: Callable[[pydicom.FileDataset], None] | None = None, **series: Any) -> Path:
        from pydicom import dcmread  # noqa: PLC0415

        from StegoMedLib.dicom import new_series  # noqa: PLC0415 a fault there must not stop the other tests

        volume = np.random.default_rng(7).integers(0, 2000, (1, 40, 36))
        (path,) = new_series(tmp_path / f"source{next(count)}", series.pop("volume", volume), **series)
        if edit is not None:
            dataset = dcmread(path)
            edit(dataset)
            dataset.save_as(path)
        return path

    return make
