"""The second engine: the same masks from the same file, and what is said where it cannot run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import StegoMedLib.training.export as exporting
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions import RegionFinder, make_finder, maskrcnn
from StegoMedLib.regions.model_files import find_model
from StegoMedLib.regions.network import ModelShape, build_model
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.torch_engine import TorchEngine, gpu_at_hand, read_weights

ROOT = Path(__file__).resolve().parents[2]

# A fresh process finds the body in a phantom with the engine that it is told, and prints what it found and imported.
FRESH = """
import hashlib, sys
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
phantom = phantom_series(slices=3, size=192)
finder = make_finder("maskrcnn", sys.argv[1])
masks = [finder.find(Plane(each.astype("int32"), -32768, 32767, ((-2000, -2000),), "CT", 1.0, -1024.0)) for each in
         phantom.stored]
print(hashlib.sha256(b"".join(each.tobytes() for each in masks)).hexdigest(), "torch" in sys.modules)
"""


def fresh(engine: str) -> list[str]:
    command = [sys.executable, "-c", FRESH, engine]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(scope="module")
def both() -> tuple[RegionFinder, RegionFinder]:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    return make_finder("maskrcnn", "onnx"), make_finder("maskrcnn", "torch")


@pytest.mark.data
def test_both_engines_give_nearly_the_same_mask_in_every_series(
    data_dir: Path, both: tuple[RegionFinder, RegionFinder]
) -> None:
    seen = 0
    for series in sorted(each for each in (data_dir / "curated").iterdir() if each.is_dir()):
        files = sorted(series.glob("*.dcm"))
        plane = read_instance(files[len(files) // 2]).plane(0)
        one, two = (each.find(plane) for each in both)
        assert one.any()
        # Both round what convolutions read, but their sums are not the same to the last bit.
        assert iou(one, two) >= 0.99, series.name
        seen += 1
    assert seen == 16


def test_images_in_a_batch_get_what_they_get_alone() -> None:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    model = find_model()
    engine = TorchEngine(model.content, model.shape, "cpu")
    images = list(np.random.default_rng(5).random((3, 3, model.side, model.side), dtype=np.float32))
    images[1][:, 60:200, 60:200] += 3.0
    for alone, together in zip((engine.detect(each) for each in images), engine.detect_many(images), strict=True):
        assert np.allclose(alone.scores, together.scores, atol=1e-4)
        assert np.allclose(alone.boxes, together.boxes, atol=1e-2)


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_fresh_processes_give_the_same_bytes(engine: str) -> None:
    if engine == "torch":
        pytest.importorskip("torchvision")
        pytest.importorskip("onnx")
    assert fresh(engine) == fresh(engine)


def test_without_a_gpu_torch_is_not_even_imported() -> None:
    if gpu_at_hand():
        pytest.skip("there is a GPU")
    assert fresh("auto") == [*fresh("onnx")[:1], "False"]


def test_with_a_gpu_torch_is_taken_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    model = find_model()
    assert isinstance(maskrcnn.make_engine("auto", model), OnnxEngine if not gpu_at_hand() else TorchEngine)
    monkeypatch.setattr(maskrcnn, "gpu_at_hand", lambda: True)
    assert isinstance(maskrcnn.make_engine("auto", model), TorchEngine)
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert isinstance(maskrcnn.make_engine("auto", model), OnnxEngine)


def test_a_device_that_fails_is_said_or_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    model = find_model()
    engine = TorchEngine(model.content, model.shape, "cpu")
    engine._move()
    assert not engine.detect(np.zeros((3, model.side, model.side), dtype=np.float32)).scores.max(initial=0) > 0.5

    def out_of_memory(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(engine, "_model", out_of_memory)
    with pytest.raises(UnusableInputError, match="cannot run the network on 'cpu'; choose the engine 'onnx'"):
        engine.detect(np.zeros((3, 64, 64), dtype=np.float32))
    monkeypatch.setattr(maskrcnn, "gpu_at_hand", lambda: True)
    monkeypatch.setattr(maskrcnn, "TorchEngine", lambda *_: engine.detect(np.zeros((3, 64, 64), dtype=np.float32)))
    assert isinstance(maskrcnn.make_engine("auto", model), OnnxEngine)


@pytest.mark.parametrize("missing", ["torch", "torchvision", "onnx"])
def test_a_missing_package_is_said(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in {"torch", "torchvision", "onnx"} - {missing}:
        pytest.importorskip(package)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UnusableInputError, match=r"missing.*install.*engine 'onnx'"):
        make_finder("maskrcnn", "torch")


def test_a_model_of_another_version_is_said() -> None:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    model = find_model()
    shape = dict(model.shape)
    for wrong in ({}, {**shape, "depth": 7}, {**shape, "backbone": "vgg"}, {**shape, "mask_channels": 8}):
        with pytest.raises(UnusableInputError, match="another version"):
            TorchEngine(model.content, wrong)


@pytest.mark.parametrize("content", [b"this is no graph", b"\x80\x04pickle", b"\xff" * 64])
def test_what_is_no_onnx_file_is_said(content: bytes) -> None:
    pytest.importorskip("onnx")
    with pytest.raises(UnusableInputError, match="not an ONNX file"):
        read_weights(content)


def test_weights_come_back_from_their_small_form() -> None:
    pytest.importorskip("onnx")
    weights = read_weights(find_model().content)
    assert not [name for name in weights if name.endswith(("_small", "_scale"))]
    kernel = weights["backbone.fpn.layer_blocks.0.0.weight"]
    assert kernel.dtype == np.float32
    # At most 255 values for each output channel.
    assert max(np.unique(channel).size for channel in kernel) <= 255


def test_weights_of_8_bit_convolutions_overflow_on_no_processor() -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.load_from_string(find_model().content).graph
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    restored = {each.output[0]: each.input[0] for each in graph.node if each.op_type == "DequantizeLinear"}
    kernels = [
        stored[restored[each.input[1]]] for each in graph.node if each.op_type == "Conv" and each.input[1] in restored
    ]
    assert len(kernels) == 36
    # Two products of a byte and a weight are added in 16 bits where there are no dot products of bytes.
    assert all(kernel.dtype == np.int8 and 2 * 255 * np.abs(kernel.astype(int)).max() < 2**15 for kernel in kernels)


def test_a_grid_that_is_none_is_said() -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("torchvision")
    model = find_model()
    for name, values, said in (
        ("rounded.backbone.body.conv1.input.scale", np.zeros((), dtype=np.float32), "rounds to no numbers"),
        ("rounded.backbone.body.conv1.input.scale", np.ones(3, dtype=np.float32), "rounds to no numbers"),
        ("rounded.backbone.nowhere.input", np.ones((), dtype=np.float32), "another version"),
    ):
        wrong = onnx.load_from_string(model.content)
        kinds = ("",) if name.endswith(".scale") else (".scale", ".zero")
        kept = [each for each in wrong.graph.initializer if each.name != name]
        del wrong.graph.initializer[:]
        wrong.graph.initializer.extend(kept + [onnx.numpy_helper.from_array(values, name + kind) for kind in kinds])
        with pytest.raises(UnusableInputError, match=said):
            TorchEngine(wrong.SerializeToString(), model.shape, "cpu")


@pytest.mark.parametrize(("backbone", "normalisation"), [("resnet18", "group"), ("mobilenet_v3_large", "frozen")])
def test_every_kind_of_network_can_be_loaded_from_its_export(backbone: str, normalisation: str, tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    shape = ModelShape(backbone, 32, 32, 16, 14, normalisation=normalisation)
    model = build_model(shape).eval()
    file = tmp_path / "untrained.onnx"
    exporting._trace(model, np.zeros((3, shape.side, shape.side), dtype=np.float32), file)
    exporting._store_small(file)
    TorchEngine(file.read_bytes(), asdict(shape), "cpu")
    for name, values in read_weights(file.read_bytes()).items():
        trained = model.state_dict()[name].numpy()
        assert np.abs(values - trained).max() <= 0.51 * np.abs(trained).max() / 127, name  # half a step of 8 bits
