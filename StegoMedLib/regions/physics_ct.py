"""CT in Hounsfield units: air is -1000 HU, lung and foam are not.

Local means of outside air lie within some units of the scanner's own air; the calmest lung lies 10 to 60 units above.
Gas inside the body is the same as air outside: of that topology decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import fill, fill_to_border, grow, keep_components, radius_in, shrink
from StegoMedLib.regions.physics import Evidence
from StegoMedLib.regions.view import filled_in, stays_constant
from StegoMedLib.regions.windows import local_mean, mean_over, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

    Mask = NDArray[np.bool_]
    Values = NDArray[np.float32]
    Summed = Values | NDArray[np.int32]

__all__ = ["evidence_ct"]

_AIR, _LEAST = -1000.0, -1100.0  # HU; streaks and ringing below the second say nothing more
_CALIBRATED = 12.0  # how far a scanner's own air may lie from -1000 HU
_WINDOW, _SMALL_WINDOW = 9, 5
# How far above the scanner's own air a local mean may lie; noise moves those of smaller windows more.
_ABOVE, _ABOVE_SMALL, _ABOVE_FINE = 25.0, 45.0, 70.0
_OBJECT = -700.0  # mean of 3 x 3 from which something is there; it is left out of the means beside it
_ABRUPT = 250.0  # rise within one pixel that no skin has
_SEEDS = 0.003  # share of the plane that the scanner's own air is taken from, at the least
_DENSE = -350.0
# A body is thicker than twice this many pixels per 512; couches, wires and blankets are not.
_THICK, _SMALLEST, _SHARE = 7.0, 0.002, 0.03
_NARROW = 5.0  # pixels per 512: gaps that are narrower on both sides are no air
_AROUND = 3  # pixels around what is there


def evidence_ct(plane: Plane, units: Values) -> Evidence:
    """Tell what is air in a plane of Hounsfield units.

    Parameters
    ----------
    plane : Plane
    units : ndarray of float32, shape (H, W)
        Hounsfield units.
    """
    inside = ~plane.padding_mask
    units = np.where(inside, np.maximum(units, np.float32(_LEAST)), np.float32(_AIR))
    blank = filled_in(units, inside, _ABRUPT)
    measured = inside & ~blank
    values = whole(np.where(measured, units, np.float32(_AIR)))
    fine = local_mean(values, 3)
    clear = measured & ~grow(fine > _OBJECT, 2)
    wide = mean_over(values, clear, _WINDOW)
    level = _scanner_air(values, wide, clear)
    air = clear & (wide <= level + _ABOVE) & (mean_over(values, clear, _SMALL_WINDOW) <= level + _ABOVE_SMALL)
    air &= ~grow(measured & (fine > level + _ABOVE_FINE), 2)
    narrow = radius_in(plane.shape, _NARROW, 2)
    air &= grow(shrink(air | ~measured, narrow), narrow)
    beside = grow(measured & (fine > level + _ABOVE_SMALL), _AROUND)
    core = _core(values, measured, plane)
    return Evidence(
        measured=measured,
        air=air,
        sure=air,
        blank=blank & (units <= level + _ABOVE) & ~beside,
        core=core,
        fading=np.zeros_like(air),
        known=bool(air.any() or blank.any()),
    )


def _scanner_air(values: Summed, wide: Values, clear: Mask) -> float:
    """Give the level of this scanner's air in HU, from where it is sure; -1000 where it is nowhere."""
    seeds = clear & (np.abs(wide - _AIR) < 2 * _ABOVE) & ~stays_constant(values)
    if np.count_nonzero(seeds) < _SEEDS * seeds.size:
        return _AIR
    return float(np.clip(np.median(wide[seeds]), _AIR - _CALIBRATED, _AIR + _CALIBRATED))


def _core(values: Summed, measured: Mask, plane: Plane) -> Mask:
    """Mark what is as dense and thick as a body, lungs and all other holes in it included."""
    thick = radius_in(plane.shape, _THICK)
    dense = (local_mean(values, _SMALL_WINDOW) > _DENSE) & measured
    kept = keep_components(shrink(fill_to_border(dense), thick), _SMALLEST * dense.size, _SHARE)
    return fill(grow(kept, thick + 1) & measured) if kept.any() else kept
