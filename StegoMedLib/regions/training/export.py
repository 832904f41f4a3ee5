# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""From a checkpoint to the files that are shipped: an ONNX graph and the JSON file that says how to use it."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.model_files import FORMAT
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Detections, Thresholds
from StegoMedLib.regions.prepare import SIDE
from StegoMedLib.regions.training.evaluate import detect
from StegoMedLib.regions.training.loop import load_weights

__all__ = ["export"]

_OPSET = 17
_OUTPUTS = ["boxes", "scores", "masks"]
_LEAST_WEIGHTS = 1024  # smaller tensors are not worth a conversion
# The exported network may differ from the trained one by the rounding of its weights, no more.
_TOLERANCE = {"boxes": 1.0, "scores": 0.02, "masks": 0.1}


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
    """Write the graph. The tracing exporter, because the newer one fails on detection models (vision#9306, #9462)."""
    import torch

    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer warns of every shape that it takes for constant
        torch.onnx.export(
            _wrap(model),
            (torch.from_numpy(image),),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["image"],
            output_names=_OUTPUTS,
            dynamic_axes={name: {0: "bodies"} for name in _OUTPUTS},
        )


def _halve(path: Path) -> None:
    """Store large weights as half-precision numbers, cast back when the graph is loaded; arithmetic stays as it was."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = onnx.load(str(path))
    casts = []
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _LEAST_WEIGHTS:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.graph.node.insert(0, cast)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def _counting(found: Detections, score: float) -> Detections:
    """Leave out detections that would not count."""
    counts = found.scores >= score
    return Detections(found.boxes[counts], found.scores[counts], found.masks[counts])


def _compare(model: Any, path: Path, image: NDArray[np.float32], score: float) -> dict[str, float]:  # noqa: ANN401 - a torch module
    """Give the largest difference of each output between the trained and the exported network on one image."""
    trained = _counting(detect(model, image), score)
    exported = _counting(OnnxEngine(path.read_bytes()).detect(image), score)
    if trained.boxes.shape != exported.boxes.shape:
        raise UnusableInputError(
            "The exported network finds another number of bodies than the trained one; train longer."
        )
    return {
        name: float(np.max(np.abs(getattr(trained, name) - getattr(exported, name)), initial=0.0)) for name in _OUTPUTS
    }


def export(
    checkpoint: Path, target: Path, image: NDArray[np.float32], limits: Thresholds | None = None
) -> dict[str, Any]:
    """Export the smoothed network of a checkpoint.

    Parameters
    ----------
    checkpoint : Path
        ``best.pt`` of a training run.
    target : Path
        The ONNX file to write; a JSON file of the same stem is written beside it.
    image : ndarray of float32, shape (3, SIDE, SIDE)
        A prepared plane that shows a body; the exported network must see the same in it as the trained one.
    limits : Thresholds, optional
        Written into the JSON file.

    Returns
    -------
    dict
        The JSON file's content, with ``differences`` between the networks.

    Raises
    ------
    UnusableInputError
        The checkpoint cannot be read, or the exported network differs from the trained one.
    """
    model, shape = load_weights(checkpoint)
    limits = limits or Thresholds()
    target.parent.mkdir(parents=True, exist_ok=True)
    _trace(model, image, target)
    _halve(target)
    differences = _compare(model, target, image, limits.score)
    if any(differences[name] > _TOLERANCE[name] for name in _OUTPUTS):
        raise UnusableInputError(
            f"The exported network differs from the trained one ({differences}); it cannot be used."
        )
    content = target.read_bytes()
    about = {
        "format": FORMAT,
        "side": SIDE,
        "backbone": shape.backbone,
        "score_threshold": limits.score,
        "mask_threshold": limits.mask,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    target.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return {**about, "differences": differences}
