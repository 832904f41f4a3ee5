"""Which stored values mean "no pixel here": declared, declared with the wrong sign, or not declared at all.

PixelPaddingValue (PS3.3 C.7.5.1.1.2) is missing or wrong in many real files. Scanners fill the corners outside the
reconstruction circle with a constant far below the CT number of air, -1024 HU, which is the least value that a CT
number may honestly take there: GE with -2000 or -1024 stored (-3024 or -2048 HU), -1500 HU in a head series, Toshiba
with -2048 HU. Siemens' 0 stored (-1024 HU) and CHAOS' 0 stored (-1000 HU) are clipped air and no padding.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom.values import as_list, code_of
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom.field import StoredField
    from StegoMedLib.dicom.rescale import Rescale

__all__ = ["declared_padding", "declared_ranges", "padding_ranges"]

_LEAST_AIR_HU = -1024.0
# Padding is a constant over a region; the least value of a noisy plane is met a few times, never by one pixel in 1000.
_LEAST_SHARE = 0.001
# Lossy compression blurs the constant; noise and streaks of real air reached -1258 HU in the series looked at.
_LEAST_LOSSY_AIR_HU = -1280.0

Range = tuple[int, int]
_SHORT = struct.Struct("<H")
_WHOLE = re.compile(rb"[+-]?[0-9]{1,5}")
_LEAST, _MOST = -(1 << 15), (1 << 16) - 1
_MALFORMED = (
    "its {} is not a number of 16 bits, so nobody knows which pixels were not measured; correct or remove the "
    "attribute."
)


def declared_padding(dataset: Dataset, keyword: str, field: StoredField) -> list[int]:
    """Stored values that PixelPaddingValue or its range limit stands for: 16 bits, read with the sign of the pixels.

    There should be one, a number (PS3.3 C.7.5.1.1.2). Several, numbers written as text, and words of an unknown VR are
    understood.

    Raises
    ------
    UnusableInputError
        There is something else; the sentence has the file as its unnamed subject ("it").
    """
    numbers = [number for value in as_list(dataset.get(keyword)) for number in _numbers(value, keyword)]
    bits = np.array([number & 0xFFFF for number in numbers], dtype=np.uint16)
    return [int(value) for value in bits.view(np.int16 if field.signed else np.uint16)]


def _numbers(value: object, keyword: str) -> list[int]:
    """Whole numbers of one value; none where it is empty, or a word such as "none"."""
    if isinstance(value, bytes):  # VR UN
        if len(value) % _SHORT.size:
            raise UnusableInputError(_MALFORMED.format(keyword))
        words = [number for (number,) in _SHORT.iter_unpack(value)]
        digits = value.strip(b" \0")
        # What may be words or text is taken for both: too much padding does no harm.
        return words + ([int(digits)] if len(words) > 1 and _WHOLE.fullmatch(digits) else [])
    text = "" if value is None else str(value)
    if not any(letter.isdigit() for letter in text):
        return []
    try:
        number = float(text.strip(" \0"))
    except ValueError:
        raise UnusableInputError(_MALFORMED.format(keyword)) from None
    if not (_LEAST <= number <= _MOST and number.is_integer()):
        raise UnusableInputError(_MALFORMED.format(keyword))
    return [int(number)]


def declared_ranges(dataset: Dataset, field: StoredField) -> list[Range]:
    """PixelPaddingValue with PixelPaddingRangeLimit, in either order; of several values each with each."""
    values = declared_padding(dataset, "PixelPaddingValue", field)
    limits = declared_padding(dataset, "PixelPaddingRangeLimit", field)
    return [(min(value, other), max(value, other)) for value in values for other in limits or [value]]


def _undeclared(pixels: NDArray[np.int32], rescale: Rescale, *, lossy: bool) -> list[Range]:
    """Constant below the CT number of air, at the plane's least CT number."""
    extreme = int(pixels.min() if rescale.slope > 0 else pixels.max())
    below = rescale.to_output(extreme) < _LEAST_AIR_HU
    found = []
    if below and np.count_nonzero(pixels == extreme) >= _LEAST_SHARE * pixels.size:
        found.append((extreme, extreme))
    if lossy:
        beyond = pixels[rescale.to_output(pixels) < _LEAST_LOSSY_AIR_HU]
        if beyond.size >= _LEAST_SHARE * pixels.size:
            found.append((int(beyond.min()), int(beyond.max())))
    return found


def _illegal(pixels: NDArray[np.int32], field: StoredField) -> list[Range]:
    """Values outside the range that the header declares; no codec could write them back."""
    least, greatest = int(pixels.min()), int(pixels.max())
    found = []
    if least < field.low:
        found.append((least, field.low - 1))
    if greatest > field.high:
        found.append((field.high + 1, greatest))
    return found


def padding_ranges(
    pixels: NDArray[np.int32], dataset: Dataset, field: StoredField, rescale: Rescale, *, lossy: bool = False
) -> tuple[Range, ...]:
    """Closed ranges of stored values that mean "no pixel here" in a plane.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
        Stored values.
    dataset : Dataset
        Header of the instance.
    field : StoredField
        Legal range and signedness of stored values.
    rescale : Rescale
        The frame's rescale.
    lossy : bool, optional
        The plane went through lossy compression, which spreads the constant.

    Returns
    -------
    tuple of (int, int)
        Declared ranges; for CT in Hounsfield units the constant at the plane's minimum when it is below -1024 HU;
        and values outside the declared range of stored values, which must stay as they are.

    Raises
    ------
    UnusableInputError
        Padding is declared, and nobody knows which; the sentence has the file as its unnamed subject ("it").
    """
    ranges = declared_ranges(dataset, field) + _illegal(pixels, field)
    if code_of(dataset, "Modality") == "CT" and rescale.hounsfield:
        ranges += _undeclared(pixels, rescale, lossy=lossy)
    return tuple(sorted(set(ranges)))
