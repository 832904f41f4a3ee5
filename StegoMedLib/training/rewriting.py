# ruff: noqa: PLC0415  onnx is not always there; only what uses it imports it.
"""Rewrites the large convolutions of a traced graph so that they run on 8-bit numbers, in half the time.

Weights keep to 7 bits: processors without instructions for dot products of bytes add two products in 16 bits, and
2 x 255 x 64 still fits there. So every processor gives the same whole numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.regions.torch_engine import ROUNDED
from StegoMedLib.training.eight_bits import readers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.training.eight_bits import Convolution, Ranges

__all__ = ["run_on_bytes"]

_LARGEST = 64
_TINY = np.finfo(np.float32).tiny


def run_on_bytes(graph: Any, chosen: Sequence[Convolution], ranges: Ranges) -> None:  # noqa: ANN401
    """Rewrite convolutions in place.

    What they read and give is rounded to 256 values over its range. Their weights become 8-bit numbers with a scale for
    each output channel, named as `StegoMedLib.regions.torch_engine.read_weights` expects; a batch normalisation behind
    one goes into scales and offsets, but its own numbers stay in the file.

    Parameters
    ----------
    graph : onnx.GraphProto
    chosen : sequence of Convolution
        From the same graph.
    ranges : Ranges
    """
    rewriting = _Rewriting(graph, chosen, ranges)
    for each in chosen:
        rewriting.rewrite(each)
    rewriting.finish()


class _Rewriting:
    """A graph while its convolutions are rewritten."""

    def __init__(self, graph: Any, chosen: Sequence[Convolution], ranges: Ranges) -> None:  # noqa: ANN401
        from onnx import numpy_helper

        self._graph, self._ranges = graph, ranges
        self._nodes = [each.node for each in chosen]
        self._given = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self._readers = readers_of(graph)
        self._pooled = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "MaxPool"}
        self._grids: dict[str, str] = {}  # of each tensor that is rounded
        self._values: dict[str, NDArray[Any]] = {}  # new constants
        self._first: dict[str, Any] = {}  # nodes that multiply constants back, by what they give
        self._behind: dict[str, list[Any]] = {}  # nodes that follow the one which gives a tensor

    def rewrite(self, each: Convolution) -> None:
        """Rewrite one convolution."""
        source = each.source
        if each.reader:
            self._round(source, self._grid(f"{each.reader}.input"), self._reads_rounded)
        elif source in self._pooled and source not in self._grids:
            self._round(source, self._grids[self._pooled[source]], lambda _: True)
        weight, (factor, offset) = each.node.input[1], self._folded(each)
        folded = self._shrink(weight, factor)
        steps = folded * self._values[f"{self._grids[source]}.scale"]
        bias = f"{ROUNDED}{each.node.name}"
        self._values[bias] = np.rint(offset / steps.astype(np.float64)).astype(np.int32)
        inputs = [f"{source}_rounded", self._restored(f"{weight}_small", folded), self._restored(bias, steps)]
        del each.node.input[:]
        each.node.input.extend(inputs)
        self._join(each)
        self._round(each.output, self._grid(f"{each.end}.output"), lambda _: True)

    def _reads_rounded(self, node: Any) -> bool:  # noqa: ANN401 - a message of protobuf
        """Tell whether a node reads what a convolution reads: so do others of them, and sums around them."""
        return node.op_type == "Add" or any(node is each for each in self._nodes)

    def _grid(self, key: str) -> str:
        """Name of the grid of what a module reads or gives."""
        name = f"{ROUNDED}{key}"
        low, high = self._ranges[key]
        scale = np.float32(max((high - low) / 255, 1e-8))
        self._values[f"{name}.scale"] = np.array(scale)
        self._values[f"{name}.zero"] = np.array(np.rint(-low / scale), dtype=np.uint8)
        return name

    def _round(self, tensor: str, grid: str, reads: Callable[[Any], bool]) -> None:
        """Round a tensor to a grid for some of the nodes that read it."""
        from onnx import helper

        if tensor in self._grids:
            return
        self._grids[tensor], given, constants = grid, f"{tensor}_rounded", [f"{grid}.scale", f"{grid}.zero"]
        self._behind[tensor] = [
            helper.make_node("QuantizeLinear", [tensor, *constants], [f"{tensor}_bytes"]),
            helper.make_node("DequantizeLinear", [f"{tensor}_bytes", *constants], [given]),
        ]
        for node in self._readers[tensor]:
            if reads(node):
                names = [given if name == tensor else name for name in node.input]
                del node.input[:]
                node.input.extend(names)

    def _folded(self, each: Convolution) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Factor and offset of each output channel, of the convolution's own and of the normalisation behind it."""
        weights, *own = (self._given[name] for name in each.node.input[1:])
        offset = own[0] if own else np.zeros(len(weights), dtype=np.float32)
        if not each.factors:
            return np.ones_like(offset), offset
        gamma, beta, mean, variance = (self._given[name] for name in each.factors)
        factor = (gamma / np.sqrt(variance + each.epsilon)).astype(np.float32)
        return factor, beta + (offset - mean) * factor

    def _shrink(self, weight: str, factor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Keep weights as small numbers; give the scale of each channel with its factor, which is positive."""
        values = self._given[weight]
        most = np.abs(values).max(axis=tuple(range(1, values.ndim)))
        scale = np.copysign(np.maximum(most / _LARGEST, _TINY), factor).astype(np.float32)
        wide = scale.reshape(-1, *(1 for _ in values.shape[1:]))
        self._values[f"{weight}_small"] = np.rint(values / wide).astype(np.int8)
        self._values[f"{weight}_scale"] = wide
        folded: NDArray[np.float32] = np.maximum(scale * factor, _TINY)
        return folded

    def _restored(self, name: str, scale: NDArray[np.float32]) -> str:
        """Name of a constant multiplied by the scale of each output channel."""
        from onnx import helper

        plain = name.removeprefix(ROUNDED)
        inputs, given = [name, f"{ROUNDED}{plain}.scale", f"{ROUNDED}{plain}.zero"], f"{plain}_restored"
        self._values[inputs[1]] = scale
        self._values[inputs[2]] = np.zeros(scale.shape, dtype=self._values[name].dtype)
        self._first[given] = helper.make_node("DequantizeLinear", inputs, [given], axis=0)
        return given

    def _join(self, each: Convolution) -> None:
        """Let a convolution give what the normalisation behind it gave."""
        if each.factors:
            (norm,) = self._readers[each.node.output[0]]
            each.node.output[0] = norm.output[0]
            norm.output[0] = ""

    def finish(self) -> None:
        """Put the new nodes and constants in their places."""
        from onnx import numpy_helper

        nodes = list(self._first.values())
        for node in self._graph.node:
            if list(node.output) != [""]:
                nodes.append(node)
                for name in node.output:
                    nodes.extend(self._behind.get(name, ()))
        kept = [each for each in self._graph.initializer if f"{each.name}_small" not in self._values]
        kept += [numpy_helper.from_array(values, name) for name, values in self._values.items()]
        for field, wanted in (("node", nodes), ("initializer", kept)):
            self._graph.ClearField(field)
            getattr(self._graph, field).extend(wanted)
