# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Checkpoints: a training run on disk, to go on with or to take the network from."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.files import whole_file
from StegoMedLib.regions.network import ModelShape, build_model, sizes_of
from StegoMedLib.training.weight_files import read_weight_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

__all__ = ["Run", "load_weights", "resume_run", "save"]

_LONGEST_RUN = 2**31
_GATHERED = {"AdamW": {"step", "exp_avg", "exp_avg_sq"}, "SGD": {"momentum_buffer"}}
"""What optimizers keep for each weight."""
_REMEDY = "give a file that training wrote."


@dataclass
class Run:
    """The moving parts of a training run.

    Attributes
    ----------
    model, smoothed : torch.nn.Module
        The network in training, and the moving average of its weights.
    optimizer, scaler : torch.optim.Optimizer, torch.amp.GradScaler
    device : torch.device
    precision : torch.dtype
        What the network computes with; its weights are of single precision always.
    step : int
        Steps done.
    seconds : float
        Time that they took.
    best : float
        Best validation score so far.
    stale : int
        Validations since then.
    losses, validations : list
        What was measured at each step and at each validation.
    kept : float
        `seconds` at the last checkpoint.
    transferred : str
        What came from another network at the start; empty for a random start.
    """

    model: torch.nn.Module
    smoothed: torch.nn.Module
    optimizer: torch.optim.Optimizer
    scaler: Any
    device: torch.device
    precision: torch.dtype
    step: int = 0
    seconds: float = 0.0
    best: float = -1.0
    stale: int = 0
    losses: list[dict[str, float]] = field(default_factory=list)
    validations: list[dict[str, Any]] = field(default_factory=list)
    kept: float = 0.0
    transferred: str = ""


def save(run: Run, shape: ModelShape, path: Path) -> None:
    """Write a checkpoint, beside its place first, so that a stop leaves the former one whole."""
    import torch

    state = {
        "shape": asdict(shape),
        "model": run.model.state_dict(),
        "smoothed": run.smoothed.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "scaler": run.scaler.state_dict(),
        "progress": {"step": run.step, "seconds": run.seconds, "best": run.best, "stale": run.stale},
        "losses": run.losses,
        "validations": run.validations,
        "transferred": run.transferred,
        "random": torch.get_rng_state(),
    }
    with whole_file(path) as (stream, _):
        torch.save(state, stream)
    run.kept = run.seconds


def _read(path: Path) -> tuple[Mapping[str, Any], ModelShape]:
    state: Mapping[str, Any] = read_weight_file(path, _REMEDY)
    try:
        shape = ModelShape(**state["shape"])
        # Without what an OrderedDict may carry beside its entries.
        state = {**state, **{name: dict(state[name]) for name in ("smoothed", "model")}}
    except (KeyError, TypeError, ValueError, UsageError) as error:
        raise UnusableInputError(f"{path} is not a checkpoint of a training run; {_REMEDY}") from error
    return state, shape


def resume_run(run: Run, shape: ModelShape, path: Path) -> None:
    """Put a run into the state of a checkpoint.

    Raises
    ------
    UnusableInputError
        The file is no checkpoint, or one of a network of another shape.
    """
    import torch

    state, saved = _read(path)
    if saved != shape:
        raise UnusableInputError(
            f"{path} is of another network ({saved.backbone}, {saved.normalisation} normalisation); "
            "use --restart, or name another folder."
        )
    try:
        run.model.load_state_dict(state["model"])
        run.smoothed.load_state_dict(state["smoothed"])
        _resume_optimizer(run.optimizer, state["optimizer"])
        if run.scaler.is_enabled() and state["scaler"]:
            run.scaler.load_state_dict(state["scaler"])
        _resume_progress(run, state)
        torch.set_rng_state(state["random"])
    except (RuntimeError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnusableInputError(f"{path} does not fit this run; use --restart, or name another folder.") from error


def _resume_optimizer(optimizer: torch.optim.Optimizer, state: Any) -> None:  # noqa: ANN401 - whatever the file holds
    """Take over what the optimizer has gathered; how it moves the weights is this run's to say."""
    own = [{name: value for name, value in group.items() if name != "params"} for group in optimizer.param_groups]
    optimizer.load_state_dict(state)
    for group, settings in zip(optimizer.param_groups, own, strict=True):
        group.update(settings)
    names = _GATHERED[type(optimizer).__name__]
    for parameter, gathered in optimizer.state.items():
        kinds = {name: (() if name == "step" else parameter.shape, True) for name in names}
        if {name: (each.shape, each.is_floating_point()) for name, each in gathered.items()} != kinds:
            raise ValueError("what the optimizer has gathered is of another one, or of other weights")
        # In the file, several numbers of a tensor may lie in one place, where no step can be written to.
        gathered.update({name: each.clone() for name, each in gathered.items()})


def _resume_progress(run: Run, state: Mapping[str, Any]) -> None:
    progress, losses, validations = state["progress"], state["losses"], state["validations"]
    step, stale = progress["step"], progress.get("stale", 0)
    seconds, best = (progress[name] for name in ("seconds", "best"))
    if not all(type(each) is int and 0 <= each < _LONGEST_RUN for each in (step, stale)):
        raise ValueError("a run counts its steps from 0")
    if not all(_is_number(each) and math.isfinite(each) for each in (seconds, best)):
        raise ValueError("time and score are numbers")
    for rows, names in ((losses, ("loss",)), (validations, ("step", "mean"))):
        if not all(_is_number(row[name]) for row in rows for name in names):
            raise ValueError("what was measured is numbers")
    json.dumps([losses, validations])  # as the log will be written
    run.step, run.stale, run.seconds, run.kept, run.best = step, stale, seconds, seconds, best
    run.losses, run.validations, run.transferred = losses, validations, str(state.get("transferred", ""))


def _is_number(value: object) -> bool:
    """Whether it is one that everybody can compute with; a pickle has whole numbers of any length."""
    return isinstance(value, float) or (type(value) is int and abs(value) < _LONGEST_RUN)


def load_weights(path: Path) -> tuple[torch.nn.Module, ModelShape]:
    """Load the smoothed network of a checkpoint, in evaluation mode on the processor.

    Raises
    ------
    UnusableInputError
        The file is no checkpoint.
    """
    import torch

    state, shape = _read(path)
    given = {name: tuple(each.shape) for name, each in state["smoothed"].items() if isinstance(each, torch.Tensor)}
    if given != sizes_of(shape):
        raise UnusableInputError(f"{path} holds another network than it says; {_REMEDY}")
    model = build_model(shape)
    try:
        model.load_state_dict(state["smoothed"])
    except (RuntimeError, TypeError, AttributeError) as error:
        raise UnusableInputError(f"{path} holds another network than it says; {_REMEDY}") from error
    return model.eval(), shape
