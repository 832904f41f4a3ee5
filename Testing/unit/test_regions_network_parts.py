"""Our parts of Mask R-CNN against those of torchvision that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from StegoMedLib.regions.network import ModelShape, build_model
from StegoMedLib.regions.network_parts import pooling

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")

SIDE = 128


@pytest.mark.parametrize("levels", [1, 4])
def test_boxes_are_pooled_as_torchvision_does(levels: int) -> None:
    torch.manual_seed(1)
    pyramid = {str(each): torch.rand(2, 8, SIDE // 4 >> each, SIDE // 4 >> each) for each in range(4)}
    corners = torch.rand(2, 40, 2, 2) * 700 - 100  # some are larger than the image, for the coarsest levels
    boxes = list(torch.cat([corners.amin(2), corners.amax(2)], dim=2))
    names = [str(each) for each in range(levels)]
    theirs = torchvision.ops.MultiScaleRoIAlign(names, output_size=5, sampling_ratio=1)
    ours = pooling(levels, output_size=5, sampling_ratio=1)
    assert torch.equal(ours(pyramid, boxes, [(SIDE, SIDE)] * 2), theirs(pyramid, boxes, [(SIDE, SIDE)] * 2))


def test_proposals_are_those_of_torchvision() -> None:
    torch.manual_seed(2)
    model: Any = build_model(ModelShape("resnet18", 32, 32, 16, 14, side=SIDE)).eval()
    theirs = torchvision.models.detection.rpn.RegionProposalNetwork
    images, _ = model.transform([torch.rand(3, SIDE, SIDE), torch.rand(3, SIDE, SIDE)])
    with torch.inference_mode():
        pyramid = model.backbone(images.tensors)
        ours, _ = model.rpn(images, pyramid)
        expected, _ = theirs.forward(model.rpn, images, pyramid)
    assert [len(each) for each in ours] == [50, 50]
    for one, other in zip(ours, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-4)
