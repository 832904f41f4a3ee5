"""Attacks on where pixels are: parts taken away, and all of them moved. What is taken away gets the least value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["crop", "cutout", "shift"]

_SMALLEST, _LARGEST = 1 / 32, 1 / 8
"""Sides of the rectangles of `cutout`, as parts of the plane's."""


def crop(plane: Plane, level: float, rng: Generator) -> NDArray[np.int32]:
    """One corner, `level` per cent of the plane's area and as wide to high as the plane, lost; `rng` says which."""
    pixels = plane.pixels.copy()
    rows, columns = (round(side * np.sqrt(level / 100)) for side in plane.shape)
    below, right = rng.random(2) < 1 / 2
    top = plane.shape[0] - rows if below else 0
    left = plane.shape[1] - columns if right else 0
    pixels[top : top + rows, left : left + columns] = plane.pixels.min()
    return pixels


def cutout(plane: Plane, level: float, rng: Generator) -> NDArray[np.int32]:
    """Rectangles of different sizes, anywhere, lost, until `level` per cent of the plane's area are."""
    lost = np.zeros(plane.shape, dtype=np.bool_)
    while lost.mean() < level / 100:
        sides = [max(1, round(side * part)) for side, part in zip(plane.shape, _parts(rng), strict=True)]
        top, left = (int(rng.integers(0, n - side + 1)) for n, side in zip(plane.shape, sides, strict=True))
        lost[top : top + sides[0], left : left + sides[1]] = True
    return np.where(lost, plane.pixels.min(), plane.pixels)


def shift(plane: Plane, level: float, rng: Generator) -> NDArray[np.int32]:
    """All pixels `level` pixels to the right and down, to the left and up where it is negative."""
    del rng
    moved = np.full(plane.shape, plane.pixels.min(), dtype=np.int32)
    (into_rows, from_rows), (into_columns, from_columns) = (_overlap(side, int(level)) for side in plane.shape)
    moved[into_rows, into_columns] = plane.pixels[from_rows, from_columns]
    return moved


def _parts(rng: Generator) -> tuple[float, float]:
    down, across = rng.uniform(_SMALLEST, _LARGEST, 2)
    return float(down), float(across)


def _overlap(side: int, by: int) -> tuple[slice, slice]:
    """Where the pixels of a side go when it is moved, and where they come from."""
    by = max(-side, min(side, by))
    return slice(max(by, 0), side + min(by, 0)), slice(max(-by, 0), side - max(by, 0))
