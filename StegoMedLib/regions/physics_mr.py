"""MR, and whatever else has no scale of its own: air is the noise floor of the plane itself.

The floor may be Rician, filtered, clipped or zeroed. Air lies at it, varies as it varies (tissue that a coil hardly
sees is as dark, but has less noise for its level), and has no structure beyond what noise has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import fill, grow, keep_components, radius_in, shrink
from StegoMedLib.regions.physics import Evidence
from StegoMedLib.regions.tissue import magnitude
from StegoMedLib.regions.topology import fading
from StegoMedLib.regions.view import stays_constant
from StegoMedLib.regions.windows import local_deviation, local_mean, local_range, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

    Mask = NDArray[np.bool_]
    Values = NDArray[np.float32]

__all__ = ["evidence_mr"]

_BRIGHT = 99.0  # percentile that stands for bright tissue
_DARK = 0.12  # of the bright level: what the floor is looked for in
_FEW = 0.01  # share of the plane below which no floor is taken from it
# The floor is the median of what is dark, but no more than twice its darkest tenth: dim tissue raises the median.
_DARKEST, _TWICE = 10.0, 2.0
_QUIET = 25.0  # percentile up to which the noise of the floor is looked at
_ABOVE = 2.0  # means up to so many times the floor are air, within shares of the bright level
_LEAST, _MOST = 0.008, 0.08
_ABOVE_SMALL, _ABOVE_FINE = 1.25, 1.9  # the same for smaller windows, which noise moves more
_CALM = 0.55  # share of the floor's coefficient of variation below which it is tissue, not noise
_NOTHING = 0.25  # of the floor: so dark that its variation says nothing
_ZEROED, _ZEROS = 0.3, 0.3  # shares of what is dark, and of a window: a floor that was clipped or set to zero
_NOISY = 0.02  # share of zeros in the floor below which a constant zero beside it was filled in
_LEAST_FILL = 0.002  # of the plane
_STRUCTURE, _CROWDED = 2.5, 0.2  # range of means beside the floor's, and share of a neighbourhood that has it
_LEAST_SURE = 0.004  # of the bright level
_SURE = 1.5  # times the darkest tenth: air beyond doubt
# Of the bright level; pixels per 512; shares of the plane and of the largest part. Small bright things beside a body
# (what defacing left of a cheek, a wrapped arm) are the patient, too.
_SKIN, _THICK, _SMALLEST, _SHARE = 0.15, 1.0, 0.0003, 0.001
_SKIN_ENDS = 12.0  # pixels per 512 within which skin ends
_AROUND = 2.0  # pixels per 512 around what is no air; specks of noise are smaller
_NEIGHBOURHOOD = 15  # pixels over which structure is looked for
_SMALL_MATRIX = 200  # rows or columns up to which windows are smaller


@dataclass(frozen=True)
class _Floor:
    """The noise floor: its level, its darkest tenth, its coefficient of variation, and where it was taken from."""

    level: float
    darkest: float
    variation: float
    seeds: Mask
    zeros: float


def evidence_mr(plane: Plane) -> Evidence:
    """Tell what is air in a plane of grey values, air dark."""
    inside = ~plane.padding_mask
    values = np.maximum(magnitude(plane), 0.0)
    bright = float(np.percentile(values[inside], _BRIGHT)) if inside.any() else 0.0
    window = 7 if max(plane.shape) > _SMALL_MATRIX else 5
    summed = whole(values)
    wide, small, fine = (local_mean(summed, size) for size in (window, 5, 3))
    noise = local_deviation(values, wide, window)
    constant = stays_constant(values) & inside
    dark = inside & (wide < _DARK * bright)
    floor = _floor(values, wide, noise, dark & ~grow(constant, window))
    top = float(np.clip(_ABOVE * floor.level, _LEAST * bright, _MOST * bright))
    air = inside & (wide <= top) & (small <= _ABOVE_SMALL * top) & (fine <= _ABOVE_FINE * top)
    air &= (noise >= _CALM * floor.variation * wide) | (wide <= _NOTHING * floor.level)
    air &= _as_blank_as_the_floor(values, constant, dark, floor, window)
    air &= ~_structured(small, wide, air, floor, shrink(air | ~inside, 1) & air)
    other = inside & ~air
    air &= ~grow(grow(shrink(other, 1), 1) & other, radius_in(plane.shape, _AROUND))
    core = _core(small, bright, plane)
    reach = radius_in(plane.shape, _SKIN_ENDS, 4)
    return Evidence(
        measured=inside,
        air=air,
        sure=air & (wide <= max(_SURE * floor.darkest, _LEAST_SURE * bright)),
        blank=np.zeros_like(air),
        core=core,
        fading=fading(core, fine <= 1.2 * top, reach),
        known=bool(air.any()),
    )


def _floor(values: Values, wide: Values, noise: Values, noisy: Mask) -> _Floor:
    """Find the noise floor in what is dark and not constant."""
    levels = wide[noisy]
    if levels.size < _FEW * values.size:
        return _Floor(0.0, 0.0, 0.3, np.zeros_like(noisy), 0.0)
    darkest, quiet, middle = (float(value) for value in np.percentile(levels, (_DARKEST, _QUIET, 50.0)))
    seeds = noisy & (wide <= quiet)
    variation = float(np.median(noise[seeds] / np.maximum(wide[seeds], 1e-3)))
    level = min(middle, _TWICE * darkest + 0.2)
    return _Floor(level, darkest, variation, seeds, float(np.mean(values[seeds] <= 0)))


def _as_blank_as_the_floor(values: Values, constant: Mask, dark: Mask, floor: _Floor, window: int) -> Mask:
    """Mark what is as often zero as this plane's air: next to always where that was zeroed, never where it is noise."""
    noisy = bool(floor.seeds.any()) and floor.zeros < _NOISY
    if noisy:  # what is constant beside it was filled in: by whom, and over what, nobody knows
        return ~grow(keep_components(constant, _LEAST_FILL * constant.size, 0.0), 1)
    if np.count_nonzero(constant & dark) > _ZEROED * np.count_nonzero(dark):
        return np.asarray(local_mean(values <= 0, window) >= _ZEROS)
    return np.ones_like(constant)


def _structured(small: Values, wide: Values, air: Mask, floor: _Floor, deep: Mask) -> Mask:
    """Mark neighbourhoods of what is dark where local means, of `deep` pixels, differ by more than noise lets them."""
    differ = local_range(small, deep, _NEIGHBOURHOOD)
    seeds = floor.seeds & air
    usual = float(np.median(differ[seeds])) if seeds.any() else 0.0
    louder = np.maximum(wide / max(floor.level, 1e-3), 1.0) if floor.level else 1.0
    found = air & (differ > _STRUCTURE * max(usual, 1e-3) * louder)
    around = 2 * _NEIGHBOURHOOD - 1
    share = local_mean(found, around) / np.maximum(local_mean(air, around), 0.05)
    crowded: Mask = share > _CROWDED
    return crowded


def _core(small: Values, bright: float, plane: Plane) -> Mask:
    """Mark what is as bright as a body and no speck, with its holes."""
    thick = radius_in(plane.shape, _THICK, 1)
    seen = (small > _SKIN * bright) & ~plane.padding_mask
    opened = grow(shrink(seen, thick), thick) & seen
    return fill(keep_components(opened, _SMALLEST * seen.size, _SHARE))
