"""Which attacks at which levels the methods of a comparison have to stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.lab.attacks import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEVELS", "own_level"]

LEVELS: Mapping[str, tuple[float, ...]] = {
    "gaussian": (0.1, 0.25, 0.5, 1, 2, 4),
    "uniform": (0.25, 1, 2, 4),
    "gaussian-stored": (20, 60, 147, 300),
    "salt-and-pepper": (0.1, 0.5, 1, 2, 5),
    "jpeg2000": (2, 5, 10, 20, 40),
    "jpegls": (1, 3, 10, 30),
    "jpeg": (95, 85, 75, 60, 40),
    "scale": (0.8, 0.9, 0.98, 1.02, 1.1, 1.2),
    "offset": (1, 5, 10, 20),
    "gamma": (0.8, 0.9, 1.1, 1.2),
    "median": (3, 5),
    "blur": (0.3, 0.5, 0.7, 1),
    "crop": (5, 25, 50),
    "cutout": (5, 10, 25),
    "shift": (1, 4, 8),
    "bits": (12, 10, 8, 6),
}
"""Levels from the mildest on, in the units of `KINDS`."""

_EIGHT = 8


def own_level(kind: str, level: float, *, bits_stored: int, span: float) -> float:
    """Level that means to an image mapped on 8 bits what `level` means to its stored values.

    Parameters
    ----------
    kind : str
    level : float
        For the stored values.
    bits_stored : int
        Bits a pixel of the stored values: JPEG 2000 leaves equally many bits a pixel in both.
    span : float
        Range of the stored values: what is counted in stored units shrinks with it, to nothing where values are many.
    """
    known = KINDS[kind]
    if kind == "jpeg2000":
        return max(known.least, level * _EIGHT / bits_stored)
    if "stored units" in known.unit:
        shrunk = level * 255.0 / span
        return float(round(shrunk)) if known.whole else shrunk
    return level
