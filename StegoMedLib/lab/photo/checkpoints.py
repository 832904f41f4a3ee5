# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Checkpoints of the networks that hide in photographs: numbers alone, to go on with or to measure with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import whole_file
from StegoMedLib.lab.photo.config import CHANNELS
from StegoMedLib.lab.photo.network import PhotoNetwork, network_of, sizes_of
from StegoMedLib.training.weight_files import read_weight_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

__all__ = ["PhotoRun", "load_network", "resume", "save"]

_GATHERED = ("exp_avg", "exp_avg_sq")
"""What Adam keeps for each weight."""
_MOST_STEPS = 2**31
_REMEDY = "give last.pt of 'stegomed train photo'."


@dataclass
class PhotoRun:
    """The moving parts of a training run.

    Attributes
    ----------
    network : PhotoNetwork
    optimizer : torch.optim.Adam
    channels : int
        Of the network's layers.
    step : int
        Steps done.
    seconds : float
        Time that they took.
    measured : list of mapping
        What was measured while it ran.
    """

    network: PhotoNetwork
    optimizer: torch.optim.Adam
    channels: int
    step: int = 0
    seconds: float = 0.0
    measured: list[dict[str, float]] = field(default_factory=list)


def save(run: PhotoRun, path: Path) -> None:
    """Write a checkpoint whole or not at all."""
    import torch

    gathered = {
        f"{name}.{kind}": run.optimizer.state[weights][kind]
        for name, weights in run.network.parts.named_parameters()
        for kind in _GATHERED
        if weights in run.optimizer.state
    }
    progress = {"channels": run.channels, "step": run.step, "seconds": run.seconds}
    state = {**progress, "weights": run.network.parts.state_dict(), "gathered": gathered, "measured": run.measured}
    with whole_file(path) as (stream, _):
        torch.save(state, stream)


def load_network(path: Path) -> PhotoNetwork:
    """The networks of a checkpoint.

    Raises
    ------
    UnusableInputError
        The file is no checkpoint.
    """
    return _network(read_weight_file(path, _REMEDY), path)


def resume(run: PhotoRun, path: Path) -> None:
    """Put a run into the state of a checkpoint.

    Raises
    ------
    UnusableInputError
        The file is no checkpoint, or one of networks with other channels.
    """
    state: Mapping[str, Any] = read_weight_file(path, _REMEDY)
    network = _network(state, path)
    if state["channels"] != run.channels:
        raise UnusableInputError(f"{path} is of networks with {state['channels']} channels; use --restart.")
    try:
        run.network.parts.load_state_dict(network.parts.state_dict())
        _resume_optimizer(run, state)
        run.measured = [{str(name): float(value) for name, value in row.items()} for row in state["measured"]]
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise UnusableInputError(f"{path} does not fit this run; use --restart, or name another folder.") from error


def _resume_optimizer(run: PhotoRun, state: Mapping[str, Any]) -> None:
    """Take over steps done, and what Adam has gathered in them."""
    import torch

    step, seconds = state["step"], float(state["seconds"])
    if type(step) is not int or not 0 <= step < _MOST_STEPS or not math.isfinite(seconds):
        raise ValueError("a run counts its steps from 0")
    run.step, run.seconds = step, seconds
    for name, weights in run.network.parts.named_parameters() if step else ():
        gathered = {kind: state["gathered"][f"{name}.{kind}"] for kind in _GATHERED}
        if any(each.shape != weights.shape or each.dtype != weights.dtype for each in gathered.values()):
            raise ValueError("what the optimizer has gathered is of other weights")
        kept = {kind: each.clone() for kind, each in gathered.items()}
        run.optimizer.state[weights] = {"step": torch.tensor(float(step)), **kept}


def _network(state: Mapping[str, Any], path: Path) -> PhotoNetwork:
    """The networks that a file holds, after a look at whether it holds some."""
    import torch

    channels, weights = state.get("channels"), state.get("weights")
    if type(channels) is not int or channels not in CHANNELS or not isinstance(weights, dict):
        raise UnusableInputError(f"{path} holds no networks for photographs; {_REMEDY}")
    given = {
        name: tuple(each.shape)
        for name, each in weights.items()
        if isinstance(each, torch.Tensor) and each.dtype == torch.float32
    }
    if given != sizes_of(channels):
        raise UnusableInputError(f"{path} holds other networks than it says; {_REMEDY}")
    network = network_of(channels)
    network.parts.load_state_dict(weights)
    return network
