"""The image pixel module of a data set, checked, and the frames' containers, decoded (PS3.3 C.7.6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.dicom.codes import code_of
from StegoMedLib.dicom.decoding import decode_frame
from StegoMedLib.dicom.field import Containers, StoredField
from StegoMedLib.dicom.frame_codes import FrameCodes
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.dicom.structure import UNDEFINED
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom import Dataset, FileDataset

    from StegoMedLib.dicom.parsing import Opened
    from StegoMedLib.dicom.structure import Held

__all__ = ["Frames", "PixelFormat", "frames_of", "pixel_format", "transfer_syntax"]

# A frame of 4096 x 4096; the largest CT and MR planes in use have 1024 x 1024, mosaics and mammograms 4096 x 4096.
_LARGEST_FRAME = 1 << 24
_LEAST_BITS = 8
_NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)
_NO_PICTURES = {"SEG": "a segmentation", "RTDOSE": "a dose distribution"}


@dataclass(frozen=True)
class PixelFormat:
    """Size of the frames and layout of their pixels."""

    rows: int
    columns: int
    frames: int
    field: StoredField
    inverted: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of one native frame."""
        return self.rows * self.columns * self.field.bits_allocated // 8

    @property
    def described(self) -> dict[str, Any]:
        """The frames in the words of pydicom's coders."""
        return {
            "rows": self.rows,
            "columns": self.columns,
            "bits_allocated": self.field.bits_allocated,
            "bits_stored": self.field.bits_stored,
            "pixel_representation": int(self.field.signed),
            "photometric_interpretation": "MONOCHROME1" if self.inverted else "MONOCHROME2",
        }


class Frames(Protocol):
    """Access to the pixel containers of an instance, frame by frame."""

    def __call__(self, frame: int) -> Containers:
        """Pixel cells of a frame; uint8 or uint16, shape (H, W)."""


