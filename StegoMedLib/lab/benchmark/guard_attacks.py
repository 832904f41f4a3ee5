"""Synthetic attacks on the guard: real slices cut, moved, darkened and streaked, with what is left of the patient.

An attack takes a plane and a reference mask, and gives both as they are afterwards. What a cut fills in is no patient
any more: it is taken out of the mask.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.training.phantoms import chance, smooth_field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

    Mask = NDArray[np.bool_]
    Attacked = tuple[Plane, Mask]
    Attack = Callable[[np.random.Generator, Plane, Mask], Attacked]

__all__ = ["ATTACKS_CT", "ATTACKS_MR", "attacked"]

_AGAIN = 0.25
"""Share of the attacks that are followed by another one."""
_SLOPES, _INTERCEPTS = (0.25, 0.5, 1.5, 2.0, 4.0), (-8192.0, -2048.0, -1024.5, -1024.0, -1000.0, 0.0)
_BAND_LEVELS = (0.0, 0.02, 0.05, 0.1, 0.3)
_FAINTEST = 0.05


def attacked(
    rng: np.random.Generator, plane: Plane, mask: Mask, without: Sequence[str] = ()
) -> tuple[Plane, Mask, str]:
    """Draw an attack for a plane's modality, now and then two, and give what they leave, and their names."""
    known = ATTACKS_CT if plane.modality == "CT" else ATTACKS_MR
    kinds = [(name, attack) for name, attack in known.items() if name not in without]
    names: list[str] = []
    while not names or (len(names) == 1 and chance(rng, _AGAIN)):
        name, attack = kinds[rng.integers(len(kinds))]
        plane, mask = attack(rng, plane, mask)
        names.append(name)
    return plane, mask, " + ".join(names)


def _stored(plane: Plane, units: float) -> int:
    return int(np.clip(round((units - plane.intercept) / plane.slope), plane.low, plane.high))


def _place_in(rng: np.random.Generator, mask: Mask) -> tuple[float, float]:
    places = np.argwhere(mask)
    row, column = places[rng.integers(len(places))] if len(places) else rng.uniform(0, 1, 2) * mask.shape
    return float(row), float(column)


