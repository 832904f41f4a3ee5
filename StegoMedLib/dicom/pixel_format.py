"""Size of an image's frames and layout of their pixels, as the header tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.values import code_of
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["PixelFormat", "pixel_format"]

# A frame of 4096 x 4096; the largest CT and MR planes in use have 1024 x 1024, mosaics and mammograms 4096 x 4096.
_LARGEST_FRAME = 1 << 24
_LEAST_BITS = 8
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
        """A frame in the words of pydicom's coders."""
        return {
            "number_of_frames": 1,
            "samples_per_pixel": 1,
            "rows": self.rows,
            "columns": self.columns,
            "bits_allocated": self.field.bits_allocated,
            "bits_stored": self.field.bits_stored,
            "pixel_representation": int(self.field.signed),
            "photometric_interpretation": "MONOCHROME1" if self.inverted else "MONOCHROME2",
        }


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
        raise UnusableInputError(f"it holds {found}, not an image; give CT or MR images.")
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
        raise UnusableInputError(f"its size of {rows} x {columns} x {frames} is not that of an image; export it again.")
    if rows * columns > _LARGEST_FRAME:
        raise UnusableInputError(
            f"its declared size of {rows} x {columns} is too large; frames have at most as many pixels as 4096 x 4096, "
            "so give CT or MR images."
        )
    return PixelFormat(rows, columns, frames, field, code_of(dataset, "PhotometricInterpretation") == "MONOCHROME1")
