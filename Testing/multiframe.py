"""Enhanced CT objects with any number of frames, made without holding them in memory."""

from __future__ import annotations

from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pydicom import Dataset, dcmread
from pydicom.uid import EnhancedCTImageStorage

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from StegoMedLib.series.phantom import Phantom

__all__ = ["enhanced_phantom"]

DISTINCT = 4


def enhanced_phantom(target: Path, frames: int, size: int = 512) -> None:
    """Write a phantom CT as one enhanced object of `frames` frames of `size` x `size` pixels, DISTINCT ones in turn."""
    phantom = phantom_series(slices=DISTINCT, size=size)
    head = _head(phantom, frames)
    head.save_as(target)
    with target.open("ab") as stream:
        stream.write(pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, 2 * size * size * frames))
        for frame in range(frames):
            stream.write(phantom.stored[frame % DISTINCT].astype("<i2").tobytes())


def _head(phantom: Phantom, frames: int) -> Dataset:
    with TemporaryDirectory() as folder:
        rescale = (phantom.slope, phantom.intercept)
        (path,) = new_series(Path(folder), phantom.stored[:1], rescale=rescale, padding=phantom.padding)
        head = dcmread(path, stop_before_pixels=True)
    head.SOPClassUID = head.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    head.NumberOfFrames = frames
    shared = Dataset()
    shared.PixelMeasuresSequence = [_moved(head, "PixelSpacing", "SliceThickness")]
    shared.PlaneOrientationSequence = [_moved(head, "ImageOrientationPatient")]
    shared.PixelValueTransformationSequence = [_moved(head, "RescaleSlope", "RescaleIntercept", "RescaleType")]
    del head.ImagePositionPatient
    head.SharedFunctionalGroupsSequence = [shared]
    head.PerFrameFunctionalGroupsSequence = [_group(frame) for frame in range(frames)]
    return head


def _moved(head: Dataset, *keywords: str) -> Dataset:
    """An item with attributes that are taken out of the header."""
    item = Dataset()
    for keyword in keywords:
        item[keyword] = head[keyword]
        del head[keyword]
    return item


def _group(frame: int) -> Dataset:
    group, content, position, kind = Dataset(), Dataset(), Dataset(), Dataset()
    content.DimensionIndexValues, content.StackID, content.InStackPositionNumber = [1, frame + 1], "1", frame + 1
    content.FrameAcquisitionDateTime = "20200101120000"
    position.ImagePositionPatient = [0, 0, frame]
    kind.FrameType, kind.PixelPresentation = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], "MONOCHROME"
    group.FrameContentSequence, group.PlanePositionSequence, group.CTImageFrameTypeSequence = (
        [content],
        [position],
        [kind],
    )
    return group
