"""Changes to training images that stand for scanners, protocols and positions that the few real series do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.regions.prepare import SIDE
from StegoMedLib.training.hardships import cut_anywhere, fall_off, saturation_band, scout, streaks
from StegoMedLib.training.phantoms import blob, chance, random_body, random_head, smooth_field
from StegoMedLib.training.surroundings import (
    BODY,
    add_arms,
    add_clothes,
    add_pillow,
    add_table,
    cut_circle,
    cut_frame,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Image = NDArray[np.float32]

__all__ = ["augment", "background_only", "phantom", "warp"]

# Shares of the draws that show a part of the body alone, up to no air at all, and that shift it against a border.
_INSIDE, _AGAINST_BORDER = 0.12, 0.1
_DARK = 0.06  # grey values of air and its noise end about here
# Knots of the grey values of CT after unit_range: air, lung, fat, water, muscle, dense organs, spongy and dense bone.
_CT_KNOTS = np.array([0.0, 0.05, 0.15, 0.5, 0.56, 0.62, 0.66, 0.75, 1.0])


def warp(rng: np.random.Generator, image: Image, mask: Image, side: int = SIDE) -> tuple[Image, Image]:
    """Flip, turn, scale, shift and bend an image and its mask into a square; outside is 0.

    Parameters
    ----------
    image, mask : ndarray of float32, shape (H, W)
    side : int

    Returns
    -------
    image, mask : ndarray of float32, shape (side, side)
    """
    extent = max(image.shape) / side
    angle = np.deg2rad(rng.normal(0.0, 8.0) + 90.0 * (rng.integers(0, 4) if chance(rng, 0.3) else 0))
    zoom = extent * np.exp(rng.normal(0.0, 0.18)) * np.exp(rng.normal(0.0, 0.08, 2))
    inside = chance(rng, _INSIDE)
    if inside:
        zoom *= np.exp(rng.uniform(np.log(0.15), np.log(0.7)))
    flip = np.where(rng.random(2) < (0.3, 0.5), -1.0, 1.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn * (zoom * flip)
    shift = rng.normal(0.0, 0.06, 2) * side * extent if chance(rng, 0.7) else np.zeros(2)
    if inside or chance(rng, _AGAINST_BORDER):
        shift = rng.uniform(-0.4, 0.4, 2) * side * extent
    grid = np.mgrid[:side, :side].reshape(2, -1).astype(np.float32) - (side - 1) / 2
    where = matrix @ grid + (np.array(image.shape).reshape(2, 1) - 1) / 2 + shift[:, None]
    if chance(rng, 0.5):
        bend = rng.uniform(2.0, 9.0) * extent * side / SIDE
        where += bend * np.stack([smooth_field(rng, side, 4).ravel() for _ in range(2)])
    moved = (
        ndimage.map_coordinates(part, where, order=1, mode="constant").reshape(side, side) for part in (image, mask)
    )
    image, mask = (np.clip(part, 0.0, 1.0).astype(np.float32) for part in moved)
    return image, mask


def _as_mr(rng: np.random.Generator, image: Image) -> Image:
    """Give CT tissue the arbitrary contrast of MR: each kind of tissue gets a grey value of its own.

    Dense bone gives next to no signal in most sequences: a skull is as dark as air, with a bright scalp around it.
    """
    values = np.concatenate([[0.0], rng.uniform(0.0, 0.05, 1), rng.uniform(0.0, 0.2, 1), rng.uniform(0.1, 1.0, 6)])
    if chance(rng, 0.65):
        values[-2:] = rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.08)
    remapped: Image = np.interp(image, _CT_KNOTS, values).astype(np.float32)
    if chance(rng, 0.5):
        remapped = ndimage.gaussian_filter(remapped, rng.uniform(0.3, 1.0))
    return remapped


def _tone(rng: np.random.Generator, image: Image) -> Image:
    """Change tones: a random rising curve, or now and then the tissue turned negative while air stays dark."""
    if chance(rng, 0.15):
        turned: Image = np.where(image > _DARK, 1.0 + _DARK - image, image).astype(np.float32)
        return turned
    if chance(rng, 0.3):
        steps = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 1.0, 6))])
        curved: Image = np.interp(image, np.linspace(0.0, 1.0, 7), steps / steps[-1]).astype(np.float32)
        return curved
    changed: Image = image ** np.float32(np.exp(rng.normal(0.0, 0.3)))
    return changed


def _window(rng: np.random.Generator, image: Image) -> Image:
    """Stretch a range of grey values over all of them, as files do that were saved through a window."""
    low, high = rng.uniform(0.0, 0.1), rng.uniform(0.55, 1.0)
    stretched: Image = np.clip((image - low) / (high - low), 0.0, 1.0).astype(np.float32)
    return stretched


def _background_gone(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Set the background to zero as de-identification does, and sometimes cut a part of the body off (defacing)."""
    if chance(rng, 0.4):
        cut = 1.0 - blob(rng, image.shape[0], (0.06, 0.3))
        image, mask = image * cut, mask * cut
        mask = np.maximum(mask, ndimage.binary_fill_holes(mask > BODY)).astype(np.float32)
    near = ndimage.maximum_filter(mask, size=int(rng.integers(1, 8)))
    return image * (near > rng.uniform(0.02, 0.5)), mask


def _rician(rng: np.random.Generator, image: Image) -> Image:
    """Add the noise of a magnitude image."""
    level = 10.0 ** rng.uniform(-2.7, -1.1)
    first, second = rng.normal(0.0, level, (2, *image.shape)).astype(np.float32)
    if chance(rng, 0.3):  # filtered reconstructions have coarse noise
        first, second = (2.0 * ndimage.gaussian_filter(part, 0.8) for part in (first, second))
    noisy: Image = np.hypot(image + first, second).astype(np.float32)
    return noisy


