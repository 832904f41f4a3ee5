"""Where the pixels of a DICOM file lie, for those that are stored as they are, so that they can be compressed apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom.element_headers import UNDEFINED
from StegoMedLib.dicom.structure import PIXELS, beginning_of, held_in
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["FrameLayout", "frames_in"]

_NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian})
_KEYWORDS = ["Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PixelRepresentation", "PlanarConfiguration"]
_BITS = (8, 16)
_SAMPLES = (1, 3)


@dataclass(frozen=True)
class FrameLayout:
    """Frames of a file, one behind the other.

    Attributes
    ----------
    start, count : int
        Position of the first one, and their number.
    rows, columns : int
        Of a plane of one sample; those of one frame count as one plane below the other.
    cell : int
        Bytes of a pixel's sample: 1 or 2.
    samples : int
        Samples that stand side by side at each pixel: 1 or 3.
    signed : bool
    """

    start: int
    count: int
    rows: int
    columns: int
    cell: int
    samples: int
    signed: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.rows * self.columns * self.samples * self.cell


def frames_in(stream: BinaryIO, size: int) -> FrameLayout | None:
    """The frames of a DICOM file in little endian; None for any other file, which is none the worse for it.

    Parameters
    ----------
    stream : BinaryIO
        Is moved about.
    size : int
        Its bytes.
    """
    try:
        return _found(stream, size)
    except (UnusableInputError, OSError, ValueError, TypeError, AttributeError, KeyError, NotImplementedError):
        # Whatever keeps it from being looked into: such a file is taken byte by byte.
        return None


def _found(stream: BinaryIO, size: int) -> FrameLayout | None:
    beginning = beginning_of(stream, size)
    if beginning.syntax not in _NATIVE or not beginning.meta:
        return None
    held = held_in(stream, size, beginning.body, little=True, any_object=True)
    pixels = next((each for each in held if each.tag == PIXELS and each.length != UNDEFINED), None)
    if pixels is None:
        return None
    stream.seek(0)
    return _layout(dcmread(stream, stop_before_pixels=True, specific_tags=_KEYWORDS), pixels.value, pixels.length)


def _layout(header: Dataset, start: int, length: int) -> FrameLayout | None:
    samples = int(header.get("SamplesPerPixel", 1))
    if header.BitsAllocated not in _BITS or samples not in _SAMPLES or min(header.Rows, header.Columns) < 1:
        return None
    apart = samples > 1 and header.get("PlanarConfiguration", 0) == 1
    rows, beside = (header.Rows * samples, 1) if apart else (header.Rows, samples)
    layout = FrameLayout(
        start, 1, rows, header.Columns, header.BitsAllocated // 8, beside, header.get("PixelRepresentation", 0) == 1
    )
    return FrameLayout(**{**vars(layout), "count": length // layout.frame_bytes})
