"""Weights of another network as a start: what fits by name and shape is taken, the rest stays random."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_file
from StegoMedLib.regions.model_files import LARGEST_MODEL
from StegoMedLib.regions.torch_engine import read_weights
from StegoMedLib.training.weight_files import read_weight_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import torch

__all__ = ["Transfer", "transfer"]

_REMEDY = "give a checkpoint of 'stegomed train', a model of 'stegomed export', or the weights of a torchvision model."
_EXPORTED = ".onnx"
# Names that torchvision gave up, and what they are called now (its weights for COCO still have them).
_RENAMED = (
    (re.compile(r"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d+)\.(weight|bias)$"), r"\1.0.\2"),
    (re.compile(r"^(rpn\.head\.conv)\.(weight|bias)$"), r"\1.0.0.\2"),
    (re.compile(r"^features\.(?=\d)"), "backbone.body."),
    (re.compile(r"^(?=(?:conv1|bn1|layer\d)\.)"), "backbone.body."),
)
_OLD_MASK_HEAD = re.compile(r"^roi_heads\.mask_head\.mask_fcn(\d)\.(weight|bias)$")
_BLOCK = re.compile(r"^backbone\.body\.(?:layer\d+\.\d+|\d+)(?=\.)")
_COUNTER = "num_batches_tracked"
_PARTS = (
    ("backbone", "backbone.body."),
    ("pyramid", "backbone.fpn."),
    ("proposals", "rpn."),
    ("boxes", "roi_heads.box_"),
    ("masks", "roi_heads.mask_"),
)


@dataclass(frozen=True)
class Transfer:
    """What came from a file of weights.

    Attributes
    ----------
    file : str
        Its name.
    parts : mapping of str to (int, int)
        For ``backbone``, ``pyramid``, ``proposals``, ``boxes`` and ``masks``: weights taken, and weights there are.
    """

    file: str
    parts: Mapping[str, tuple[int, int]]

    def __str__(self) -> str:
        """Give a sentence for people."""
        shares = ", ".join(f"{name} {taken / whole:.0%}" for name, (taken, whole) in self.parts.items())
        return f"Weights taken from {self.file}: {shares}."


def _modern(name: str) -> str:
    """Give a tensor the name that our networks have for it."""
    old = _OLD_MASK_HEAD.match(name)
    if old:
        return f"roi_heads.mask_head.{int(old[1]) - 1}.0.{old[2]}"
    for pattern, replacement in _RENAMED:
        name = pattern.sub(replacement, name)
    return name


def _weights(state: Mapping[str, object]) -> dict[str, Any]:
    """Find the tensors: of our checkpoints the smoothed network, of others what they call model, or the whole file."""
    import torch  # noqa: PLC0415

    for wrapper in ("smoothed", "model", "state_dict"):
        inner = state.get(wrapper)
        if isinstance(inner, dict):
            state = inner
            break
    return {
        _modern(name): value
        for name, value in state.items()
        if isinstance(name, str) and isinstance(value, torch.Tensor) and value.layout is torch.strided
    }


def _given(path: Path) -> dict[str, Any]:
    """Read the tensors of a file: of an exported model, or of what ``torch.save`` wrote."""
    import torch  # noqa: PLC0415

    if path.suffix.lower() != _EXPORTED:
        return _weights(read_weight_file(path, _REMEDY))
    weights = read_weights(read_file(path, LARGEST_MODEL, _REMEDY))
    return {name: torch.from_numpy(values.copy()) for name, values in weights.items()}


def _unit(name: str) -> str:
    """Name what is taken whole or not at all: a block of the backbone, elsewhere a layer.

    Single layers of a block that fit by chance would be wrong ones: the middle of a bottleneck is no first half of a
    plain block.
    """
    block = _BLOCK.match(name)
    return block[0] if block else name.rpartition(".")[0]


def _fitting(network: Mapping[str, torch.Tensor], given: Mapping[str, Any]) -> list[str]:
    """Names of the network's tensors that are taken."""

    def fits(name: str) -> bool:
        there = given.get(name)
        return there is not None and there.shape == network[name].shape and there.is_floating_point()

    counted = [name for name in network if not name.endswith(_COUNTER)]
    broken = {_unit(name) for name in counted if not fits(name)}
    return [name for name in counted if _unit(name) not in broken]


def _numbers(network: Mapping[str, torch.Tensor], names: Iterable[str], prefix: str) -> int:
    return sum(network[name].numel() for name in names if name.startswith(prefix))


def transfer(model: torch.nn.Module, path: Path) -> Transfer:
    """Put the weights of a file into a network where they fit by name and shape, in place.

    Parameters
    ----------
    model : torch.nn.Module
        From ``build_model``.
    path : Path
        A checkpoint of a training run (whatever its backbone), an exported model (``.onnx``), a state dictionary of a
        torchvision detection model (``maskrcnn_resnet50_fpn`` trained on COCO, say) or of a torchvision classifier.

    Returns
    -------
    Transfer

    Raises
    ------
    UnusableInputError
        The file cannot be read, nothing in it fits, or it holds values that are no numbers.
    """
    import torch  # noqa: PLC0415

    network = model.state_dict()
    given = _given(path)
    names = _fitting(network, given)
    if not names:
        raise UnusableInputError(f"Nothing in {path} fits this network; {_REMEDY}")
    if not all(bool(torch.isfinite(given[name]).all()) for name in names):
        raise UnusableInputError(f"{path} holds weights that are not finite numbers; {_REMEDY}")
    with torch.no_grad():
        for name in names:
            network[name].copy_(given[name])
    learnt = [name for name in network if not name.endswith(_COUNTER)]
    return Transfer(
        path.name,
        {part: (_numbers(network, names, prefix), _numbers(network, learnt, prefix)) for part, prefix in _PARTS},
    )
