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


@pytest.fixture
def untouched(driver: Any, dicom_database: Any, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it to remember the state; at the end it must be the same."""
    states: list[object] = []

    def state() -> object:
        import slicer
        from panel_driver import digests

        nodes = [slicer.mrmlScene.GetNthNode(number) for number in range(slicer.mrmlScene.GetNumberOfNodes())]
        kinds = ("vtkMRMLVolumeNode", "vtkMRMLSegmentationNode", "vtkMRMLDisplayNode", "vtkMRMLStorageNode")
        held = sorted(node.GetID() for node in nodes if any(node.IsA(kind) for kind in kinds))
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        left = sorted(path.name for path in Path(slicer.app.temporaryPath).glob("StegoMed-*"))
        return held, digests(files), driver.series(dicom_database), digests(dicom_database.allFiles()), left

    yield lambda: states.append(state())
    assert states == [state()]


@pytest.fixture
def settings(scene: Any) -> Iterator[Any]:
    """Slicer's settings; afterwards, they name no server."""
    import qt

    made = qt.QSettings()
    yield made
    for group in (
        "DICOM",
        "ServerNodes",
        "ServerNodeCount",
        "CallingAETitle",
        "GLOBAL_DICOMWEB_USER_KEY",
        "GLOBAL_DICOMWEB_PASSWORD_KEY",
    ):
        made.remove(group)


@pytest.fixture
def node_port(settings: Any) -> int:
    """Port of a node that the settings name and tick for storage."""
    from dicom_receivers import browser_server, free_port, name_browser_servers

    found = free_port()
    name_browser_servers(settings, browser_server("Archive", found))
    return found


@pytest.fixture
def stego_to_send(driver: Any, dicom_database: Any, tmp_path: Path, node_port: int) -> Any:
    """A stego volume, ready to save and send; its source's headers name a patient."""
    from panel_driver import write_planted

    driver.choose(driver.load(write_planted(tmp_path / "phantom"), dicom_database))
    driver.find()
    made = driver.embed()
    driver.choose_server()
    return made
