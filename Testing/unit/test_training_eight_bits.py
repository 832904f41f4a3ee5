"""Convolutions on 8-bit numbers: near what they were, with weights of 7 bits, and what surrounds them still whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.regions.torch_engine import read_weights
from StegoMedLib.training.eight_bits import convolutions, measure_ranges
from StegoMedLib.training.rewriting import run_on_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

torch: Any = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


class Block(torch.nn.Module):  # type: ignore[misc]  # torch has no types
    """A residual block."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = torch.nn.Conv2d(32, 32, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(32)
        self.conv2 = torch.nn.Conv2d(32, 32, 3, padding=1)

    def forward(self, values: Any) -> Any:
        return torch.relu(values + self.conv2(torch.relu(self.bn1(self.conv1(values)))))


class Network(torch.nn.Module):  # type: ignore[misc]
    """A first convolution with pooling, a block, and a head of one channel that stays as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 32, 7, padding=3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(32)
        self.block = Block()
        self.head = torch.nn.Conv2d(32, 1, 1)

    def forward(self, images: Any) -> Any:
        first = torch.relu(self.bn1(self.conv1(images[0][None])))
        return self.head(self.block(torch.nn.functional.max_pool2d(first, 2)))


class Wrapped(torch.nn.Module):  # type: ignore[misc]
    """Gives names as those of an export."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Any) -> Any:
        return self.model([image])


@pytest.fixture
def network() -> Any:
    torch.manual_seed(3)
    model = Network().eval()
    for norm in (model.bn1, model.block.bn1):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        with torch.no_grad():
            norm.weight.normal_()  # negative ones, too
            norm.bias.normal_()
    return model


def traced(network: Any, path: Path) -> Any:
    wrapped = Wrapped(network).eval()
    wrapped.training = True
    torch.onnx.export(
        wrapped,
        (torch.zeros(3, 32, 32),),
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=["image"],
        output_names=["found"],
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    )
    return onnx.load(str(path))


def images() -> list[NDArray[np.float32]]:
    return list(np.random.default_rng(1).random((4, 3, 32, 32), dtype=np.float32))


def found(graph: Any) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return [session.run(None, {"image": image})[0] for image in images()]


def test_large_convolutions_are_found_with_what_follows_them(network: Any, tmp_path: Path) -> None:
    chosen = convolutions(traced(network, tmp_path / "a.onnx").graph)
    assert [(each.name, each.end, each.rectified, each.reader) for each in chosen] == [
        ("conv1", "bn1", True, "conv1"),
        ("block.conv1", "block.bn1", True, ""),  # pooling reads what the first gave, which is rounded
        ("block.conv2", "block.conv2", False, ""),
    ]


def test_rounded_convolutions_give_nearly_the_same(network: Any, tmp_path: Path) -> None:
    graph = traced(network, tmp_path / "a.onnx")
    before = found(graph)
    chosen = convolutions(graph.graph)
    run_on_bytes(graph.graph, chosen, measure_ranges(network, chosen, images()))
    onnx.checker.check_model(graph)
    spread = max(float(np.ptp(each)) for each in before)
    for one, other in zip(before, found(graph), strict=True):
        assert np.abs(one - other).max() < 0.05 * spread
    assert [each.op_type for each in graph.graph.node].count("BatchNormalization") == 0


def test_every_weight_comes_back_from_a_rounded_graph(network: Any, tmp_path: Path) -> None:
    graph = traced(network, tmp_path / "a.onnx")
    chosen = convolutions(graph.graph)
    run_on_bytes(graph.graph, chosen, measure_ranges(network, chosen, images()))
    weights, expected = read_weights(graph.SerializeToString()), network.state_dict()
    assert set(weights) == {name for name in expected if not name.endswith("num_batches_tracked")}
    for name, values in weights.items():
        assert np.abs(values - expected[name].numpy()).max() <= 0.51 * float(expected[name].abs().max()) / 64
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.graph.initializer}
    small = [values for name, values in stored.items() if name.endswith("_small")]
    assert len(small) == 3
    assert all(np.abs(each.astype(int)).max() == 64 for each in small)
