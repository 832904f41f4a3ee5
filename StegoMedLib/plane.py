"""A plane: one 2-D frame of stored pixel values, with all that the stations need to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import split_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Plane"]

_TRIMMED, _WIDER, _PADDED = 2.0, 2.5, 2.0
"""Percent of the values at each end that may be outliers; how much wider than the rest a range may be, and padding
may make it."""

_COUNTED = 1 << 17
"""Values that are counted one by one: all of 16 bits."""


@dataclass(frozen=True)
class Plane:
    """One 2-D frame of stored values, before rescale.

    Attributes
    ----------
    pixels : ndarray of int32, shape (H, W)
        Stored values.
    low, high : int
        Legal range of a stored value, from BitsStored and PixelRepresentation (PS3.3 C.7.6.3).
    padding : tuple of (int, int)
        Closed ranges of stored values that mean "no pixel here": PixelPaddingValue, its range limit, and values that
        can only be padding although the header does not say so.
    modality : str
        ``"CT"``, ``"MR"`` or another DICOM modality.
    slope, intercept : float
        Rescale to output units (Hounsfield units for CT): ``slope * stored + intercept``.
    inverted : bool
        True for MONOCHROME1 (the minimum is shown white).
    projection : bool
        True for what was seen through the whole patient, as a scout of CT: no value in it is that of one place.
    """

    pixels: NDArray[np.int32]
    low: int
    high: int
    padding: tuple[tuple[int, int], ...] = ()
    modality: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    inverted: bool = field(default=False)
    projection: bool = field(default=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.pixels.shape
        return rows, columns

    @property
    def bits_stored(self) -> int:
        """Bits that the legal range takes."""
        return int(self.high - self.low).bit_length()

    @cached_property
    def padding_mask(self) -> NDArray[np.bool_]:
        """Where the plane is padding; bool, shape (H, W)."""
        mask = np.zeros(self.pixels.shape, dtype=np.bool_)
        for first, last in self.padding:
            mask |= (self.pixels >= first) & (self.pixels <= last)
        return mask

    @cached_property
    def blocks(self) -> NDArray[np.int32]:
        """Its blocks as `split_blocks` gives them; int32, shape (N, 16), not to be written to."""
        blocks = np.asarray(split_blocks(self.pixels), dtype=np.int32)
        blocks.setflags(write=False)
        return blocks

    @cached_property
    def known(self) -> dict[str, NDArray[Any]]:
        """What stations worked out of the pixels alone, under names of theirs: several look at one plane."""
        return {}

    @cached_property
    def bulk_range(self) -> float:
        """Range of the values that the image consists of, outliers left out: the whole range of an ordinary plane.

        Burned-in lines, metal or a few wild values may lie far off all that is seen; they count for no more than two
        and a half times the range of the middle 96 %. Padding, which scanners put below the least value, widens the
        range to twice that at most.
        """
        inside = self.pixels[~self.padding_mask] if self.padding else self.pixels.ravel()
        if inside.size == 0:
            return 0.0
        low, high = _percentiles(inside, _TRIMMED, 100.0 - _TRIMMED)
        seen = float(inside.max()) - float(inside.min())
        if high > low:
            seen = min(seen, _WIDER * (high - low))
        return min(float(self.pixels.max()) - float(self.pixels.min()), _PADDED * seen)


def _percentiles(values: NDArray[np.int32], *percents: float) -> list[float]:
    """What `numpy.percentile` gives of some values (N,), at least one, by counting them instead of sorting them."""
    least, most = int(values.min()), int(values.max())
    if most - least >= _COUNTED:
        return [float(found) for found in np.percentile(values, percents)]
    upto, found = np.cumsum(np.bincount(values - least)), []
    for percent in percents:
        place = (values.size - 1) * (percent / 100.0)
        lower = int(place)
        one, two = (upto.searchsorted([lower, min(lower + 1, values.size - 1)], side="right") + least).tolist()
        share = place - lower
        found.append(two - (two - one) * (1.0 - share) if share >= 0.5 else one + (two - one) * share)  # noqa: PLR2004
    return found