def transfer_syntax(dataset: FileDataset) -> UID:
    """Transfer syntax; where file meta information is missing, what the data set was parsed as."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax:
        return UID(syntax)
    implicit, little = dataset.original_encoding
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _number(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """Value of a counting attribute; only a missing or empty one takes the default."""
    value = dataset.get(keyword)
    if value is None or value == "":
        value = default
    if not isinstance(value, int):
        raise UnusableInputError(f"its attribute {keyword} is missing or malformed; export it again.")
    return int(value)


def _check_kind(dataset: Dataset) -> None:
    """Refuse what is no grey integer image."""
    if "Rows" not in dataset:
        raise UnusableInputError("it holds no image; give CT or MR images.")
    found = _NO_PICTURES.get(code_of(dataset, "Modality"))
    if found:
        raise UnusableInputError(f"it holds {found}, no picture; give CT or MR images.")
    photometric = code_of(dataset, "PhotometricInterpretation")
    if photometric == "PALETTE COLOR":
        raise UnusableInputError("it shows its values through a colour palette; give grey CT or MR images.")
    if photometric not in ("MONOCHROME1", "MONOCHROME2") or _number(dataset, "SamplesPerPixel", 1) != 1:
        raise UnusableInputError("it is a colour image; give grey CT or MR images.")


def _has_overlay_in_pixels(dataset: Dataset) -> bool:
    """Whether an overlay lies in unused bits of the pixel cells (retired, PS3.5 2004 section 8.1.2)."""
    return any((group, 0x0102) in dataset and (group, 0x3000) not in dataset for group in range(0x6000, 0x601F, 2))


def _stored_field(dataset: Dataset) -> StoredField:
    allocated = _number(dataset, "BitsAllocated")
    stored = _number(dataset, "BitsStored", allocated)
    high_bit = _number(dataset, "HighBit", stored - 1)
    if allocated not in (_LEAST_BITS, 2 * _LEAST_BITS):
        raise UnusableInputError(f"its pixels take {allocated} bits; only 8 and 16 bits are supported.")
    if not _LEAST_BITS <= stored <= high_bit + 1 <= allocated:
        raise UnusableInputError(f"its {stored} bits stored below bit {high_bit} of {allocated} are not supported.")
    signed = _number(dataset, "PixelRepresentation", 0) == 1
    return StoredField(allocated, stored, high_bit, signed, _has_overlay_in_pixels(dataset))


def pixel_format(dataset: Dataset) -> PixelFormat:
    """Size and layout of an image's pixels.

    Parameters
    ----------
    dataset : Dataset
        Needs the image pixel module and Modality; the pixel data may be missing.

    Raises
    ------
    UnusableInputError
        Colour, palette, unsupported bits, absurd size; the sentence has the file as its unnamed subject ("it").
    """
    _check_kind(dataset)
    rows, columns = _number(dataset, "Rows"), _number(dataset, "Columns")
    frames = _number(dataset, "NumberOfFrames", 1)
    field = _stored_field(dataset)
    if min(rows, columns, frames) < 1:
        raise UnusableInputError(f"its size of {rows} x {columns} x {frames} makes no image; export it again.")
    if rows * columns > _LARGEST_FRAME:
        raise UnusableInputError(
            f"its declared size of {rows} x {columns} is too large; frames have at most as many pixels as 4096 x 4096, "
            "so give CT or MR images."
        )
    return PixelFormat(rows, columns, frames, field, code_of(dataset, "PhotometricInterpretation") == "MONOCHROME1")


class _NativeFrames:
    """Frames that lie uncompressed in PixelData, in either byte order."""

    def __init__(self, opened: Opened, stored: Held, pixels: PixelFormat) -> None:
        if stored.length == UNDEFINED:
            raise UnusableInputError("its transfer syntax is an uncompressed one, its pixels are not; export it again.")
        if min(stored.end, opened.size) - stored.value < pixels.frame_bytes * pixels.frames:
            raise UnusableInputError("its pixel data is shorter than its size says; export it again.")
        big = transfer_syntax(opened.dataset) == ExplicitVRBigEndian
        self._format, self._content, self._stored = pixels, opened.content, stored
        self._kind = pixels.field.container.newbyteorder(">" if big else "<")
        # Eight-bit pixels in big endian words lie in swapped pairs (PS3.5 A.3).
        self._swapped = big and pixels.field.container.itemsize == 1 and stored.vr == "OW"

    def __call__(self, frame: int) -> Containers:
        form = self._format
        data = self._read(frame * form.frame_bytes, form.frame_bytes)
        cells = np.frombuffer(data, self._kind).reshape(form.rows, form.columns)
        containers: Containers = cells.astype(form.field.container)
        return containers

    def _read(self, offset: int, count: int) -> bytes:
        if not self._swapped:
            return self._content.read([(self._stored.value + offset, count)])
        first, behind = offset // 2 * 2, (offset + count + 1) // 2 * 2
        words = self._content.read([(self._stored.value + first, behind - first)])
        pairs = np.frombuffer(words[: len(words) // 2 * 2], ">u2").astype("<u2").tobytes()
        return pairs[offset - first : offset - first + count]


class _CompressedFrames:
    """Frames that a decoder unpacks; the one decoded last is kept."""

    def __init__(self, opened: Opened, stored: Held, pixels: PixelFormat, syntax: UID) -> None:
        chosen_plugin(get_decoder(syntax).available_plugins, syntax)
        self._codes = _codes(opened, stored, pixels)
        self._format, self._syntax = pixels, syntax
        self._last: tuple[int, Containers] | None = None

    def __call__(self, frame: int) -> Containers:
        if self._last is None or self._last[0] != frame:
            self._last = frame, decode_frame(self._code(frame), self._format, self._syntax)
        return self._last[1].copy()

    def _code(self, frame: int) -> bytes:
        """The frame as it lies in the file, its fragments joined."""
        with translated("its compressed pixel data cannot be decoded; export it again, uncompressed if possible."):
            return self._codes(frame)


def _codes(opened: Opened, stored: Held, pixels: PixelFormat) -> FrameCodes:
    """Where the codestreams lie."""
    tables = opened.dataset.get("ExtendedOffsetTable"), opened.dataset.get("ExtendedOffsetTableLengths")
    extended = (tables[0], tables[1]) if tables[0] and tables[1] else None
    return FrameCodes(opened.content, stored, pixels.frames, extended)


def frames_of(opened: Opened, pixels: PixelFormat) -> Frames:
    """Access to the frames of an object.

    Raises
    ------
    UnusableInputError
        No integer pixel data, too little of it, or a transfer syntax that nothing here decodes.
    """
    dataset, stored = opened.dataset, opened.pixels
    floats = "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset
    if stored is None or floats:
        found = "floating-point pixel data" if floats else "no pixel data"
        raise UnusableInputError(f"it holds {found}; give CT or MR images with integer pixels.")
    syntax = transfer_syntax(dataset)
    if syntax in _NATIVE:
        return _NativeFrames(opened, stored, pixels)
    with translated(f"nothing here decodes its transfer syntax {syntax.name}; export it uncompressed."):
        frames = _CompressedFrames(opened, stored, pixels, syntax)
    frames(0)
    return frames
