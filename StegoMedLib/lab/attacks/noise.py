"""Noise added to stored values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.lab.attacks.span import span_of

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["gaussian", "gaussian_stored", "salt_and_pepper", "uniform", "uniform_stored"]


def gaussian(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """White Gaussian noise with a standard deviation of `level` per cent of the range."""
    return gaussian_stored(plane, level / 100 * span_of(plane)[1], rng)


def uniform(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """White uniform noise with a standard deviation of `level` per cent of the range."""
    return uniform_stored(plane, level / 100 * span_of(plane)[1], rng)


def gaussian_stored(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """White Gaussian noise with a standard deviation of `level` stored units."""
    return plane.pixels + rng.normal(0.0, level, plane.shape)


def uniform_stored(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """White uniform noise with a standard deviation of `level` stored units."""
    half = np.sqrt(3.0) * level
    return plane.pixels + rng.uniform(-half, half, plane.shape)


def salt_and_pepper(plane: Plane, level: float, rng: Generator) -> NDArray[np.float64]:
    """`level` per cent of the pixels, half of them set to the largest and half to the least value of the plane."""
    least, span = span_of(plane)
    drawn = rng.random(plane.shape)
    share = level / 100
    salted = np.where(drawn < share, least, plane.pixels.astype(np.float64))
    return np.where(drawn < share / 2, least + span, salted)
