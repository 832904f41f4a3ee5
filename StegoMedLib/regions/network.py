"""Mask R-CNN (He et al., ICCV 2017) for one class, "body", trimmed to run quickly on a processor.

Against torchvision's defaults: few proposals, a feature pyramid and heads of fewer channels, and a mask branch that
reads the finest pyramid level whatever the size of the box. A body often fills the image; by its size its mask would be
cut from a 16 x 16 grid.
"""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from StegoMedLib.choices import BACKBONES, NORMALISATIONS
from StegoMedLib.errors import UsageError
from StegoMedLib.regions.prepare import SIDE

if TYPE_CHECKING:
    import torch

__all__ = ["BACKBONES", "NORMALISATIONS", "ModelShape", "build_model", "sizes_of"]

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


_MEAN, _STD = (0.25, 0.35, 0.45), (0.30, 0.33, 0.42)
_ANCHORS = (16, 32, 64, 128, 224)  # in a square of SIDE
_COARSEST = 32  # stride of the backbone's last level
_LARGEST = 2048  # what a checkpoint may ask for


@dataclass(frozen=True)
class ModelShape:
    """What defines a network apart from its weights.

    Attributes
    ----------
    backbone : str
        One of ``BACKBONES``.
    pyramid_channels : int
        Channels of every level of the feature pyramid.
    box_features : int
        Width of the box head.
    mask_channels : int
        Channels of the mask head.
    mask_pool : int
        Side of the grid that the mask head reads; masks are twice as fine.
    normalisation : str
        Of the backbone: ``"batch"``; ``"frozen"``, fixed statistics and factors, which only makes sense with pretrained
        weights; ``"group"``, which does not depend on the batch. The mask head always has batch normalisation, over all
        bodies of a batch.
    side : int
        Rows and columns of the square that the network sees.

    Raises
    ------
    UsageError
        A name is unknown or a size is none.
    """

    backbone: str = "resnet18"
    pyramid_channels: int = 128
    box_features: int = 256
    mask_channels: int = 64
    mask_pool: int = 48
    normalisation: str = "batch"
    side: int = SIDE

    def __post_init__(self) -> None:
        """Refuse what is no network; a checkpoint may say anything."""
        named = (("backbone", self.backbone, BACKBONES), ("normalisation", self.normalisation, NORMALISATIONS))
        for kind, given, known in named:
            if given not in known:
                raise UsageError(f"There is no {kind} '{given}'; choose one of {', '.join(known)}.")
        sizes = (self.pyramid_channels, self.box_features, self.mask_channels, self.mask_pool, self.side)
        if not all(type(size) is int and 1 <= size <= _LARGEST for size in sizes):
            raise UsageError(f"The sizes of a network are whole numbers from 1 to {_LARGEST}.")
        if self.side % _COARSEST:
            raise UsageError(f"The side of a network's square is a multiple of {_COARSEST}.")


def _backbone(shape: ModelShape) -> Any:  # noqa: ANN401 - a torch module
    """Make a backbone with a feature pyramid (Lin et al., CVPR 2017) of five levels, of strides 4 to 64."""
    from torchvision import models
    from torchvision.models.detection.backbone_utils import BackboneWithFPN

    name, layer = shape.backbone, _normalisation(shape.normalisation, shape.backbone)
    if name == "mobilenet_v3_large":
        body: Any = models.mobilenet_v3_large(weights=None, norm_layer=layer).features
        layers = _MOBILENET_LAYERS
    else:
        # Deep residual nets start best as the identity (Goyal et al. 2017, section 5.1): blocks end in a factor of 0.
        body = getattr(models, name)(weights=None, norm_layer=layer, zero_init_residual=name != "resnet18")
        layers = _RESNET_LAYERS
    return BackboneWithFPN(body, layers, _WIDTHS[name], shape.pyramid_channels)


def _mask_head(shape: ModelShape) -> tuple[Any, Any]:
    """Make the mask head (three convolutions) and its predictor, which doubles the grid."""
    from torch import nn
    from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor

    width = shape.mask_channels
    head = MaskRCNNHeads(shape.pyramid_channels, (width,) * 3, 1, norm_layer=nn.BatchNorm2d)
    return head, MaskRCNNPredictor(width, width, 2)


def _anchors(side: int) -> Any:  # noqa: ANN401 - a torch module
    """Make the generator of anchors, of one size for each level of the pyramid."""
    from torchvision.models.detection.anchor_utils import AnchorGenerator

    sizes = tuple((round(size * side / SIDE),) for size in _ANCHORS)
    return AnchorGenerator(sizes, ((0.5, 1.0, 2.0),) * len(sizes))


def build_model(shape: ModelShape) -> torch.nn.Module:
    """Build a Mask R-CNN for square images of ``shape.side`` with random weights.

    Returns
    -------
    torch.nn.Module
        In training it maps (images, targets) to losses, in evaluation images to boxes, scores, labels and masks, as
        torchvision's detection models do, but with masks on a grid of twice `ModelShape.mask_pool` over each box.
    """
    from torchvision.models.detection import MaskRCNN
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead

    from StegoMedLib.regions.network_parts import pooling, quicken

    head, predictor = _mask_head(shape)
    model: Any = MaskRCNN(
        _backbone(shape),
        min_size=shape.side,
        max_size=shape.side,
        image_mean=list(_MEAN),
        image_std=list(_STD),
        _skip_resize=True,
        rpn_anchor_generator=_anchors(shape.side),
        rpn_pre_nms_top_n_train=200,
        rpn_pre_nms_top_n_test=200,
        rpn_post_nms_top_n_train=50,
        rpn_post_nms_top_n_test=50,
        rpn_batch_size_per_image=64,
        box_roi_pool=pooling(4, output_size=7, sampling_ratio=1),
        box_head=TwoMLPHead(shape.pyramid_channels * 7**2, shape.box_features),
        box_predictor=FastRCNNPredictor(shape.box_features, 2),
        box_batch_size_per_image=32,
        box_detections_per_img=8,
        mask_roi_pool=pooling(1, output_size=shape.mask_pool, sampling_ratio=1),
        mask_head=head,
        mask_predictor=predictor,
    )
    model.transform.postprocess = _small_masks
    quicken(model.rpn)
    network: torch.nn.Module = model
    return network


def sizes_of(shape: ModelShape) -> dict[str, tuple[int, ...]]:
    """Tell the names and sizes of a network's weights without their memory: a file may claim a network of gigabytes."""
    import torch

    with torch.device("meta"):
        return {name: tuple(each.shape) for name, each in build_model(shape).state_dict().items()}


def _small_masks(found: Any, *_sizes: object) -> Any:  # noqa: ANN401 - a list of dictionaries of tensors
    """Leave detections as they are, small masks and boxes in the square: pasting is the same array code everywhere."""
    return found
