"""The kinds of attacks on a plane: what each does, and what its level counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UsageError
from StegoMedLib.lab.attacks import compression, filtering, geometry, intensity, noise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator

    from StegoMedLib.plane import Plane

__all__ = ["KINDS", "Kind", "PlaneKind"]

RANGE = "per cent of the range"
STORED = "stored units"
AREA = "per cent of the area"


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
    """

    name: str
    unit: str
    default: float
    sentence: str
    least: float = 0.0
    most: float = 100.0
    whole: bool = False

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


@dataclass(frozen=True, kw_only=True)
class PlaneKind(Kind):
    """A kind of attack on one plane.

    Attributes
    ----------
    change : callable
        Takes a plane, a level and a generator; gives values (H, W), for lossy compression with the bytes they took.
    method : str
        Defined term of LossyImageCompressionMethod (PS3.3 C.7.6.1.1.5.1) for lossy compression, else empty.
    """

    change: Callable[[Plane, float, Generator], Any]
    method: str = ""


_ALL = (
    PlaneKind("gaussian", RANGE, 1, "Adds white Gaussian noise of this standard deviation.", change=noise.gaussian),
    PlaneKind("uniform", RANGE, 1, "Adds white uniform noise of this standard deviation.", change=noise.uniform),
    PlaneKind(
        "gaussian-stored",
        STORED,
        147,
        "Adds white Gaussian noise of this standard deviation; 147 is the paper's noise, taken literally.",
        most=65535,
        change=noise.gaussian_stored,
    ),
    PlaneKind(
        "uniform-stored",
        STORED,
        147,
        "Adds white uniform noise of this standard deviation.",
        most=65535,
        change=noise.uniform_stored,
    ),
    PlaneKind(
        "salt-and-pepper",
        "per cent of the pixels",
        1,
        "Gives half of these pixels the largest and half the smallest value of the plane.",
        change=noise.salt_and_pepper,
    ),
    PlaneKind(
        "jpeg2000",
        "compression ratio, from BitsStored bits a pixel",
        10,
        "Compresses with lossy JPEG 2000 (9-7 wavelet) at this ratio.",
        least=1,
        most=1000,
        change=compression.jpeg2000,
        method="ISO_15444_1",
    ),
    PlaneKind(
        "jpegls",
        "NEAR, stored units",
        3,
        "Compresses with near-lossless JPEG-LS, which changes no stored value by more than this.",
        most=255,
        whole=True,
        change=compression.jpegls,
        method="ISO_14495_1",
    ),
    PlaneKind(
        "jpeg",
        "quality of libjpeg",
        85,
        "Maps the range to 8 bits, compresses with baseline JPEG of this quality, and maps back.",
        least=1,
        whole=True,
        change=compression.jpeg,
        method="ISO_10918_1",
    ),
    PlaneKind(
        "scale",
        "factor",
        0.9,
        "Multiplies values, counted from the smallest of the plane, by this.",
        most=10,
        change=intensity.scale,
    ),
    PlaneKind("offset", RANGE, 5, "Adds this to all values.", least=-100, change=intensity.offset),
    PlaneKind(
        "gamma",
        "exponent",
        1.2,
        "Raises values, as fractions of the range, to this power.",
        least=0.1,
        most=10,
        change=intensity.gamma,
    ),
    PlaneKind(
        "bits",
        "bits",
        8,
        "Maps the range to this many bits, and back.",
        least=1,
        most=16,
        whole=True,
        change=intensity.bits,
    ),
    PlaneKind(
        "median",
        "side in pixels",
        3,
        "Takes the median of a square window.",
        least=1,
        most=15,
        whole=True,
        change=filtering.median,
    ),
    PlaneKind(
        "blur",
        "standard deviation in pixels",
        0.5,
        "Applies a Gaussian low-pass filter.",
        most=20,
        change=filtering.blur,
    ),
    PlaneKind("crop", AREA, 25, "Gives one corner the smallest value of the plane.", change=geometry.crop),
    PlaneKind("cutout", AREA, 10, "Gives rectangles the smallest value of the plane.", most=90, change=geometry.cutout),
    PlaneKind(
        "shift",
        "pixels",
        4,
        "Moves all pixels this far to the right and down; new pixels get the smallest value of the plane.",
        least=-4096,
        most=4096,
        whole=True,
        change=geometry.shift,
    ),
)

KINDS: Mapping[str, PlaneKind] = {kind.name: kind for kind in _ALL}
"""Kinds of attacks on a plane by name."""
