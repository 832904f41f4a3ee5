"""The classical baseline: a threshold, thin things removed, large parts kept, holes filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import fill_to_border, grow, keep_components, radius_in, shrink
from StegoMedLib.regions.region import Region
from StegoMedLib.regions.tissue import Contrast, contrast, shows_body, thin_radius

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["ThresholdFinder", "make"]

# The shell of a couch; a hollow couch has to lose it before holes are filled.
_SHELL = 3.0
_SMALLEST, _SHARE = 0.002, 0.03  # of the plane, of the largest part


class ThresholdFinder:
    """Finds the body by grey values and shape, without a network."""

    name = "threshold"

    def look(self, plane: Plane) -> Region:
        """Find the body; the baseline is sure of all that it finds."""
        found = self.find(plane)
        return Region(found, found)

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        """Find the body.

        Returns
        -------
        ndarray of bool, shape (H, W)
            True on the body; all False on a plane of noise.
        """
        seen = contrast(plane)
        return self.body(plane, seen) if shows_body(plane, seen) else np.zeros(plane.shape, dtype=np.bool_)

    def body(self, plane: Plane, seen: Contrast) -> NDArray[np.bool_]:
        """The body (H, W) in a plane that shows one, by its contrast."""
        dense = seen.dense & ~plane.padding_mask
        if seen.computed:
            shell = radius_in(plane.shape, _SHELL)
            dense = grow(shrink(dense, shell), shell)
        radius = thin_radius(seen)
        # Lungs are filled before thin parts go, or the chest wall would go with them.
        filled = fill_to_border(dense)
        core = keep_components(shrink(filled, radius), _SMALLEST * dense.size, _SHARE)
        return fill_to_border(grow(core, radius + 1) & filled)


def make(_engine: str, _threads: int) -> ThresholdFinder:
    """The finder, which no engine runs."""
    return ThresholdFinder()
