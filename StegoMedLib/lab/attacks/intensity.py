"""Changes of intensity: every pixel by itself, the same way all over the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.lab.attacks.span import span_of, unit_scale

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["bits", "gamma", "offset", "scale"]


def scale(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """Stored values, counted from the least of the plane, times `level`."""
    del rng
    least, _ = span_of(plane)
    return np.asarray(least + level * (plane.pixels - least), dtype=np.float64)


def offset(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """`level` per cent of the range added to all stored values."""
    del rng
    return np.asarray(plane.pixels + level / 100 * span_of(plane)[1], dtype=np.float64)


def gamma(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """Stored values on the scale 0 to 1 to the power of `level`, and back."""
    del rng
    least, span = span_of(plane)
    return least + span * unit_scale(plane) ** level


def bits(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """The range in 2 to the power of `level` grey levels, none of them finer than a stored unit."""
    del rng
    least, span = span_of(plane)
    steps = 2.0 ** int(level) - 1
    if steps >= span:
        return plane.pixels.astype(np.float64)
    return least + np.rint(unit_scale(plane) * steps) * span / steps