def circle(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Cut at a circle of any centre and radius; outside lies declared padding, or a constant that nobody declares."""
    centre = _place_in(rng, mask if chance(rng, 0.6) else np.ones_like(mask))
    radius = rng.uniform(0.06, 0.6) * max(plane.shape)
    rows, columns = np.ogrid[: plane.shape[0], : plane.shape[1]]
    outside = np.hypot(rows - centre[0], columns - centre[1]) > radius
    fill, padding = _stored(plane, float(rng.choice([-2000.0, -1024.0, -1000.0]))), plane.padding
    if fill == _stored(plane, -2000.0) != _stored(plane, -1024.0):
        padding = (*padding, (fill, fill))
    elif plane.padding_mask.any() and chance(rng, 0.5):
        fill = int(np.median(plane.pixels[plane.padding_mask]))
    pixels = np.where(outside, np.int32(fill), plane.pixels)
    return replace(plane, pixels=pixels, padding=padding), mask & ~outside


def zoom(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Show a part only."""
    factor = rng.uniform(1.2, 6.0)
    rows, columns = (int(extent / factor) for extent in plane.shape)
    top, left = rng.integers(0, plane.shape[0] - rows + 1), rng.integers(0, plane.shape[1] - columns + 1)
    part = np.s_[top : top + rows, left : left + columns]
    return replace(plane, pixels=np.ascontiguousarray(plane.pixels[part])), np.ascontiguousarray(mask[part])


def shift(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Move the image so far that the border cuts it."""
    down, right = (int(rng.uniform(-0.6, 0.6) * extent) for extent in plane.shape)
    rows, columns = plane.shape
    part = np.s_[max(0, down) : min(rows, rows + down), max(0, right) : min(columns, columns + right)]
    return replace(plane, pixels=np.ascontiguousarray(plane.pixels[part])), np.ascontiguousarray(mask[part])


def mirror(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Mirror and turn."""
    pixels = plane.pixels
    for turn in (np.flipud, np.fliplr, np.transpose):
        if chance(rng, 0.5):
            pixels, mask = turn(pixels), turn(mask)
    return replace(plane, pixels=np.ascontiguousarray(pixels)), np.ascontiguousarray(mask)


def rescale(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Store the same Hounsfield units with another slope and intercept."""
    slope, intercept = float(rng.choice(_SLOPES)), float(rng.choice(_INTERCEPTS))

    def again(stored: NDArray[np.int32] | int) -> NDArray[np.float64]:
        return np.asarray((stored * plane.slope + plane.intercept - intercept) / slope, dtype=np.float64)

    pixels = np.clip(np.rint(again(plane.pixels)), -32768, 32767).astype(np.int32)
    padding = tuple((int(np.floor(again(low))), int(np.ceil(again(high)))) for low, high in plane.padding)
    return replace(
        plane, pixels=pixels, low=-32768, high=32767, padding=padding, slope=slope, intercept=intercept
    ), mask


def streaks(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Paint the rays of metal across the skin; reconstructions end at -1024 HU."""
    skin = mask & ~ndimage.binary_erosion(mask)
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]].astype(np.float32)
    values = plane.pixels.astype(np.float64)
    for _ in range(rng.integers(1, 4)):
        row, column = _place_in(rng, skin) + rng.normal(0.0, 15.0, 2)
        angle, away = np.arctan2(rows - row, columns - column), np.hypot(rows - row, columns - column)
        rays = rng.integers(4, 20)
        ray = np.cos(rays * angle + rng.uniform(0, 6.3)) + 0.7 * np.cos((2 * rays + 1) * angle + rng.uniform(0, 6.3))
        values += ray * rng.uniform(100.0, 1200.0) * np.exp(-away / rng.uniform(20.0, 150.0)) / plane.slope
    least = min(_stored(plane, -1024.0), int(plane.pixels.min())) if plane.slope > 0 else plane.low
    pixels = np.clip(np.rint(values), least, plane.high).astype(np.int32)
    return replace(plane, pixels=np.where(plane.padding_mask, plane.pixels, pixels)), mask


def field(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Multiply by a smooth field that falls to a twentieth."""
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]] / max(plane.shape)
    kind = rng.integers(3)
    if kind == 0:
        angle = rng.uniform(0, 2 * np.pi)
        depth = (rows - 0.5) * np.sin(angle) + (columns - 0.5) * np.cos(angle)
        seen = 1 / (1 + np.exp(depth * rng.uniform(3.0, 20.0) + rng.normal(0.0, 2.0)))
    elif kind == 1:
        centre = rng.uniform(0, 1, 2)
        seen = np.exp(-((rows - centre[0]) ** 2 + (columns - centre[1]) ** 2) / rng.uniform(0.02, 0.4))
    else:
        whole = smooth_field(rng, max(plane.shape), 4)[: plane.shape[0], : plane.shape[1]]
        seen = 1 / (1 + np.exp(3.0 * whole))
    seen = _FAINTEST + (1 - _FAINTEST) * (seen - seen.min()) / max(float(np.ptp(seen)), 1e-9)
    return _scaled(plane, seen), mask


def band(rng: np.random.Generator, plane: Plane, mask: Mask) -> Attacked:
    """Take the signal away in a band through the body."""
    row, column = _place_in(rng, mask)
    angle = float(rng.choice([0.0, np.pi / 2, rng.uniform(0.0, np.pi)]))
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
    away = np.abs((rows - row) * np.sin(angle) + (columns - column) * np.cos(angle))
    half, edge = rng.uniform(0.01, 0.12) * max(plane.shape), rng.uniform(0.5, 6.0)
    inside = 1 / (1 + np.exp(np.clip((away - half) / edge, -50.0, 50.0)))
    return _scaled(plane, 1 - (1 - float(rng.choice(_BAND_LEVELS))) * inside), mask


def _scaled(plane: Plane, factor: NDArray[np.float64]) -> Plane:
    pixels = np.clip(np.rint(plane.pixels * factor), plane.low, plane.high).astype(np.int32)
    return replace(plane, pixels=pixels)


ATTACKS_CT: dict[str, Attack] = {
    "circle": circle,
    "zoom": zoom,
    "shift": shift,
    "mirror": mirror,
    "rescale": rescale,
    "streaks": streaks,
}
ATTACKS_MR: dict[str, Attack] = {"field": field, "band": band, "zoom": zoom, "shift": shift, "mirror": mirror}
