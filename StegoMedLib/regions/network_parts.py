# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Parts of torchvision's Mask R-CNN that give the same numbers and that ONNX Runtime runs more quickly."""

from __future__ import annotations

from typing import Any

__all__ = ["pooling", "quicken"]

_FINEST = 4  # stride of the pyramid's first level


def pooling(levels: int, **how: int) -> Any:  # noqa: ANN401 - a torch module
    """Make the pooling of boxes from the pyramid's finest levels, of the same numbers as torchvision's.

    Torchvision scatters what it pools into an array of zeros, which takes ONNX Runtime as long as the pooling.
    """
    import torch
    from torchvision.ops import MultiScaleRoIAlign, roi_align

    class Pooling(MultiScaleRoIAlign):  # type: ignore[misc]  # torchvision has no types
        def forward(self, pyramid: Any, boxes: Any, _sizes: object) -> Any:  # noqa: ANN401 - tensors
            images = [torch.full_like(each[:, :1], number) for number, each in enumerate(boxes)]
            regions = torch.cat([torch.cat(images), torch.cat(boxes)], dim=1)
            if levels == 1:
                return self._pooled(pyramid["0"], regions, 0)
            sides = torch.sqrt((regions[:, 3] - regions[:, 1]) * (regions[:, 4] - regions[:, 2]))
            # Lin et al., CVPR 2017, equation 1.
            level = torch.clamp(torch.floor(2 + torch.log2(sides / 224) + 1e-6), 0, levels - 1)
            chosen = [torch.where(level == number)[0] for number in range(levels)]
            pooled = [self._pooled(pyramid[str(each)], regions[rows], each) for each, rows in enumerate(chosen)]
            return torch.cat(pooled)[torch.argsort(torch.cat(chosen))]

        def _pooled(self, features: Any, regions: Any, level: int) -> Any:  # noqa: ANN401 - tensors
            scale = 1 / (_FINEST * 2**level)
            return roi_align(features, regions, self.output_size, scale, self.sampling_ratio)

    return Pooling([str(level) for level in range(levels)], **how)


def quicken(network: Any) -> None:  # noqa: ANN401 - torchvision's RegionProposalNetwork
    """Let a network of proposals, outside training, decode only those that are among the best of their level.

    Parameters
    ----------
    network : torchvision.models.detection.rpn.RegionProposalNetwork
        Changed in place.
    """
    from torchvision.models.detection.rpn import RegionProposalNetwork

    class Proposals(RegionProposalNetwork):  # type: ignore[misc]  # torchvision has no types
        def forward(self, images: Any, features: Any, targets: Any = None) -> Any:  # noqa: ANN401 - tensors
            if self.training:
                return super().forward(images, features, targets)
            levels = list(features.values())
            anchors = self.anchor_generator(images, levels)
            found = [_rated(self.head, each) for each in levels]
            return [
                _best(self, [(logits[number], deltas[number]) for logits, deltas in found], anchors[number], size)
                for number, size in enumerate(images.image_sizes)
            ], {}

    network.__class__ = Proposals


def _rated(head: Any, features: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a module, tensors
    """Logits (B, N) and box deltas (B, N, 4) of all anchors of a level, by one convolution for both."""
    import torch

    parts = (head.cls_logits, head.bbox_pred)
    weight, bias = (torch.cat([getattr(each, name) for each in parts]) for name in ("weight", "bias"))
    both = torch.nn.functional.conv2d(head.conv(features), weight, bias).permute(0, 2, 3, 1)
    kinds = parts[0].out_channels
    return both[..., :kinds].flatten(1), both[..., kinds:].reshape(len(both), -1, 4)


def _best(network: Any, found: list[tuple[Any, Any]], anchors: Any, size: tuple[int, int]) -> Any:  # noqa: ANN401
    """The proposals (N, 4) of one image: the best of each level, without those that lie on better ones."""
    import torch
    from torchvision.ops import clip_boxes_to_image, nms, remove_small_boxes

    logits, deltas, chosen, level, start = [], [], [], [], 0
    for number, (rating, delta) in enumerate(found):
        best, rows = rating.topk(min(network.pre_nms_top_n(), len(rating)))
        logits.append(best)
        deltas.append(delta[rows])
        chosen.append(anchors[start : start + len(rating)][rows])
        level.append(torch.full_like(rows, number))
        start += len(rating)
    boxes = network.box_coder.decode(torch.cat(deltas), [torch.cat(chosen)])[:, 0]
    boxes = clip_boxes_to_image(boxes, size)
    kept = remove_small_boxes(boxes, network.min_size)
    boxes, scores, levels = boxes[kept], torch.sigmoid(torch.cat(logits))[kept], torch.cat(level)[kept]
    apart = boxes + (levels * (boxes.max() + 1))[:, None]  # boxes of two levels never meet
    return boxes[nms(apart, scores, network.nms_thresh)[: network.post_nms_top_n()]]
