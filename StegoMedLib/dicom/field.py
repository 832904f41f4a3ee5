"""The stored field inside a pixel's container: which bits of a cell are the stored value (PS3.5 section 8.1.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Containers", "StoredField", "field_without"]

Containers: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class StoredField:
    """Layout of a pixel cell.

    Attributes
    ----------
    bits_allocated : int
        Bits of the container, 8 or 16.
    bits_stored : int
        Bits of the stored value.
    high_bit : int
        Position of the stored value's most significant bit.
    signed : bool
        PixelRepresentation 1, two's complement.
    overlaid : bool
        The header puts overlays into the container's other bits; those then say nothing about the value.
    """

    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool = False
    overlaid: bool = False

    @property
    def low(self) -> int:
        """Least legal stored value."""
        return -(1 << (self.bits_stored - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Greatest legal stored value."""
        return (1 << (self.bits_stored - int(self.signed))) - 1

    @property
    def container(self) -> np.dtype[Any]:
        """Unsigned NumPy type of the container, in native byte order."""
        return np.dtype(f"u{self.bits_allocated // 8}")

    @property
    def bits(self) -> int:
        """The bits of the container that are the field's."""
        return self._mask << self._shift

    @property
    def _shift(self) -> int:
        return self.high_bit + 1 - self.bits_stored

    @property
    def _mask(self) -> int:
        return (1 << self.bits_stored) - 1

    def _field(self, containers: Containers) -> NDArray[np.int32]:
        """Bits of the field alone, sign-extended where signed."""
        field = (containers.astype(np.int32) >> self._shift) & self._mask
        return np.where(field > self.high, field - (self._mask + 1), field) if self.signed else field

    def _whole(self, containers: Containers) -> NDArray[np.int32]:
        """The container read as one number, down to the field's lowest bit."""
        kind = f"i{self.bits_allocated // 8}" if self.signed else self.container.str
        return containers.view(kind).astype(np.int32) >> self._shift

    def unpack(self, containers: Containers) -> NDArray[np.int32]:
        """Stored values of pixel containers.

        Where the bits above the field are no overlay, yet neither zero nor copies of the sign, the container holds a
        number outside the declared range; that number is returned, so that nobody takes the pixel for an ordinary one.

        Parameters
        ----------
        containers : ndarray of uint8 or uint16, any shape
            Pixel cells as they lie in the file.

        Returns
        -------
        ndarray of int32
            Stored values, within ``low..high`` save for the pixels just described.
        """
        field = self._field(containers)
        if self.overlaid or self.high_bit + 1 == self.bits_allocated:
            return field
        strayed = (containers >> (self.high_bit + 1)) != 0
        whole = self._whole(containers)
        return np.where(strayed & (whole != field), whole, field)

    def pack(self, containers: Containers, values: NDArray[np.int32]) -> Containers:
        """Containers with new stored values in their fields.

        Only pixels whose stored value differs are touched, and of those only the field; a frame whose negative values
        are sign-extended to the whole container stays so.

        Parameters
        ----------
        containers : ndarray of uint8 or uint16, any shape
            Pixel cells of the source.
        values : ndarray of int32, same shape
            New stored values.

        Returns
        -------
        ndarray, same dtype and shape
            A new array.

        Raises
        ------
        ValueError
            A changed pixel leaves the legal range or was outside it, or the shapes differ.
        """
        old = self.unpack(containers)
        if values.shape != containers.shape:
            raise ValueError(f"new values have shape {values.shape}, the frame has {containers.shape}")
        changed = values != old
        for touched in (values[changed], old[changed]):
            if touched.size and (touched.min() < self.low or touched.max() > self.high):
                raise ValueError(f"a changed pixel is outside the legal range {self.low}..{self.high}")
        inside = self._merge(containers, values, ~(self._mask << self._shift))
        extended = self._merge(containers, values, (1 << self._shift) - 1)
        return np.where(changed, np.where(self._extends(containers), extended, inside), containers)

    def _merge(self, containers: Containers, values: NDArray[np.int32], keep: int) -> Containers:
        """New field bits joined to the bits of `keep`."""
        full = (1 << self.bits_allocated) - 1
        bits = (values << self._shift) & full & (~keep)
        merged: Containers = bits.astype(self.container) | (containers & self.container.type(keep & full))
        return merged

    def _extends(self, containers: Containers) -> NDArray[np.bool_]:
        """Pixels whose bits above the field shall repeat the sign: they do now, or the whole frame's do."""
        if not self.signed or self.overlaid:
            return np.zeros(containers.shape, dtype=np.bool_)
        field = self._field(containers)
        same: NDArray[np.bool_] = self._whole(containers) == field
        return same if same.all() else same & (field < 0)


_USUAL_STEP = 0.9
"""Share of the steps between neighbours that are not larger than usual."""
_SMALL_STEP = 1 / 64
"""Of the legal range: steps up to it say nothing; a number that wraps, or padding, jumps further."""


def field_without(cells: Containers, field: StoredField, padding: Iterable[tuple[int, int]]) -> StoredField:
    """The field to read the cells of a frame with: one that ignores bits above HighBit where they say nothing.

    The standard lets nobody read those bits (PS3.5 8.1.1), but parts of numbers too large for their field are found
    there: padding such as 63536 in 12 bits stored, and values of an image whose header says too few bits. Such pixels
    are kept from change. Overlays without their header, and whatever else was left there, are ignored. What tells them
    apart: where bits say nothing, the image goes on across their borders.

    Parameters
    ----------
    cells : ndarray of uint8 or uint16, shape (H, W)
        Pixel cells as they lie in the file.
    field : StoredField
        As the header says.
    padding : iterable of (int, int)
        Closed ranges of declared padding. A number in them is padding, whatever else there is.
    """
    if field.overlaid or field.high_bit + 1 == field.bits_allocated:
        return field
    above = cells.astype(np.int32) >> (field.high_bit + 1)
    if not above.any():
        return field
    ignoring = replace(field, overlaid=True)
    numbers, values = field.unpack(cells), ignoring.unpack(cells)
    strayed = numbers != values
    if not strayed.any() or any(((numbers >= low) & (numbers <= high) & strayed).any() for low, high in padding):
        return field
    if (above == above.flat[0]).all():
        return ignoring
    # Sign bits are no others than none.
    above[~strayed] = 0
    if _is_mostly_one_number(numbers[strayed]):
        return field
    return ignoring if _goes_on_across(values, above, (field.high - field.low) * _SMALL_STEP) else field


def _is_mostly_one_number(strayed: NDArray[np.int32]) -> bool:
    """Whether half of the numbers or more are one constant, as padding is."""
    return 2 * int(np.unique(strayed, return_counts=True)[1].max()) >= strayed.size


def _goes_on_across(values: NDArray[np.int32], above: NDArray[np.int32], small: float) -> bool:
    """Whether steps between neighbours whose upper bits differ are no larger than steps usually are."""
    axes = range(values.ndim)
    steps = np.concatenate([np.abs(np.diff(values, axis=axis)).ravel() for axis in axes])
    border = np.concatenate([np.diff(above, axis=axis).ravel() != 0 for axis in axes])
    within, across = steps[~border], steps[border]
    usual = float(np.quantile(within, _USUAL_STEP)) if within.size else 0.0
    return float(np.median(across)) <= max(usual, small)
