# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""From a checkpoint to the files that are shipped: an ONNX graph and the JSON file that says how to use it."""

from __future__ import annotations

import hashlib
import json
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import write_whole
from StegoMedLib.regions.model_files import FORMAT, read_sidecar
from StegoMedLib.regions.network import ModelShape
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Detections, Thresholds
from StegoMedLib.regions.torch_engine import load_network
from StegoMedLib.training.checkpoints import load_weights
from StegoMedLib.training.eight_bits import convolutions, measure_ranges
from StegoMedLib.training.evaluate import detect
from StegoMedLib.training.rewriting import run_on_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["export"]

_OPSET = 17
_EXPORTED = ".onnx"
_OUTPUTS = ["boxes", "scores", "masks"]
_LEAST_WEIGHTS = 50_000  # smaller tensors are not worth the rounding
_MATRIX = 2  # dimensions of what has output channels
_LARGEST = 127  # of 8 bits
# The exported network may differ from the trained one by the rounding of its weights, no more.
_TOLERANCE = {"boxes": 1.0, "scores": 0.02, "masks": 0.01}


def _wrap(model: Any) -> Any:  # noqa: ANN401 - a torch module
    """Let a network take one image and give a tuple: boxes (N, 4), scores (N,), masks (N, M, M)."""
    from torch import nn

    class OneImage(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, image: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - a tensor
            (found,) = self.model([image])
            return found["boxes"], found["scores"], found["masks"][:, 0]

    return OneImage().eval()


def _trace(model: Any, image: NDArray[np.float32], path: Path) -> None:  # noqa: ANN401 - a torch module
    """Write the graph. The tracing exporter, because the newer one fails on detection models (vision#9306, #9462).

    Its weights keep the names that they have in the network, so that another engine can load them: nothing is folded
    (runtimes do that when they load the graph), and equal tensors stay apart, as they do for a module in training.
    """
    import torch

    wrapped = _wrap(model)
    wrapped.training = True  # of the outermost module alone, which does nothing by itself
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer warns of every shape that it takes for constant
        torch.onnx.export(
            wrapped,
            (torch.from_numpy(image),),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["image"],
            output_names=_OUTPUTS,
            dynamic_axes={name: {0: "bodies"} for name in _OUTPUTS},
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
        )


def _store_small(path: Path) -> None:
    """Store large weights as 8-bit numbers with one scale for each output channel.

    The graph multiplies them back to single precision when it is loaded (runtimes fold constants), so that arithmetic
    stays as it was.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = onnx.load(str(path))
    restored, scales = [], []
    for tensor in graph.graph.initializer:
        values, name = numpy_helper.to_array(tensor), tensor.name
        if tensor.data_type != TensorProto.FLOAT or values.size < _LEAST_WEIGHTS or values.ndim < _MATRIX:
            continue
        rest = tuple(range(1, values.ndim))
        scale = np.maximum(np.abs(values).max(axis=rest, keepdims=True) / _LARGEST, np.finfo(np.float32).tiny)
        tensor.CopyFrom(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), f"{name}_small"))
        scales.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
        restored.append(helper.make_node("Cast", [f"{name}_small"], [f"{name}_whole"], to=TensorProto.FLOAT))
        restored.append(helper.make_node("Mul", [f"{name}_whole", f"{name}_scale"], [name]))
    graph.graph.initializer.extend(scales)
    nodes = [*restored, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def _compute_small(path: Path, model: Any, images: Sequence[NDArray[np.float32]]) -> None:  # noqa: ANN401
    """Let large convolutions run on 8-bit numbers, whose ranges are those of some images."""
    import onnx

    graph = onnx.load(str(path))
    chosen = convolutions(graph.graph)
    run_on_bytes(graph.graph, chosen, measure_ranges(model, chosen, images))
    onnx.save(graph, str(path))


def _trained(checkpoint: Path) -> tuple[Any, ModelShape]:
    """Load the network of a checkpoint, or of a model that was exported before."""
    if checkpoint.suffix.lower() != _EXPORTED:
        return load_weights(checkpoint)
    model = read_sidecar(checkpoint.with_suffix(".json"))
    return load_network(model.content, model.shape), ModelShape(**model.shape)  # type: ignore[arg-type]


def _counting(found: Detections, score: float) -> Detections:
    """Leave out detections that would not count."""
    counts = found.scores >= score
    return Detections(found.boxes[counts], found.scores[counts], found.masks[counts])


def _compare(model: Any, path: Path, image: NDArray[np.float32], score: float) -> dict[str, float]:  # noqa: ANN401
    """Give the differences between the trained and the exported network on one image: greatest, of masks the mean."""
    trained = _counting(detect(model, image), score)
    exported = _counting(OnnxEngine(path.read_bytes()).detect(image), score)
    if trained.boxes.shape != exported.boxes.shape:
        raise UnusableInputError(
            "The exported network finds another number of bodies than the trained one; train longer."
        )
    if not trained.scores.size:
        raise UnusableInputError("The network finds no body in the image for the comparison; give another image.")
    return {
        "boxes": float(np.abs(trained.boxes - exported.boxes).max()),
        "scores": float(np.abs(trained.scores - exported.scores).max()),
        "masks": float(np.abs(trained.masks - exported.masks).mean()),
    }


def export(
    checkpoint: Path,
    target: Path,
    image: NDArray[np.float32],
    limits: Thresholds | None = None,
    calibration: Sequence[NDArray[np.float32]] = (),
) -> dict[str, Any]:
    """Export the smoothed network of a checkpoint.

    Parameters
    ----------
    checkpoint : Path
        ``best.pt`` of a training run, or an exported model.
    target : Path
        The ONNX file to write; a JSON file of the same stem is written beside it.
    image : ndarray of float32, shape (3, side, side)
        A prepared plane that shows a body; the exported network must see the same in it as the trained one.
    limits : Thresholds, optional
        Written into the JSON file.
    calibration : sequence of ndarray of float32, shape (3, side, side)
        Prepared planes of the training series. With them, large convolutions run on 8-bit numbers, for which these
        give the range; without any, all arithmetic is in single precision.

    Returns
    -------
    dict
        The JSON file's content, with ``differences`` between the networks.

    Raises
    ------
    UnusableInputError
        The checkpoint cannot be read, the exported network differs from the trained one, or cannot be written.
    """
    model, shape = _trained(checkpoint)
    limits = limits or Thresholds()
    with TemporaryDirectory() as folder:
        graph = Path(folder, "model.onnx")
        _trace(model, image, graph)
        if calibration:
            _compute_small(graph, model, calibration)
        _store_small(graph)
        differences = _compare(model, graph, image, limits.score)
        content = graph.read_bytes()
    if any(differences[name] > _TOLERANCE[name] for name in _OUTPUTS):
        raise UnusableInputError(
            f"The exported network differs from the trained one ({differences}); it cannot be used."
        )
    about = {
        "format": FORMAT,
        "side": shape.side,
        "shape": asdict(shape),
        "score_threshold": limits.score,
        "mask_threshold": limits.mask,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    write_whole(target, content)
    write_whole(target.with_suffix(".json"), (json.dumps(about, indent=1) + "\n").encode())
    return {**about, "differences": differences}
