"""Fixtures of the tests that need Slicer's core. Where it is missing, this folder is not collected."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TESTING = Path(__file__).resolve().parents[1]
_HAS_SLICER = all(importlib.util.find_spec(each) is not None for each in ("slicer_core", "PySide6"))

collect_ignore_glob = [] if _HAS_SLICER else ["test_*.py"]

if _HAS_SLICER:
    sys.path.append(str(_TESTING))


@pytest.fixture(scope="session")
def host() -> Any:
    """The running host."""
    from slicer_host import start

    return start()


@pytest.fixture
def scene(host: Any) -> Iterator[Any]:
    """An empty scene; afterwards, no slot may have failed and VTK may not have complained."""
    import slicer

    host.clear()
    yield slicer.mrmlScene
    problems = [*map(repr, host.unhandled), *host.vtk_errors]
    host.clear()
    assert problems == []


@pytest.fixture
def dicom_database(scene: Any) -> Iterator[Any]:
    """An empty DICOM database that is `slicer.dicomDatabase` while the test runs."""
    from DICOMLib import DICOMUtils

    with DICOMUtils.TemporaryDICOMDatabase() as database:
        yield database


@pytest.fixture
def panel(host: Any, scene: Any) -> Iterator[Any]:
    """A fresh StegoMed panel, in the window."""
    yield host.load_module(_TESTING.parent / "StegoMed" / "StegoMed.py")
    host.close_module("StegoMed")


@pytest.fixture
def make_series(tmp_path: Path) -> Callable[..., list[Path]]:
    """Write a small series; its slices lie upwards, one of the given positions each."""
    import numpy as np

    from StegoMedLib.dicom import new_series

    count = iter(range(100))

    def make(slices: int = 4, **options: Any) -> list[Path]:
        volume = np.random.default_rng(3).integers(0, 1000, (slices, 20, 24))
        return list(new_series(tmp_path / f"series{next(count)}", volume, **options))

    return make
