"""The phantom series in Slicer's Sample Data module, made on the spot: nothing is downloaded, nobody is in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import slicer

from StegoMedLib.errors import StegoMedError
from StegoMedPanel import nodes, packages, views

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Node

__all__ = ["load_phantom", "register", "show_phantom", "write_phantom"]

NAME = "StegoMedPhantomCT"
_SLICES, _SIZE = 16, 512
_SOFT_TISSUE = (-160.0, 240.0)
"""Window of CT numbers in which fat, muscle and organs differ."""
_ICON = Path(__file__).resolve().parents[1] / "Resources" / "Icons" / "StegoMed.png"


def register() -> None:
    """Offer the phantom in the Sample Data module, where there is one."""
    try:
        from SampleData import SampleDataLogic  # noqa: PLC0415 part of Slicer, left out of some builds
    except ImportError:
        return
    SampleDataLogic.registerCustomSampleDataSource(
        category="StegoMed",
        sampleName=NAME,
        uris="",  # nothing is downloaded, but Slicer wants one entry of each kind
        fileNames="",
        nodeNames=NAME,
        thumbnailFileName=str(_ICON),
        customDownloader=show_phantom,
    )


def show_phantom(_source: object = None) -> list[Node]:
    """Load the phantom and show it, as Sample Data's button does; what prevents it is said."""
    try:
        packages.ensure(network=False)
        loaded = load_phantom()
    except StegoMedError as error:
        slicer.util.errorDisplay(str(error), windowTitle="StegoMed")
        return []
    display = loaded[0].GetDisplayNode()
    display.SetAutoWindowLevel(0)
    display.SetWindowLevelMinMax(*_SOFT_TISSUE)
    views.show(loaded[0], fit=True)
    return loaded


def load_phantom(*, slices: int = _SLICES, size: int = _SIZE) -> list[Node]:
    """Load the phantom: through the DICOM database where one is open, else as plain voxels."""
    try:
        opened = nodes.database()
    except StegoMedError:
        return [_as_voxels(slices, size)]
    from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

    folder = Path(tempfile.mkdtemp(prefix="StegoMed-", dir=slicer.app.temporaryPath))
    try:
        series = write_phantom(folder / "series", slices, size)
        DICOMUtils.importDicom(str(folder / "series"), opened, True)  # noqa: FBT003 Slicer's signature
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [slicer.mrmlScene.GetNodeByID(identifier) for identifier in DICOMUtils.loadSeriesByUID([series])]


def write_phantom(folder: Path, slices: int, size: int) -> str:
    """Write the phantom as a DICOM series of its own; the SeriesInstanceUID."""
    from pydicom import dcmread  # noqa: PLC0415

    from StegoMedLib.dicom import new_series  # noqa: PLC0415 needs packages
    from StegoMedLib.series.phantom import PATIENT, phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=slices, size=size)
    files = new_series(
        folder,
        phantom.stored[::-1],
        spacing=phantom.spacing,
        attributes=PATIENT,
        rescale=(phantom.slope, phantom.intercept),
        padding=phantom.padding,
    )
    return str(dcmread(files[0], stop_before_pixels=True).SeriesInstanceUID)


def _as_voxels(slices: int, size: int) -> Node:
    from StegoMedLib.series.phantom import phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=slices, size=size)
    distance, rows, columns = phantom.spacing
    voxels = phantom.stored[::-1] + np.int16(phantom.intercept)
    steps = np.diag([-columns, -rows, distance, 1.0])
    return slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels), steps, NAME)
