"""The start of a training run: network, optimizer, device and precision."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.network import build_model
from StegoMedLib.training.checkpoints import Run
from StegoMedLib.training.transfer import Transfer, transfer

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from StegoMedLib.training.config import TrainingConfig

__all__ = ["start"]


def _transfer(model: torch.nn.Module, weights: Path, normalisation: str) -> Transfer:
    """Take weights from a file, and refuse to freeze the statistics of a backbone that did not get all of its own."""
    found = transfer(model, weights)
    taken, whole = found.parts["backbone"]
    if normalisation == "frozen" and taken < whole:
        raise UnusableInputError(
            f"{weights} does not hold the whole backbone, so that its normalisation cannot be frozen; choose another."
        )
    return found


def _optimizer(model: torch.nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    import torch

    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=rate, momentum=config.momentum, weight_decay=decay)
    return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)


def _processor_has_bfloat16() -> bool:
    import torch

    try:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - PyTorch has no public question
    except (AttributeError, RuntimeError):
        return False


def _precision(name: str, device: torch.device) -> torch.dtype:
    """Choose the type of numbers that the network computes with.

    Raises
    ------
    UnusableInputError
        This device cannot.
    """
    import torch

    on_cuda = device.type == "cuda"
    if name == "auto":
        return torch.float16 if on_cuda else torch.float32
    usable = {
        "float32": True,
        "float16": on_cuda,
        "bfloat16": torch.cuda.is_bf16_supported() if on_cuda else _processor_has_bfloat16(),
    }
    if not usable[name]:
        raise UnusableInputError(f"This {device.type} cannot compute with {name}; choose float32.")
    chosen: torch.dtype = getattr(torch, name)
    return chosen


def start(config: TrainingConfig, *, fresh: bool = True) -> Run:
    """Begin a run: the network with its first weights, and what moves them.

    Parameters
    ----------
    config : TrainingConfig
    fresh : bool
        False leaves out weights from a file, which a checkpoint will replace.

    Returns
    -------
    Run

    Raises
    ------
    UnusableInputError
        The file of weights cannot be used, or the device cannot compute with the precision.
    """
    import torch

    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = _precision(config.precision, device)
    model = build_model(config.shape)
    transferred = ""
    if config.weights and fresh:
        transferred = str(_transfer(model, config.weights, config.shape.normalisation))
    model = model.to(device).to(memory_format=torch.channels_last)
    smoothed = copy.deepcopy(model).eval().requires_grad_(requires_grad=False)
    # Only half precision is short of small numbers.
    scaler = torch.amp.GradScaler(device.type, enabled=precision is torch.float16)
    return Run(
        model.train(),
        smoothed,
        _optimizer(model, config),
        scaler,
        device,
        precision,
        transferred=transferred,
    )
