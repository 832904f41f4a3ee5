"""What makes a body hard to tell from its surroundings: cuts anywhere, fading coils, bands, streaks, scouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.training.phantoms import chance, ellipse, smooth_field
from StegoMedLib.training.surroundings import BODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

__all__ = ["cut_anywhere", "fall_off", "saturation_band", "scout", "streaks"]

_FAINTEST = 0.05  # share of the signal that is left where a coil sees least


def _somewhere_in(rng: np.random.Generator, mask: Image) -> NDArray[np.int64] | None:
    """Draw the row and column of a pixel of the body; none where there is no body."""
    places = np.argwhere(mask > BODY)
    return places[rng.integers(len(places))] if len(places) else None


def _from_somewhere_in(rng: np.random.Generator, mask: Image) -> NDArray[np.floating] | None:
    """Rows and columns from a pixel of the body that is drawn, shape (2, side, side); none where there is no body."""
    place = _somewhere_in(rng, mask)
    if place is None:
        return None
    away: NDArray[np.floating] = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32) - place[:, None, None]
    return away


def cut_anywhere(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Cut everything at a circle around some place in the body, as reconstructions of a small field of view do."""
    side = image.shape[0]
    place = _somewhere_in(rng, mask)
    centre = rng.uniform(0, side, 2) if place is None else place
    radius = rng.uniform(0.12, 0.55) * side
    rows, columns = np.ogrid[:side, :side]
    inside = np.hypot(rows - centre[0], columns - centre[1]) < radius
    return (image * inside).astype(np.float32), (mask * inside).astype(np.float32)


def fall_off(rng: np.random.Generator, image: Image) -> Image:
    """Let the signal fade with the distance from a coil, down to a twentieth."""
    side = image.shape[0]
    rows, columns = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    if chance(rng, 0.6):  # a surface coil beside the patient
        angle = rng.uniform(0.0, 2 * np.pi)
        depth = rows * np.sin(angle) + columns * np.cos(angle)
        seen = 1.0 / (1.0 + np.exp(rng.uniform(3.0, 16.0) * depth + rng.normal(0.0, 1.5)))
    else:
        field = smooth_field(rng, side, 3)
        seen = 1.0 / (1.0 + np.exp(rng.uniform(1.0, 3.0) * field))
    seen = (seen - seen.min()) / max(float(np.ptp(seen)), 1e-6)
    faded: Image = (image * (_FAINTEST + (1.0 - _FAINTEST) * seen)).astype(np.float32)
    return faded


def saturation_band(rng: np.random.Generator, image: Image, mask: Image) -> Image:
    """Take the signal away in a band through the body, with edges of some pixels."""
    side, found = image.shape[0], _from_somewhere_in(rng, mask)
    if found is None:
        return image
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0.0, np.pi)])
    away = np.abs(found[0] * np.sin(angle) + found[1] * np.cos(angle))
    half, edge = rng.uniform(0.02, 0.16) * side, rng.uniform(0.5, 4.0)
    inside = 1.0 / (1.0 + np.exp(np.clip((away - half) / edge, -50.0, 50.0)))
    left = rng.uniform(0.0, 0.25)
    banded: Image = (image * (1.0 - (1.0 - left) * inside)).astype(np.float32)
    return banded


def streaks(rng: np.random.Generator, image: Image, mask: Image) -> Image:
    """Draw the bright and dark rays of metal in the body, over its skin and into the air."""
    side, found = image.shape[0], _from_somewhere_in(rng, mask)
    if found is None:
        return image
    angle, away = np.arctan2(*found), np.hypot(*found)
    rays = np.zeros_like(image)
    for _ in range(rng.integers(2, 5)):
        rays += np.cos(rng.integers(3, 24) * angle + rng.uniform(0.0, 2 * np.pi)).astype(np.float32)
    strength = rng.uniform(0.05, 0.5) * np.exp(-away / (rng.uniform(0.08, 0.5) * side))
    streaked: Image = np.clip(image + strength * rays, 0.0, 1.0).astype(np.float32)
    return streaked


def scout(rng: np.random.Generator, side: int) -> tuple[Image, Image]:
    """Draw a localizer or a limb: long smooth shapes, cut by the border, bright by their thickness.

    Returns
    -------
    image, mask : ndarray of float32, shape (side, side)
    """
    mask = np.zeros((side, side), dtype=np.float32)
    for _ in range(rng.integers(1, 3)):
        centre = rng.uniform(0.1, 0.9, 2) * side
        mask = np.maximum(
            mask, ellipse(side, (centre[0], centre[1]), tuple(rng.uniform((0.4, 0.08), (1.2, 0.5)) * side))
        )
    thickness = np.sqrt(ndimage.distance_transform_edt(mask > BODY)).astype(np.float32)
    texture = 1.0 + rng.uniform(0.05, 0.3) * smooth_field(rng, side, int(rng.integers(8, 40)))
    image = mask * thickness * texture / max(float(thickness.max()), 1.0) * rng.uniform(0.4, 1.0)
    if chance(rng, 0.5):
        image, mask = image.T.copy(), mask.T.copy()
    return np.clip(image, 0.02 * mask, 1.0).astype(np.float32), mask.astype(np.float32)
