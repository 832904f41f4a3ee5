"""Runs the shipped network with PyTorch: the weights of the ONNX file in the network that was exported.

There is one file of weights for both engines, and no pickle in it.
"""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import ctypes
import importlib.util
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from StegoMedLib.errors import StegoMedError, UnusableInputError
from StegoMedLib.regions.paste import Detections

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["ROUNDED", "TorchEngine", "gpu_at_hand", "load_network", "read_weights"]

Result = TypeVar("Result")

_TRIAL = 64  # rows and columns of the image that a device is tried with
_NEEDED = ("torch", "torchvision", "onnx")
_REMEDY = "choose the engine 'onnx'"
_OTHER = "PyTorch cannot build this model, which was exported by another version of StegoMed"
_PREFIX = "model."
"""Of the module around the network in `StegoMedLib.training.export`."""
ROUNDED = "rounded."
"""Of constants that only the graph's 8-bit convolutions need."""
_GRID = (".scale", ".zero")  # of the 256 values to which something is rounded
_COUNTERS = "num_batches_tracked"  # of batch normalisation, in training only


def gpu_at_hand() -> bool:
    """Tell whether PyTorch could run on a CUDA device; without a driver PyTorch itself is not imported."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    if any(importlib.util.find_spec(package) is None for package in _NEEDED):
        return False
    try:
        import torch
    except (ImportError, OSError):  # OSError: a library that it needs is missing
        return False
    return torch.cuda.is_available()


def read_weights(content: bytes) -> dict[str, NDArray[np.generic]]:
    """Read the named weights of an ONNX file, of its content.

    Tensors that were stored as 8-bit numbers with a scale for each output channel are multiplied back as the graph
    itself does it.

    Returns
    -------
    dict of str to ndarray
        By the names of the network's state dictionary.

    Raises
    ------
    UnusableInputError
        The package 'onnx' is missing, or this is no ONNX file whose weights lie in it.
    """
    stored = _stored(content)
    weights: dict[str, NDArray[np.generic]] = {}
    for name, values in stored.items():
        if name.startswith(ROUNDED):
            continue
        whole, scale = name.removesuffix("_small"), stored.get(f"{name.removesuffix('_small')}_scale")
        if scale is not None:
            if scale.shape != (*values.shape[:1], *(1 for _ in values.shape[1:])):  # else it would stretch them
                raise UnusableInputError(f"The model has scales that fit no weights; install it again, or {_REMEDY}.")
            weights[whole.removeprefix(_PREFIX)] = values.astype(np.float32) * scale.astype(np.float32)
        elif name.removesuffix("_scale") == name:
            weights[name.removeprefix(_PREFIX)] = values
    return weights


def _stored(content: bytes) -> dict[str, NDArray[np.generic]]:
    """Constants of an ONNX file by name; raises as `read_weights` does."""
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise UnusableInputError(f"The package 'onnx' is missing; install it, or {_REMEDY}.") from error
    try:
        return dict(_named_values(each) for each in onnx.load_from_string(content).graph.initializer)
    except (DecodeError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError) as error:
        raise UnusableInputError(f"The model is not an ONNX file; install StegoMed again, or {_REMEDY}.") from error


def _named_values(tensor: Any) -> tuple[str, NDArray[np.generic]]:  # noqa: ANN401 - a message of protobuf
    """Name of a tensor, and its numbers, which lie in the file itself, as many as it says."""
    import onnx

    if tensor.data_location != onnx.TensorProto.DEFAULT or not isinstance(tensor.name, str):
        raise ValueError("the weights are in another file, or their name is not a text")
    values: NDArray[np.generic] = onnx.numpy_helper.to_array(tensor)
    if values.dtype.kind not in "iuf":
        raise ValueError("the weights are numbers of an unknown kind")
    return tensor.name, values


def _grids(content: bytes) -> dict[str, tuple[float, float]]:
    """Scale and zero point of what modules read (``name.input``) and give (``name.output``), where they are rounded."""
    stored, found = _stored(content), {}
    for name in stored:
        key = name.removeprefix(ROUNDED).removesuffix(_GRID[0])
        if key.endswith((".input", ".output")) and name == f"{ROUNDED}{key}{_GRID[0]}":
            scale, zero = (stored.get(f"{ROUNDED}{key}{kind}", np.zeros(0)) for kind in _GRID)
            if scale.size != 1 or zero.size != 1 or not 0 < scale.item() < np.inf:
                raise UnusableInputError(f"The model rounds to no numbers; install it again, or {_REMEDY}.")
            found[key] = float(scale.item()), float(zero.item())
    return found


def _round(network: Any, grids: Mapping[str, tuple[float, float]]) -> None:  # noqa: ANN401 - a torch module
    """Let modules read and give what they do in the graph, where convolutions see 8-bit numbers."""

    def rounded(values: Any, scale: float, zero: float) -> Any:  # noqa: ANN401 - tensors
        return values.div(scale).round_().add_(zero).clamp_(0, 255).sub_(zero).mul_(scale)

    for key, grid in grids.items():
        name, _, what = key.rpartition(".")
        module = network.get_submodule(name)
        if what == "input":
            module.register_forward_pre_hook(lambda _, given, grid=grid: (rounded(given[0], *grid), *given[1:]))
        else:
            module.register_forward_hook(lambda _, _given, output, grid=grid: rounded(output, *grid))


def load_network(content: bytes, shape: Mapping[str, int | str]) -> Any:  # noqa: ANN401 - a torch module
    """Build the network that a model's card describes and give it the file's weights; nothing in it is rounded.

    Raises
    ------
    UnusableInputError
        As `TorchEngine`.
    """
    import torch

    from StegoMedLib.regions.network import ModelShape, build_model, sizes_of

    weights = read_weights(content)
    other = UnusableInputError(f"{_OTHER}; {_REMEDY}.")
    try:
        wanted = sizes_of(ModelShape(**shape))  # type: ignore[arg-type]
    except (TypeError, StegoMedError) as error:
        raise other from error
    counted = {name: size for name, size in wanted.items() if not name.endswith(_COUNTERS)}
    if not shape or counted != {name: values.shape for name, values in weights.items()}:
        raise other
    model = build_model(ModelShape(**shape))  # type: ignore[arg-type]
    model.load_state_dict({name: torch.from_numpy(values.copy()) for name, values in weights.items()}, strict=False)
    return model.eval()


class TorchEngine:
    """The same network as `StegoMedLib.regions.onnx_engine.OnnxEngine` runs, in single precision on CPU or CUDA.

    Parameters
    ----------
    content : bytes
        The shipped ONNX file.
    shape : mapping of str to int or str
        ``shape`` of the JSON file beside it.
    device : str
        As PyTorch names devices; ``""`` takes CUDA where there is one.

    Raises
    ------
    UnusableInputError
        A package is missing, or the network cannot be built.
    """

    def __init__(self, content: bytes, shape: Mapping[str, int | str], device: str = "") -> None:
        try:
            import torch
            import torchvision  # noqa: F401
        except (ImportError, OSError, RuntimeError) as error:  # RuntimeError: torchvision was built for another torch
            raise UnusableInputError(
                "PyTorch or torchvision is missing, or the two do not fit together; install the extra "
                f"'stegomed[torch]', or {_REMEDY}."
            ) from error
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._model = load_network(content, shape)
        try:
            _round(self._model, _grids(content))
        except AttributeError as error:  # it has no such module
            raise UnusableInputError(f"{_OTHER}; {_REMEDY}.") from error
        if self._device.type != "cpu":
            self._move()

    def _move(self) -> None:
        """Move the network to its device and try it there: drivers, builds and memory show only then."""
        self._model = _told(lambda: self._model.to(self._device), self._device)
        self.detect(np.zeros((3, _TRIAL, _TRIAL), dtype=np.float32))

    def detect(self, image: NDArray[np.float32]) -> Detections:
        """Run the network on one image of shape (3, side, side).

        Raises
        ------
        UnusableInputError
            The device cannot run it, for want of memory say.
        """
        return self.detect_many([image])[0]

    def detect_many(self, images: Sequence[NDArray[np.float32]]) -> list[Detections]:
        """Run the network on several images of shape (3, side, side) at once."""
        import torch

        exact = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
        with exact, torch.inference_mode():
            return _told(
                lambda: [
                    _detections(each)
                    for each in self._model([torch.from_numpy(image).to(self._device) for image in images])
                ],
                self._device,
            )


def _told(work: Callable[[], Result], device: object) -> Result:
    """Do some work on a device and translate what goes wrong there."""
    try:
        return work()
    except RuntimeError as error:  # the class of all that CUDA and its libraries report
        raise UnusableInputError(f"PyTorch cannot run the network on '{device}'; {_REMEDY}.") from error


def _detections(found: Mapping[str, Any]) -> Detections:
    boxes, scores, masks = (found[name].cpu().numpy() for name in ("boxes", "scores", "masks"))
    return Detections(boxes, scores, masks[:, 0])
