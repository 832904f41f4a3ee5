"""What lies around a body in images, or cuts it: couches, pillows, clothes, arms at the border, padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.prepare import SIDE
from StegoMedLib.training.phantoms import chance, ellipse, smooth_field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

__all__ = ["BODY", "add_arms", "add_clothes", "add_pillow", "add_table", "cut_circle", "cut_frame"]

BODY = 0.5
"""Share of a pixel from which it is body."""
_AIR = 0.02  # share up to which it is surely none


def _behind(image: Image, mask: Image, things: Image | NDArray[np.floating]) -> Image:
    """Lay things around the body, never over it."""
    laid: Image = np.where(mask > _AIR, image, np.maximum(image, things)).astype(np.float32)
    return laid


def _lowest_row(mask: Image) -> float:
    below = np.flatnonzero(mask.max(axis=1) > BODY)
    return float(below[-1]) if below.size else mask.shape[0] * 0.7


def add_table(rng: np.random.Generator, image: Image, mask: Image) -> Image:
    """Put a couch below the body: one or two bright lines, straight or bent, with something fainter between them."""
    side = image.shape[0]
    pixel = side / SIDE
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    top = _lowest_row(mask) + rng.uniform(0.0, 14.0) * pixel
    bend = rng.uniform(-0.0025, 0.0025) / pixel if chance(rng, 0.7) else 0.0
    height = rows - top - bend * (columns - side / 2 + rng.normal(0.0, 15.0) * pixel) ** 2
    thick, gap = rng.uniform(0.6, 3.0) * pixel, rng.uniform(5.0, 25.0) * pixel
    couch = np.exp(-((height / thick) ** 2)) + np.exp(-(((height - gap) / thick) ** 2))
    couch = rng.uniform(0.2, 1.0) * couch + rng.uniform(0.0, 0.15) * ((height > 0) & (height < gap))
    half = rng.uniform(0.2, 0.6) * side
    return _behind(image, mask, couch * (np.abs(columns - side / 2) < half))


def add_pillow(rng: np.random.Generator, image: Image, mask: Image) -> Image:
    """Put foam against the body, from below or from both sides: a faint mass, often with a thin brighter cover."""
    side = image.shape[0]
    columns = np.flatnonzero(mask.max(axis=0) > BODY)
    middle = float(columns.mean()) if columns.size else side / 2
    centre = (_lowest_row(mask) - rng.uniform(-0.05, 0.2) * side, middle + rng.normal(0.0, 0.05) * side)
    foam = ellipse(side, centre, (rng.uniform(0.06, 0.25) * side, rng.uniform(0.15, 0.4) * side))
    texture = 1.0 + rng.uniform(0.0, 0.5) * smooth_field(rng, side, 32)
    pillow = foam * rng.uniform(0.01, 0.1) * np.maximum(texture, 0.0)
    if chance(rng, 0.5):
        pillow = pillow + rng.uniform(0.03, 0.25) * 4.0 * foam * (1.0 - foam)
    return _behind(image, mask, pillow)


def add_clothes(rng: np.random.Generator, image: Image, mask: Image) -> Image:
    """Lay faint wisps around the body: level lines of a random field."""
    side = image.shape[0]
    wisps = np.abs(smooth_field(rng, side, int(rng.integers(6, 18)))) < rng.uniform(0.01, 0.05)
    near = ndimage.gaussian_filter(mask, rng.uniform(4.0, 14.0) * side / SIDE) > _AIR
    dressed: Image = np.where((mask < _AIR) & near & wisps, rng.uniform(0.03, 0.35), image).astype(np.float32)
    return dressed


def _arm(rng: np.random.Generator, side: int) -> tuple[Image, Image]:
    """Draw an arm at the left or right border, mostly cut by it: skin and fat, muscle, a bone."""
    width, height = rng.uniform(0.03, 0.11) * side, rng.uniform(0.05, 0.4) * side
    across = rng.uniform(-0.5, 0.8) * width
    centre = (rng.uniform(0.2, 0.9) * side, across if chance(rng, 0.5) else side - 1 - across)
    shape = ellipse(side, centre, (height, width))
    image = shape * rng.uniform(0.15, 1.0)
    for share in (rng.uniform(0.7, 0.95), rng.uniform(0.15, 0.4)):
        inner = ellipse(side, centre, (height * share, width * share))
        image += inner * (rng.uniform(0.05, 1.0) - image)
    return image.astype(np.float32), shape


def add_arms(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Put one or two arms beside the body, cut at the border."""
    for _ in range(rng.integers(1, 3)):
        arm, shape = _arm(rng, image.shape[0])
        free = shape * (mask <= _AIR)
        image = (image * (1.0 - free) + arm * (mask <= _AIR)).astype(np.float32)
        mask = np.maximum(mask, free).astype(np.float32)
    return np.clip(image, 0.0, 1.0), mask


def cut_circle(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Cut everything at a reconstruction circle."""
    side = image.shape[0]
    rows, columns = np.mgrid[:side, :side].astype(np.float32) - (side - 1) / 2
    inside = np.hypot(rows, columns) < side * rng.uniform(0.42, 0.52)
    return image * inside, mask * inside


def cut_frame(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Blacken margins, as where images were filled up to a square or resampled."""
    side = image.shape[0]
    first, last = rng.uniform(0.0, 0.15, 2) * side, side - rng.uniform(0.0, 0.15, 2) * side
    place = np.arange(side)
    kept = [(place >= low) & (place < high) for low, high in zip(first, last, strict=True)]
    inside = np.outer(kept[0], kept[1])
    return image * inside, mask * inside
