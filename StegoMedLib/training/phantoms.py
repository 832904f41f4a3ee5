"""Synthetic bodies: blobs with organs in them, for variety in training and for tests that need no patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.prepare import resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["blob", "chance", "ellipse", "random_body", "random_head", "smooth_field"]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """Draw yes or no."""
    return bool(rng.random() < probability)


def smooth_field(rng: np.random.Generator, side: int, knots: int) -> NDArray[np.float32]:
    """Draw a smooth random field of mean 0 and standard deviation near 1; float32, shape (side, side)."""
    field = rng.standard_normal((knots, knots)).astype(np.float32)
    return resize(resize(field, 4 * knots, 4 * knots), side, side)


def blob(rng: np.random.Generator, side: int, size: tuple[float, float]) -> NDArray[np.float32]:
    """Draw a closed random outline with soft edges.

    Parameters
    ----------
    rng : numpy.random.Generator
    side : int
        Rows and columns.
    size : tuple of (float, float)
        Range of the half axes, as shares of the side.

    Returns
    -------
    ndarray of float32, shape (side, side)
        1 inside, 0 outside, the edge about one pixel wide.
    """
    centre = rng.uniform(0.3, 0.7, 2) * side
    axes = rng.uniform(*size, 2) * side
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    y, x = (rows - centre[0]) / axes[0], (columns - centre[1]) / axes[1]
    angle = np.arctan2(y, x)
    outline = np.ones_like(angle)
    for order in range(2, 6):
        outline += rng.normal(0.0, 0.12 / order) * np.cos(order * angle + rng.uniform(0.0, 2 * np.pi))
    distance = (outline - np.hypot(y, x)) * axes.min()
    inside: NDArray[np.float32] = np.clip(distance + 0.5, 0.0, 1.0).astype(np.float32)
    return inside


def ellipse(side: int, centre: tuple[float, float], axes: tuple[float, float]) -> NDArray[np.float32]:
    """Draw an ellipse by its centre and half axes (rows, columns), edges about one pixel wide; shape (side, side)."""
    rows, columns = np.ogrid[:side, :side]
    reach = np.hypot((rows - centre[0]) / axes[0], (columns - centre[1]) / axes[1])
    inside: NDArray[np.float32] = np.clip((1.0 - reach) * min(axes) + 0.5, 0.0, 1.0).astype(np.float32)
    return inside


def random_body(rng: np.random.Generator, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a body with a skin, organs and texture.

    Returns
    -------
    image, mask : ndarray of float32, shape (side, side)
        Grey values in [0, 1], and the body's share of each pixel.
    """
    mask = blob(rng, side, (0.12, 0.45))
    for _ in range(rng.integers(0, 3)):
        mask = np.maximum(mask, blob(rng, side, (0.05, 0.15)))
    image = np.full((side, side), rng.uniform(0.25, 0.8), dtype=np.float32)
    for _ in range(rng.integers(2, 9)):
        organ = blob(rng, side, (0.04, 0.25))
        image += organ * (rng.uniform(0.02, 0.9) - image)
    texture = 1.0 + 0.08 * smooth_field(rng, side, 24)
    return np.clip(image * texture, 0.02, 1.0) * mask, mask


def random_head(rng: np.random.Generator, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw a head as MR shows it: a thin bright scalp beyond a skull as dark as air, a brain with holes and tracts.

    Returns
    -------
    image, mask : ndarray of float32, shape (side, side)
        As of `random_body`; the skull is body.
    """
    mask = blob(rng, side, (0.22, 0.44))
    depth = ndimage.distance_transform_edt(mask > 0.5) / side  # noqa: PLR2004 - half a pixel's share
    scalp, skull = rng.uniform(0.004, 0.025), rng.uniform(0.008, 0.035)
    brain = depth >= scalp + skull
    inner = np.full((side, side), rng.uniform(0.3, 0.8), dtype=np.float32)
    for _ in range(rng.integers(2, 8)):
        part = blob(rng, side, (0.02, 0.14))
        inner += part * (rng.uniform(0.0, 1.0) - inner)
    image = np.where(brain, inner, rng.uniform(0.0, 0.06))
    image = np.where(depth < scalp, rng.uniform(0.25, 1.0), image)
    texture = 1.0 + 0.06 * smooth_field(rng, side, 24)
    image = ndimage.gaussian_filter(image, rng.uniform(0.3, 0.8)) * texture * mask
    return np.clip(image, 0.0, 1.0).astype(np.float32), mask
