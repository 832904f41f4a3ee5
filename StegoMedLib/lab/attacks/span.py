"""The range of a plane, to which levels of attacks are relative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["span_of", "unit_scale"]


def span_of(plane: Plane) -> tuple[float, float]:
    """Least stored value, and largest minus least: the R of ``psnr_range``, padding and all."""
    least = float(plane.pixels.min())
    return least, float(plane.pixels.max()) - least


def unit_scale(plane: Plane) -> NDArray[np.float64]:
    """Stored values on the scale 0 to 1 of the plane's own range; zeros for a constant plane."""
    least, span = span_of(plane)
    return np.asarray((plane.pixels - least) / (span or 1.0), dtype=np.float64)
