"""Synthetic planes for the vectors: a body with structure in noisy air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["plane_and_air"]

_AIR, _BODY, _STRUCTURE, _MARGIN, _SPIKE = 40, 1000, 150, 4, 600


def plane_and_air(
    shape: tuple[int, int],
    seed: int,
    *,
    share: float = 0.3,
    clipped: bool = False,
    low: int = 0,
    noise: float = 3,
    drawn: int = 1,
    spikes: float = 0,
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """A plane (H, W) whose body has a half axis of `share` of each side, and the air that a sender may write to.

    The `noise` of the air is drawn out over so many rows, and a share of its pixels, the `spikes`, stands out far.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float64)
    down, across = (rows - shape[0] / 2) / shape[0], (columns - shape[1] / 2) / shape[1]
    distance = np.hypot(down, across * (1.0 + 0.1 * rng.random()))
    structure = gaussian_filter(rng.standard_normal(shape), 2.5)
    body = _BODY + _STRUCTURE * structure / structure.std() + rng.normal(0, 6, shape)
    air = rng.normal(0 if clipped else _AIR, noise, shape).repeat(drawn, axis=0)[: shape[0]]
    if spikes:
        air += _SPIKE * (rng.random(shape) < spikes)
    pixels = np.where(distance < share, body, air)
    margin = _MARGIN / min(shape)
    return np.maximum(np.rint(pixels), 0).astype(np.int32) + low, np.asarray(distance > share + margin)