def _ghost(rng: np.random.Generator, image: Image) -> Image:
    """Add faint copies along one axis, as motion does in the phase direction."""
    side = image.shape[0]
    axis, step = int(rng.integers(0, 2)), int(rng.integers(side // 8, side // 2))
    copies = np.roll(image, step, axis) + np.roll(image, -step, axis)
    ghosted: Image = image + np.float32(rng.uniform(0.01, 0.06)) * copies
    return ghosted


def _magnetic(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Make an MR look: tones, coil fall-off, ghosts, noise, a scale of its own."""
    image = _tone(rng, image)
    if chance(rng, 0.7):
        image = image * np.exp(rng.uniform(0.1, 0.7) * smooth_field(rng, image.shape[0], 3))
    if chance(rng, 0.2):
        image = fall_off(rng, image)
    if chance(rng, 0.12):
        image = saturation_band(rng, image, mask)
    if chance(rng, 0.2):
        image = _ghost(rng, image)
    cleared = chance(rng, 0.35)
    if not cleared or chance(rng, 0.5):
        image = _rician(rng, image)
    if cleared:
        image, mask = _background_gone(rng, image, mask)
    top = float(np.percentile(image, 99.0)) * rng.uniform(0.9, 1.3)
    return np.clip(image / max(top, 1e-3), 0.0, 1.0).astype(np.float32), mask


def _computed(rng: np.random.Generator, image: Image, mask: Image) -> tuple[Image, Image]:
    """Make a CT look: couch, pillow, clothes, noise, a slightly different calibration, a window, a circle."""
    if chance(rng, 0.4):
        image = add_table(rng, image, mask)
    if chance(rng, 0.2):
        image = add_pillow(rng, image, mask)
    if chance(rng, 0.3):
        image = add_clothes(rng, image, mask)
    if chance(rng, 0.12):
        image = streaks(rng, image, mask)
    if chance(rng, 0.5):
        image = image + rng.normal(0.0, 10.0 ** rng.uniform(-2.7, -1.2), image.shape).astype(np.float32)
    if chance(rng, 0.4):
        image = image * np.float32(rng.normal(1.0, 0.04)) + np.float32(rng.normal(0.0, 0.01))
    if chance(rng, 0.2):
        image = ndimage.gaussian_filter(image, rng.uniform(0.3, 1.2))
    if chance(rng, 0.15):
        image = _window(rng, image)
    image = np.clip(image, 0.0, 1.0).astype(np.float32)
    return cut_circle(rng, image, mask) if chance(rng, 0.3) else (image, mask)


def augment(
    rng: np.random.Generator, image: Image, mask: Image, *, is_ct: bool, side: int = SIDE
) -> tuple[Image, Image]:
    """Make one training image from a real one.

    Parameters
    ----------
    rng : numpy.random.Generator
    image : ndarray of float32, shape (H, W)
        Grey values in [0, 1] from ``unit_range``.
    mask : ndarray of float32, shape (H, W)
        The body's share of each pixel.
    is_ct : bool
        CT stays CT in half of the draws and gets an MR look in the others.
    side : int

    Returns
    -------
    image, mask : ndarray of float32, shape (side, side)
    """
    image, mask = warp(rng, image, mask, side)
    if chance(rng, 0.12):
        image, mask = add_arms(rng, image, mask)
    if is_ct and chance(rng, 0.55):
        image, mask = _computed(rng, image, mask)
    else:
        image, mask = _magnetic(rng, _as_mr(rng, image) if is_ct else image, mask)
    if chance(rng, 0.1):
        image, mask = cut_anywhere(rng, image, mask)
    return cut_frame(rng, image, mask) if chance(rng, 0.08) else (image, mask)


def phantom(rng: np.random.Generator, side: int = SIDE) -> tuple[Image, Image]:
    """Make one synthetic training image; shapes as in `augment`: heads as MR shows them, bodies, scouts and limbs."""
    if chance(rng, 0.25):
        image, mask = scout(rng, side)
        return _magnetic(rng, image, mask) if chance(rng, 0.5) else (image, mask)
    head = chance(rng, 0.35)
    image, mask = random_head(rng, side) if head else random_body(rng, side)
    if chance(rng, 0.3):
        image, mask = warp(rng, image, mask, side)
    if chance(rng, 0.25):
        image, mask = add_arms(rng, image, mask)
    return _computed(rng, image, mask) if not head and chance(rng, 0.4) else _magnetic(rng, image, mask)


def background_only(rng: np.random.Generator, side: int = SIDE) -> tuple[Image, Image]:
    """Make an image without a body: noise, wisps, a couch, a pillow; the mask is empty."""
    empty = np.zeros((side, side), dtype=np.float32)
    if chance(rng, 0.5):
        noise = _rician(rng, empty) + np.float32(0.0 if chance(rng, 0.5) else rng.uniform(0.0, 0.02))
        return np.clip(noise / max(float(np.percentile(noise, 99.0)), 1e-6), 0.0, 1.0).astype(np.float32), empty
    image = add_clothes(rng, add_table(rng, empty, empty), empty)
    if chance(rng, 0.5):
        image = add_pillow(rng, image, empty)
    return np.clip(image + np.abs(rng.normal(0.0, 0.01, image.shape)), 0.0, 1.0).astype(np.float32), empty
