# ruff: noqa: PLC0415  onnx and PyTorch are not always there; only what uses them imports them.
"""Which convolutions of a traced graph are worth running on 8-bit numbers, and which numbers they meet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Convolution", "Ranges", "convolutions", "measure_ranges", "readers_of"]

_LEAST_WEIGHTS = 4096  # smaller convolutions decide where boxes are, and cost little
_MODEL = "model."
_WEIGHT = ".weight"

Ranges = dict[str, tuple[float, float]]
"""Least and greatest value, by the name of a module and what of it: ``name.input`` or ``name.output``."""


@dataclass(frozen=True)
class Convolution:
    """One use of a convolution in a graph.

    Attributes
    ----------
    name : str
        Of its module in the network.
    node : onnx.NodeProto
    source : str
        The tensor that it reads.
    factors : tuple of str
        Names of gamma, beta, mean and variance of the batch normalisation behind it; empty where there is none.
    epsilon : float
        Of that normalisation.
    output : str
        The tensor behind the normalisation and the rectifier.
    rectified : bool
        Whether there is a rectifier.
    reader : str
        The module whose input is rounded with the convolution's own; empty where what it reads was rounded already.
    """

    name: str
    node: Any
    source: str
    factors: tuple[str, ...]
    epsilon: float
    output: str
    rectified: bool
    reader: str

    @property
    def end(self) -> str:
        """The module that gives what is rounded behind the convolution."""
        return self.factors[0].removeprefix(_MODEL).removesuffix(_WEIGHT) if self.factors else self.name


def readers_of(graph: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - a message of protobuf
    """The nodes that read each tensor."""
    found: dict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            found[name].append(node)
    return found


def _only(nodes: list[Any], kind: str) -> Any:  # noqa: ANN401 - a message of protobuf, or None
    """The one reader of a tensor, if it is of a kind."""
    return nodes[0] if len(nodes) == 1 and nodes[0].op_type == kind else None


def convolutions(graph: Any) -> list[Convolution]:  # noqa: ANN401 - a message of protobuf
    """The large convolutions of a traced graph, in its order."""
    sizes = {each.name: int(np.prod(each.dims)) for each in graph.initializer}
    readers, found = readers_of(graph), []
    pooled = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "MaxPool"}
    rounded: set[str] = set()
    for node in graph.node:
        if node.op_type != "Conv" or sizes.get(node.input[1], 0) < _LEAST_WEIGHTS:
            continue
        name = node.input[1].removeprefix(_MODEL).removesuffix(_WEIGHT)
        output, factors, epsilon = node.output[0], (), 0.0
        norm = _only(readers[output], "BatchNormalization")
        if norm is not None:
            output, factors = norm.output[0], tuple(norm.input[1:])
            epsilon = next(each.f for each in norm.attribute if each.name == "epsilon")
        rectifier = _only(readers[output], "Relu")
        if rectifier is not None:
            output = rectifier.output[0]
        added = any(each.op_type == "Add" for each in readers[node.input[0]])
        seen = node.input[0] in rounded or pooled.get(node.input[0]) in rounded
        reader = "" if seen else name.rpartition(".")[0] if added else name
        found.append(Convolution(name, node, node.input[0], factors, epsilon, output, rectifier is not None, reader))
        rounded.add(output)
    return found


def measure_ranges(model: Any, chosen: Sequence[Convolution], images: Iterable[NDArray[np.float32]]) -> Ranges:  # noqa: ANN401
    """Least and greatest value that modules read and give on some images.

    Parameters
    ----------
    model : torch.nn.Module
        In evaluation mode.
    chosen : sequence of Convolution
    images : iterable of ndarray of float32, shape (3, side, side)

    Returns
    -------
    Ranges
        0 lies in each.
    """
    import torch

    modules, rectified = dict(model.named_modules()), {f"{each.end}.output" for each in chosen if each.rectified}
    found: Ranges = {}

    def widen(key: str, values: Any) -> None:  # noqa: ANN401 - a tensor
        low, high = found.get(key, (0.0, 0.0))
        if values.numel():
            low = low if key in rectified else min(low, float(values.min()))
            found[key] = low, max(high, float(values.max()))

    def before(key: str, _module: object, given: tuple[Any, ...]) -> None:
        widen(key, given[0])

    def behind(key: str, _module: object, _given: object, output: Any) -> None:  # noqa: ANN401 - a tensor
        widen(key, output)

    hooks = [
        modules[name].register_forward_pre_hook(partial(before, f"{name}.input"))
        for name in {each.reader for each in chosen} - {""}
    ]
    hooks += [
        modules[name].register_forward_hook(partial(behind, f"{name}.output")) for name in {each.end for each in chosen}
    ]
    with torch.inference_mode():
        for image in images:
            model([torch.from_numpy(image)])
    for hook in hooks:
        hook.remove()
    return found
