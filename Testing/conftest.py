"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest

from Testing.orthanc import orthanc_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pydicom

    from Testing.orthanc import Orthanc

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


_KEYED = frozenset({"conceal", "deidentify", "embed", "erase", "extract", "reidentify", "restore", "reveal"})
_KEYS = frozenset({"--identity", "--key-file", "--passphrase-file", "--recipient"})


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file; not to be changed."""
    path = tmp_path_factory.mktemp("key") / "key"
    path.write_bytes(bytes(range(32)))
    path.chmod(0o600)
    return path


class Stegomed(Protocol):
    def __call__(self, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def stegomed(tmp_path: Path, key_file: Path, request: pytest.FixtureRequest) -> Stegomed:
    """Run the command line in a fresh process, with the passphrase in the environment.

    Tests under the marker ``key_file`` use a key file instead, wherever they name no key.
    """
    keyed = _KEYED if request.node.get_closest_marker("key_file") else frozenset()

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        if arguments[0] in keyed and not _KEYS & set(map(str, arguments)):
            arguments = (*arguments, "--key-file", key_file)
        environment = {**os.environ, "STEGOMED_PASSPHRASE": "correct horse battery staple", "COLUMNS": "200"}
        environment |= options.pop("env", {})
        command = [sys.executable, "-m", "StegoMedLib", *map(str, arguments)]
        options = {"cwd": tmp_path, "stdin": subprocess.DEVNULL, "timeout": 300, **options}
        environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, **options
        )

    return run


@pytest.fixture
def need_tool() -> Callable[[str], None]:
    """Skip where a program of another package is missing."""

    def need(name: str) -> None:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")

    return need


@pytest.fixture(scope="session")
def shared_orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """One Orthanc for all tests; `orthanc` is the same, emptied."""
    with orthanc_in(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture
def orthanc(shared_orthanc: Orthanc) -> Orthanc:
    """An Orthanc with DICOMweb that holds nothing; `Testing.orthanc.orthanc_in` makes those with other settings."""
    shared_orthanc.clear()
    return shared_orthanc


@pytest.fixture(scope="session")
def phantom_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom CT series of four slices of 256 x 256 pixels, as DICOM files; not to be changed."""
    from StegoMedLib.dicom import new_series  # noqa: PLC0415 a fault there must not stop the other tests
    from StegoMedLib.series.phantom import PATIENT, phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=4, size=256)
    folder = tmp_path_factory.mktemp("phantom") / "series"
    new_series(
        folder,
        phantom.stored[::-1],
        spacing=phantom.spacing,
        attributes=PATIENT,
        rescale=(phantom.slope, phantom.intercept),
        padding=phantom.padding,
    )
    return folder
