"""Backbones of the Mask R-CNN, each with a feature pyramid, and how they are normalised."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import functools
import math
from typing import Any

from StegoMedLib.choices import BACKBONES, NORMALISATIONS
from StegoMedLib.errors import UsageError

__all__ = ["BACKBONES", "NORMALISATIONS", "build_backbone", "check_names"]

_MOST_GROUPS = 32
# Which layers feed the pyramid (strides 4, 8, 16, 32), and their channels.
_RESNET_LAYERS = {f"layer{level}": str(level - 1) for level in (1, 2, 3, 4)}
_WIDTHS = {
    "resnet18": [64, 128, 256, 512],
    "resnet50": [256, 512, 1024, 2048],
    "resnet101": [256, 512, 1024, 2048],
    "mobilenet_v3_large": [24, 40, 112, 960],
}
_MOBILENET_LAYERS = {"3": "0", "6": "1", "12": "2", "16": "3"}


def _groups(channels: int) -> Any:  # noqa: ANN401 - torch.nn.GroupNorm
    """Make a group normalisation (Wu and He, ECCV 2018) of 32 groups, or as many as divide the channels evenly."""
    from torch import nn

    return nn.GroupNorm(math.gcd(_MOST_GROUPS, channels), channels)


def _normalisation(name: str, backbone: str) -> Any:  # noqa: ANN401 - a class or function that makes a layer
    from torch import nn
    from torchvision.ops.misc import FrozenBatchNorm2d

    # MobileNetV3 was published with this epsilon; pretrained statistics only fit with their own.
    epsilon = 1e-3 if backbone == "mobilenet_v3_large" else 1e-5
    if name == "group":
        return _groups
    if name == "frozen":
        return functools.partial(FrozenBatchNorm2d, eps=epsilon)
    if backbone == "mobilenet_v3_large":
        return functools.partial(nn.BatchNorm2d, eps=epsilon, momentum=0.01)
    return nn.BatchNorm2d


def check_names(backbone: str, normalisation: str) -> None:
    """Raise UsageError for a backbone or a normalisation that does not exist."""
    for kind, given, known in (
        ("backbone", backbone, BACKBONES),
        ("normalisation", normalisation, NORMALISATIONS),
    ):
        if given not in known:
            raise UsageError(f"There is no {kind} '{given}'; choose one of {', '.join(known)}.")


def build_backbone(backbone: str, pyramid_channels: int, normalisation: str = "batch") -> Any:  # noqa: ANN401
    """Build a backbone with a feature pyramid (Lin et al., CVPR 2017) and random weights.

    Parameters
    ----------
    backbone : str
        One of `BACKBONES`.
    pyramid_channels : int
        Channels of each of the pyramid's five levels (strides 4 to 64).
    normalisation : str
        ``"batch"``; ``"frozen"``, fixed statistics and factors, which only makes sense with pretrained weights;
        ``"group"``, which does not depend on the batch.

    Returns
    -------
    torch.nn.Module
        Maps images of shape (N, 3, H, W) to an ordered dictionary of feature maps.

    Raises
    ------
    UsageError
        The backbone or the normalisation is unknown.
    """
    from torchvision import models
    from torchvision.models.detection.backbone_utils import BackboneWithFPN

    check_names(backbone, normalisation)
    layer = _normalisation(normalisation, backbone)
    if backbone == "mobilenet_v3_large":
        body: Any = models.mobilenet_v3_large(weights=None, norm_layer=layer).features
        layers = _MOBILENET_LAYERS
    else:
        # Deep residual nets start best as the identity (Goyal et al. 2017, section 5.1): blocks end in a factor of 0.
        deep = backbone != "resnet18"
        body = getattr(models, backbone)(weights=None, norm_layer=layer, zero_init_residual=deep)
        layers = _RESNET_LAYERS
    return BackboneWithFPN(body, layers, _WIDTHS[backbone], pyramid_channels)
