"""How well a finder's masks agree with reference masks."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions.paste import Detections, Thresholds, paste
from StegoMedLib.regions.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import torch
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.training.samples import Sample

__all__ = ["agreement", "detect", "torch_find"]


def agreement(find: Callable[[Plane], NDArray[np.bool_]], samples: Iterable[Sample]) -> dict[str, Any]:
    """Compare a finder with reference masks.

    Parameters
    ----------
    find : callable
        Maps a plane to a mask of its shape.
    samples : iterable of Sample

    Returns
    -------
    dict
        ``mean`` and ``min`` of the intersection over union over all planes, and ``series``: the same with the number of
        ``planes`` for each series.
    """
    scores: dict[str, list[float]] = {}
    for sample in samples:
        scores.setdefault(sample.series, []).append(iou(find(sample.plane), sample.mask))
    every = [score for series in scores.values() for score in series]
    return {
        "mean": float(np.mean(every)),
        "min": float(np.min(every)),
        "series": {
            name: {"planes": len(values), "mean": float(np.mean(values)), "min": float(np.min(values))}
            for name, values in sorted(scores.items())
        },
    }


def detect(model: torch.nn.Module, image: NDArray[np.float32]) -> Detections:
    """Run a network in evaluation mode on one image of shape (3, side, side)."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        (found,) = model([torch.from_numpy(image).to(device)])
    boxes, scores, masks = (found[name].float().cpu().numpy() for name in ("boxes", "scores", "masks"))
    return Detections(boxes, scores, masks[:, 0])


def torch_find(model: torch.nn.Module, plane: Plane, limits: Thresholds | None = None) -> NDArray[np.bool_]:
    """Find the body in a plane with a network in evaluation mode; bool, shape of the plane."""
    network: Any = model  # torchvision's, which has no types
    prepared = prepare(plane, network.transform.min_size[0])
    return paste(detect(model, prepared.image), prepared, plane.shape, limits or Thresholds())
