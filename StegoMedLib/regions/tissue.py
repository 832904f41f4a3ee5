"""What in a plane looks like tissue rather than air, from grey values alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import fill_to_border, grow, radius_in
from StegoMedLib.regions.prepare import air_level, hounsfield
from StegoMedLib.regions.windows import local_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Contrast", "contrast", "magnitude", "shows_body", "surroundings", "thin_radius"]

# CT: fat and all that is denser lies above; air, its noise and most clothes below. So does lung, but it is enclosed.
_TISSUE_HU = -500.0
# What is surely tissue: denser than what the guard is content with; for MR a share of the bright tissue's level.
_BODY_HU, _SKIN = -350.0, 0.09
# Couches, head holders and blankets are thinner than this (pixels per 512 of the longer side), bodies are thicker.
_THIN_CT, _THIN_MR = 7.0, 2.0
# What a finder sees around what is dense, in the same measure; more of it would show it what was embedded in the air.
_AROUND = 6.0
_WINDOW = 5
# MR: bounds of the threshold as shares of the bright tissue's level, and its distance from the noise floor.
_LEAST, _MOST, _ABOVE_FLOOR = 0.01, 0.08, 1.7
_DARK = 0.10
# Less of a plane than this may be dark tissue alone; no noise floor is taken from it.
_LITTLE = 0.12
# A plane of noise is nearly flat after coarse smoothing (windows of a sixteenth of the plane): bright parts over dark
# ones gave 1.1 to 2.0 for noise, the latter with a coil's shading, and 3.7 or more for bodies.
_COARSE, _FLAT = 16, 2.6


@dataclass(frozen=True)
class Contrast:
    """A plane made ready for thresholds.

    Attributes
    ----------
    smooth : ndarray of float32, shape (H, W)
        Local means; Hounsfield units where `computed`, else grey values with the darkest at 0.
    threshold : float
        From here on it may be tissue.
    bright : float
        Level of bright tissue.
    computed : bool
        Whether the values are Hounsfield units.
    """

    smooth: NDArray[np.float32]
    threshold: float
    bright: float
    computed: bool

    @property
    def tissue(self) -> NDArray[np.bool_]:
        """Where the plane looks like tissue; bool, shape (H, W)."""
        return self.smooth > self.threshold

    @property
    def dense(self) -> NDArray[np.bool_]:
        """Where the plane is surely tissue, or as dense as tissue; bool, shape (H, W).

        In MR its level hangs on bright tissue alone, so that noise embedded in the air does not move it: it lies above
        the threshold's upper bound.
        """
        return self.smooth > (_BODY_HU if self.computed else max(self.threshold, _SKIN * self.bright))


def thin_radius(seen: Contrast) -> int:
    """Radius in pixels of what is thinner than any body: couches, head holders, blankets."""
    return radius_in(seen.smooth.shape, _THIN_CT if seen.computed else _THIN_MR)


def surroundings(plane: Plane, seen: Contrast) -> NDArray[np.bool_]:
    """What is dense, a margin around it, and the holes in that: all that a finder has to look at; bool, shape (H, W).

    The rest is air. What a strong profile embeds there is louder than any air a network was trained on, and moved its
    outline by up to a thousand pixels (``ncc_mask`` 0.990 on a head).
    """
    return fill_to_border(grow(seen.dense & ~plane.padding_mask, radius_in(plane.shape, _AROUND)))


def magnitude(plane: Plane) -> NDArray[np.float32]:
    """Give grey values with air dark and at 0, padding too."""
    values = plane.pixels.astype(np.float32)
    if plane.inverted or plane.slope < 0:
        values = -values
    inside = ~plane.padding_mask
    if not inside.any():
        return np.zeros_like(values)
    return np.where(inside, values - air_level(values[inside]), 0.0).astype(np.float32)


def contrast(plane: Plane) -> Contrast:
    """Find the threshold between air and tissue.

    CT in Hounsfield units has a fixed one. Otherwise it lies above the noise floor (the median of the dark part of the
    plane), within bounds given by the level of bright tissue: too low a threshold costs usable air, too high a one
    would call tissue air, so the upper bound holds whatever the floor is.
    """
    units = hounsfield(plane)
    if units is not None:
        return Contrast(local_mean(np.maximum(units, -1024.0), _WINDOW), _TISSUE_HU, 0.0, computed=True)
    smooth = np.maximum(local_mean(magnitude(plane), _WINDOW), 0.0)
    inside = smooth[~plane.padding_mask]
    bright = float(np.percentile(inside, 99.0)) if inside.size else 0.0
    dark = inside[inside < _DARK * bright]
    noise = dark[dark > 0]
    floor = float(np.median(noise)) if noise.size and dark.size > _LITTLE * inside.size else 0.0
    threshold = float(np.clip(_ABOVE_FLOOR * floor, _LEAST * bright, _MOST * bright))
    return Contrast(smooth, threshold, bright, computed=False)


def shows_body(plane: Plane, seen: Contrast) -> bool:
    """Tell whether there is anything but noise.

    CT needs a speck of tissue. In other planes bright parts must stand out from dark ones, which noise does not do.
    """
    if seen.computed:
        return bool(np.count_nonzero(seen.tissue) >= seen.smooth.size / 500)
    inside = ~plane.padding_mask
    if not inside.any():
        return False
    window = max(_WINDOW, max(plane.shape) // _COARSE)
    bright, dark = np.percentile(local_mean(seen.smooth, window)[inside], (99.5, 25.0))
    return bool(bright > _FLAT * dark and bright > 1.0)
