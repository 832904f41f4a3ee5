"""What a header says of the meaning and place of a plane's pixels, as bytes that any way of writing it gives again.

Programs that store a header anew write decimal strings (PS3.5 section 6.2, VR DS) in their own way, with another number
of digits. So lengths and directions count in millionths, which no program's digits fall short of, and values of the
rescale, whose slope may be a millionth itself, count to nine significant digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Geometry"]

_PER_UNIT = 1e6
_LARGEST = 2**63 - 1
_LONGEST_NAME = 16
"""Characters of a code string (PS3.5 section 6.2, VR CS)."""


@dataclass(frozen=True)
class Geometry:
    """What a header says of a plane; None for what it does not say.

    Attributes
    ----------
    bits : int or None
        Bits Stored (PS3.3 C.7.6.3).
    signed : bool or None
        Pixel Representation.
    photometric : str or None
        Photometric Interpretation.
    slope, intercept : float or None
        Rescale (PS3.3 C.11.1).
    spacing : sequence of float, or None
        Pixel Spacing, two numbers in mm (PS3.3 C.7.6.2).
    orientation, position : sequence of float, or None
        Image Orientation (Patient), six numbers, and Image Position (Patient), three in mm (PS3.3 C.7.6.2).
    """

    bits: int | None = None
    signed: bool | None = None
    photometric: str | None = None
    slope: float | None = None
    intercept: float | None = None
    spacing: Sequence[float] | None = None
    orientation: Sequence[float] | None = None
    position: Sequence[float] | None = None

    def to_bytes(self) -> bytes:
        """All fields in the order of the class, each as one byte of length and so many bytes; length 0 for None.

        Numbers that are not finite are none, and so is a list with one of them, or of another length than the
        standard's. Never raises, whatever a header holds.
        """
        fields = (
            b"" if self.bits is None else (self.bits % 0x10000).to_bytes(2, "little"),
            b"" if self.signed is None else bytes([self.signed]),
            _name(self.photometric),
            _significant(self.slope),
            _significant(self.intercept),
            _millionths(self.spacing, 2),
            _millionths(self.orientation, 6),
            _millionths(self.position, 3),
        )
        return b"".join(bytes([len(field)]) + field for field in fields)


def _name(text: str | None) -> bytes:
    """A code string without the spaces around it, which say nothing."""
    return b"" if text is None else text.strip(" \0").encode("ascii", "replace")[:_LONGEST_NAME]


def _significant(number: float | None) -> bytes:
    """Nine significant digits as C's ``%.8e`` writes them; zero has no sign."""
    return b"" if number is None or not math.isfinite(number) else f"{float(number) + 0.0:.8e}".encode()


def _millionths(numbers: Sequence[float] | None, count: int) -> bytes:
    """`count` little-endian signed numbers of 64 bits, in millionths."""
    if numbers is None or len(numbers) != count or not all(map(math.isfinite, numbers)):
        return b""
    return b"".join(_rounded(float(number)).to_bytes(8, "little", signed=True) for number in numbers)


def _rounded(number: float) -> int:
    """Millionths of a double, ties to even; what is too large stands at an end of the range."""
    scaled = number * _PER_UNIT
    if abs(scaled) >= _LARGEST:
        return _LARGEST if scaled > 0 else -_LARGEST
    return round(scaled)
