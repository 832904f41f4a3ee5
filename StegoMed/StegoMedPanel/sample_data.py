"""The phantom series in Slicer's Sample Data module, made on the spot: nothing is downloaded, nobody is in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import slicer

from StegoMedLib.errors import StegoMedError
from StegoMedPanel import nodes

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Node

__all__ = ["load_phantom", "register", "write_phantom"]

NAME = "StegoMedPhantomCT"
_SLICES, _SIZE = 16, 512
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
        customDownloader=load_phantom,
    )


def load_phantom(_source: object = None, *, slices: int = _SLICES, size: int = _SIZE) -> list[Node]:
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
    from StegoMedLib.pipeline.demo import PATIENT  # noqa: PLC0415
    from StegoMedLib.pipeline.phantom import phantom_series  # noqa: PLC0415

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
    from StegoMedLib.pipeline.phantom import phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=slices, size=size)
    distance, rows, columns = phantom.spacing
    voxels = phantom.stored[::-1] + np.int16(phantom.intercept)
    steps = np.diag([-columns, -rows, distance, 1.0])
    return slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels), steps, NAME)
