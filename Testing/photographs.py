"""Photographs for tests: those that scikit-image brings, scaled and cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import skimage.data
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["COLOUR", "astronaut", "different", "scaled"]

COLOUR = ("astronaut", "coffee", "chelsea", "rocket")


def astronaut() -> NDArray[np.uint8]:
    """512 x 512, in colour; an eighth of its samples is black or white."""
    return np.asarray(skimage.data.astronaut(), dtype=np.uint8)


def scaled(name: str, width: int, height: int) -> NDArray[np.uint8]:
    """A photograph of that size."""
    image = Image.fromarray(getattr(skimage.data, name)())
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS), dtype=np.uint8)


def different(folder: Path, number: int, side: int = 160) -> list[Path]:
    """So many PNG files of different photographs, squares of about that side."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for place in range(number):
        name, size = COLOUR[place % len(COLOUR)], side + 4 * place
        whole = scaled(name, 2 * size, 2 * size)
        at = 7 * place % size
        path = folder / f"holiday{place:02}.png"
        Image.fromarray(np.ascontiguousarray(whole[at : at + size, at : at + size])).save(path)
        paths.append(path)
    return paths
