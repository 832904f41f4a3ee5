"""The kinds of attacks on a plane: what each does, and what its level counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from StegoMedLib.attacks import compression, filtering, geometry, intensity, noise
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator

    from StegoMedLib.plane import Plane

__all__ = ["KINDS", "Kind", "kind_of"]

RANGE = "per cent of the range"
STORED = "stored units"
PIXELS = "pixels"


@dataclass(frozen=True)
class Kind:
    """A kind of attack.

    Attributes
    ----------
    name, unit, sentence : str
        What it is called, what its level counts, and what it does. "The range" is the largest minus the least stored
        value of the plane that is attacked, padding and all: the R of ``psnr_range``.
    default, least, most : float
        A level to begin with, and the levels that make sense.
    whole : bool
        Only whole numbers are levels.
    method : str
        Defined term of LossyImageCompressionMethod (PS3.3 C.7.6.1.1.5.1) for what is lossy compression, else empty.
    """

    name: str
    unit: str
    default: float
    sentence: str
    change: Callable[[Plane, float, Generator], Any]
    least: float = 0.0
    most: float = 100.0
    whole: bool = False
    method: str = ""

    def check(self, level: float) -> None:
        """Refuse a level that makes no sense.

        Raises
        ------
        UsageError
        """
        if not self.least <= level <= self.most or (self.whole and level != int(level)):
            number = "a whole number" if self.whole else "a number"
            raise UsageError(
                f"The level {level:g} makes no sense for {self.name}; give {number} from {self.least:g} to "
                f"{self.most:g} ({self.unit})."
            )


_NEAR_MOST, _SHIFT_MOST, _STORED_MOST = 255, 4096, 65535

_ALL = (
    Kind("gaussian", RANGE, 1.0, "White Gaussian noise of this standard deviation.", noise.gaussian),
    Kind("uniform", RANGE, 1.0, "White uniform noise of this standard deviation.", noise.uniform),
    Kind(
        "gaussian-stored",
        STORED,
        147.0,
        "White Gaussian noise of this standard deviation; 147 is the paper's noise row taken literally.",
        noise.gaussian_stored,
        most=_STORED_MOST,
    ),
    Kind(
        "uniform-stored",
        STORED,
        147.0,
        "White uniform noise of this standard deviation.",
        noise.uniform_stored,
        most=_STORED_MOST,
    ),
    Kind(
        "salt-and-pepper",
        "per cent of the pixels",
        1.0,
        "Half of these pixels get the largest, half the least value of the plane.",
        noise.salt_and_pepper,
    ),
    Kind(
        "jpeg2000",
        "ratio of BitsStored bits a pixel to what is left",
        10.0,
        "Lossy JPEG 2000 (9-7 wavelet) at this ratio.",
        compression.jpeg2000,
        least=1.0,
        most=1000.0,
        method="ISO_15444_1",
    ),
    Kind(
        "jpegls",
        "NEAR, stored units",
        3.0,
        "Near-lossless JPEG-LS: no stored value moves further.",
        compression.jpegls,
        most=_NEAR_MOST,
        whole=True,
        method="ISO_14495_1",
    ),
    Kind(
        "jpeg",
        "quality of libjpeg",
        85.0,
        "The range in 8 bits, baseline JPEG of this quality, and back.",
        compression.jpeg,
        least=1.0,
        whole=True,
        method="ISO_10918_1",
    ),
    Kind("scale", "factor", 0.9, "Values counted from the least of the plane times this.", intensity.scale, most=10.0),
    Kind("offset", RANGE, 5.0, "This is added to all values.", intensity.offset, least=-100.0),
    Kind("gamma", "exponent", 1.2, "Values as parts of the range to this power.", intensity.gamma, 0.1, 10.0),
    Kind("median", "pixels, side of the window", 3.0, "Median filter.", filtering.median, 1.0, 15.0, whole=True),
    Kind("blur", "pixels, standard deviation", 0.5, "Gaussian low-pass filter.", filtering.blur, most=20.0),
    Kind("crop", "per cent of the area", 25.0, "One corner gets the least value of the plane.", geometry.crop),
    Kind(
        "cutout",
        "per cent of the area",
        10.0,
        "Rectangles anywhere get the least value of the plane.",
        geometry.cutout,
        most=90.0,
    ),
    Kind(
        "shift",
        PIXELS,
        4.0,
        "All pixels go this far to the right and down; what comes in has the least value of the plane.",
        geometry.shift,
        -_SHIFT_MOST,
        _SHIFT_MOST,
        whole=True,
    ),
    Kind("bits", "bits", 8.0, "The range in this many bits.", intensity.bits, 1.0, 16.0, whole=True),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
"""Kinds of attacks on a plane by name."""


def kind_of(name: str) -> Kind:
    """Kind of a name.

    Raises
    ------
    UsageError
        When there is none.
    """
    if name not in KINDS:
        raise UsageError(f"There is no attack {name!r}; choose one of {', '.join(KINDS)}.")
    return KINDS[name]
