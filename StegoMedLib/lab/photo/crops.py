# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Crops of photographs and of medical slices: random ones to learn from, the same ones always to measure with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
    from numpy.typing import NDArray

    from StegoMedLib.lab.photo.photographs import Photograph
    from StegoMedLib.lab.photo.secrets import Secret

__all__ = ["Drawer", "Pair", "cut", "pairs_of", "tensors"]

_EMPTY = 4.0
"""Standard deviation below which a crop of a slice is empty: air has nothing to learn."""

_TRIES = 8
_DULLEST = 0.5
"""Least contrast that a photograph is given, of its own."""

_LEVELS = 255.0


@dataclass(frozen=True, eq=False)
class Pair:
    """What is hidden in what, for measuring.

    Attributes
    ----------
    photograph, secret : str
        Where they come from.
    cover : ndarray of uint8, shape (side, side, 3)
    pixels : ndarray of uint8, shape (side, side)
        The secret.
    """

    photograph: str
    secret: str
    cover: NDArray[np.uint8]
    pixels: NDArray[np.uint8]


class Drawer:
    """Draws batches to learn from; equal seeds and steps give equal batches, in whatever order they are asked for."""

    def __init__(self, photographs: Sequence[Photograph], secrets: Sequence[Secret], side: int, seed: int) -> None:
        self._photographs = [each.pixels for each in photographs if not each.held_out]
        self._secrets = [each.pixels for each in secrets if not each.held_out]
        self._side, self._seed = side, seed

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Photographs (size, 3, side, side) and secrets (size, 1, side, side) of a step, from 0 to 1."""
        draw = np.random.default_rng([self._seed, step])
        photos = np.stack([self._photo(draw) for _ in range(size)])
        secrets = np.stack([self._secret(draw) for _ in range(size)])
        return tensors(photos, secrets)

    def _photo(self, draw: np.random.Generator) -> NDArray[np.uint8]:
        """A crop, turned, with other colours and less contrast: there are few photographs."""
        crop = _turned(_random_crop(self._photographs[draw.integers(len(self._photographs))], self._side, draw), draw)
        contrast = draw.uniform(_DULLEST, 1.0, size=3)
        lift = draw.uniform(0.0, 1.0 - contrast)
        changed = crop[:, :, draw.permutation(3)] * contrast + _LEVELS * lift
        # Half of them stay as they were taken.
        return np.asarray(crop if draw.random() < 0.5 else np.rint(changed), dtype=np.uint8)  # noqa: PLR2004

    def _secret(self, draw: np.random.Generator) -> NDArray[np.uint8]:
        """A crop that shows something, if one is found soon."""
        for _ in range(_TRIES):
            crop = _random_crop(self._secrets[draw.integers(len(self._secrets))], self._side, draw)
            if crop.std() > _EMPTY:
                break
        return _turned(crop, draw)


def tensors(covers: NDArray[np.uint8], secrets: NDArray[np.uint8]) -> tuple[torch.Tensor, torch.Tensor]:
    """Covers (N, H, W, 3) and secrets (N, H, W) as networks take them."""
    import torch

    photos = torch.from_numpy(np.ascontiguousarray(covers.transpose(0, 3, 1, 2))).float() / _LEVELS
    return photos, torch.from_numpy(np.ascontiguousarray(secrets[:, None])).float() / _LEVELS


def pairs_of(photographs: Sequence[Photograph], secrets: Sequence[Secret], side: int, count: int) -> list[Pair]:
    """Pairs of held-out crops: every photograph is cut into squares, every slice gives its middle.

    Parameters
    ----------
    photographs, secrets : sequence
        Those that are held out and large enough are taken.
    side : int
        Pixels on a side of a crop.
    count : int
        Pairs; a square is taken again, with other slices, where there are fewer of them.
    """
    covers = [(each.name, square) for each in photographs if each.held_out for square in cut(each.pixels, side)]
    hidden = [(each.name, _middle(each.pixels, side)) for each in secrets if each.held_out and _fits(each, side)]
    if not covers or not hidden:
        return []
    places = ((_place(number, count, len(covers)), number * len(hidden) // count) for number in range(count))
    return [Pair(covers[one][0], hidden[two][0], covers[one][1], hidden[two][1]) for one, two in places]


def _place(number: int, count: int, squares: int) -> int:
    """Which square a pair takes: evenly from all, or each in turn where there are fewer of them than pairs."""
    return number * squares // count if count <= squares else number % squares


def cut(pixels: NDArray[np.uint8], side: int) -> Iterator[NDArray[np.uint8]]:
    """Squares of a photograph (H, W, 3), side by side; uint8, shape (side, side, 3)."""
    for row in range(0, pixels.shape[0] - side + 1, side):
        for column in range(0, pixels.shape[1] - side + 1, side):
            yield pixels[row : row + side, column : column + side]


def _fits(secret: Secret, side: int) -> bool:
    return bool(min(secret.pixels.shape) >= side)


def _middle(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    top, left = ((length - side) // 2 for length in pixels.shape)
    return pixels[top : top + side, left : left + side]


def _random_crop(pixels: NDArray[np.uint8], side: int, draw: np.random.Generator) -> NDArray[np.uint8]:
    """A square from anywhere; what is smaller is continued as in a mirror."""
    lacking = [max(0, side - length) for length in pixels.shape[:2]]
    if any(lacking):
        pixels = np.pad(pixels, [(0, each) for each in lacking] + [(0, 0)] * (pixels.ndim - 2), mode="symmetric")
    top, left = (int(draw.integers(length - side + 1)) for length in pixels.shape[:2])
    return pixels[top : top + side, left : left + side]


def _turned(crop: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8]:
    turned = np.rot90(crop, int(draw.integers(4)))
    return turned[:, ::-1] if draw.random() < 0.5 else turned  # noqa: PLR2004  fair coins
