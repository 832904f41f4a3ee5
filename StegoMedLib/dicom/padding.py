"""Which stored values mean "no pixel here": declared, declared with the wrong sign, or not declared at all.

PixelPaddingValue (PS3.3 C.7.5.1.1.2) is missing or wrong in many real files. Scanners fill the corners outside the
reconstruction circle with a constant far below the CT number of air, -1024 HU, which is the least value that a CT
number may honestly take there: GE with -2000 or -1024 stored (-3024 or -2048 HU), -1500 HU in a head series, Toshiba
with -2048 HU. Siemens' 0 stored (-1024 HU) and CHAOS' 0 stored (-1000 HU) are clipped air and no padding.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom.field import StoredField
    from StegoMedLib.dicom.rescale import Rescale

__all__ = ["padding_ranges"]

_LEAST_AIR_HU = -1024.0
# Padding is a constant over a region; the least value of a noisy plane is met a few times, never by one pixel in 1000.
_LEAST_SHARE = 0.001
# Lossy compression blurs the constant; noise and streaks of real air reached -1258 HU in the series looked at.
_LEAST_LOSSY_AIR_HU = -1280.0

Range = tuple[int, int]
_SHORT = struct.Struct("<H")


def _as_stored(dataset: Dataset, keyword: str, field: StoredField) -> int | None:
    """A padding attribute's 16 bits, read with the sign that the pixels have."""
    value = dataset.get(keyword)
    if isinstance(value, bytes) and len(value) == _SHORT.size:  # VR UN
        value = _SHORT.unpack(value)[0]
    if not isinstance(value, int):
        return None
    bits = np.array([value & 0xFFFF], dtype=np.uint16)
    return int(bits.view(np.int16 if field.signed else np.uint16)[0])


def _declared(dataset: Dataset, field: StoredField) -> list[Range]:
    """PixelPaddingValue with PixelPaddingRangeLimit, in either order."""
    value = _as_stored(dataset, "PixelPaddingValue", field)
    if value is None:
        return []
    limit = _as_stored(dataset, "PixelPaddingRangeLimit", field)
    other = value if limit is None else limit
    return [(min(value, other), max(value, other))]


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
    """
    ranges = _declared(dataset, field) + _illegal(pixels, field)
    if str(dataset.get("Modality", "")) == "CT" and rescale.hounsfield:
        ranges += _undeclared(pixels, rescale, lossy=lossy)
    return tuple(sorted(set(ranges)))
