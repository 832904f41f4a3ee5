"""What training learns from: planes with reference masks, drawn and augmented one by one."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.prepare import SIDE, channels, hounsfield, resize, unit_range
from StegoMedLib.training.augment import augment, background_only, phantom

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import torch
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Drawer", "Sample", "instances", "target"]

_KEPT = 1.6  # resolution that samples are kept with, over the network's
_BODY = 0.5  # share of a pixel from which it is body
_SMALLEST_INSTANCE = 40 / SIDE**2  # share of the square
_PHANTOMS, _BACKGROUNDS = 0.08, 0.03


@dataclass(frozen=True)
class Sample:
    """A plane and its reference mask.

    Attributes
    ----------
    name : str
        For reports.
    series : str
        Group that results are given for, and that draws are balanced over.
    plane : Plane
    mask : ndarray of bool, shape (H, W)
        True on the body.
    """

    name: str
    series: str
    plane: Plane
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class _Kept:
    """A sample shrunk for quick augmentation."""

    image: NDArray[np.float32]
    mask: NDArray[np.float32]
    is_ct: bool


def _keep(sample: Sample, side: int) -> _Kept:
    shrink = min(1.0, _KEPT * side / max(sample.plane.shape))
    rows, columns = (max(1, round(extent * shrink)) for extent in sample.plane.shape)
    image = np.clip(resize(unit_range(sample.plane), rows, columns), 0.0, 1.0)
    mask = np.clip(resize(sample.mask.astype(np.float32), rows, columns), 0.0, 1.0)
    return _Kept(image, mask, hounsfield(sample.plane) is not None)


def instances(mask: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Split a mask into its connected parts, leaving out specks.

    Parameters
    ----------
    mask : ndarray of float32, shape (side, side)
        The body's share of each pixel.

    Returns
    -------
    list of ndarray of float32, shape (side, side)
        Each part with its soft edge.
    """
    labels, count = ndimage.label(mask > _BODY)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    parts = []
    for label in 1 + np.flatnonzero(sizes >= _SMALLEST_INSTANCE * mask.size):
        near = ndimage.binary_dilation(labels == label, iterations=1)
        parts.append(np.where(near, mask, 0.0).astype(np.float32))
    return parts


def target(mask: NDArray[np.float32]) -> dict[str, Any]:
    """Make torchvision's target (boxes, labels, soft masks) from a mask of shape (side, side)."""
    import torch

    parts = instances(mask)
    boxes = []
    for part in parts:
        rows, columns = np.flatnonzero((part > _BODY).any(axis=1)), np.flatnonzero((part > _BODY).any(axis=0))
        boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    return {
        "boxes": torch.tensor(np.array(boxes, dtype=np.float32).reshape(-1, 4)),
        "labels": torch.ones(len(parts), dtype=torch.int64),
        "masks": torch.from_numpy(np.array(parts, dtype=np.float32).reshape(-1, *mask.shape)),
    }


class Drawer:
    """Draws augmented training images, series by series with a frequency of the square root of their lengths.

    Parameters
    ----------
    samples : iterable of Sample
    seed : int
        Together with a batch's number it fixes the batch, so that a resumed run goes on as if it had never stopped.
    emphasis : mapping of str to float
        Factor on a series' frequency.
    side : int
        Rows and columns of the images.

    Raises
    ------
    UnusableInputError
        There is no sample.
    """

    def __init__(self, samples: Iterable[Sample], seed: int, emphasis: Mapping[str, float], side: int = SIDE) -> None:
        listed = list(samples)
        if not listed:
            raise UnusableInputError("There is nothing to train on; give images that have reference masks.")
        self._seed, self._side = seed, side
        self._kept = [_keep(sample, side) for sample in listed]
        self._weights = _frequencies([sample.series for sample in listed], emphasis)

    def _draw_one(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        kind = rng.random()
        if kind < _BACKGROUNDS:
            return background_only(rng, self._side)
        if kind < _BACKGROUNDS + _PHANTOMS:
            return phantom(rng, self._side)
        kept = self._kept[rng.choice(len(self._kept), p=self._weights)]
        return augment(rng, kept.image, kept.mask, is_ct=kept.is_ct, side=self._side)

    def batch(self, number: int, size: int) -> tuple[list[torch.Tensor], list[dict[str, Any]]]:
        """Draw images of shape (3, side, side) and their targets; at least one image shows a body."""
        import torch

        rng = np.random.default_rng([self._seed, number])
        while True:
            pairs = [self._draw_one(rng) for _ in range(size)]
            targets = [target(mask) for _, mask in pairs]
            if any(len(each["boxes"]) for each in targets):
                return [torch.from_numpy(channels(image)) for image, _ in pairs], targets


def _frequencies(series: Sequence[str], emphasis: Mapping[str, float]) -> NDArray[np.float64]:
    """Give each sample its share of the draws; sums to 1."""
    names, inverse, counts = np.unique(np.array(series), return_inverse=True, return_counts=True)
    factors = np.array([emphasis.get(str(name), 1.0) for name in names])
    weights = (factors / np.sqrt(counts))[inverse]
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
