# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Checkpoints: a training run on disk, to go on with or to take the network from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.regions.training.model import ModelShape, build_model
from StegoMedLib.regions.training.weight_files import read_weight_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

__all__ = ["Run", "load_weights", "resume_run", "save"]

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
    beside = path.with_suffix(".partial")
    torch.save(state, beside)
    beside.replace(path)
    run.kept = run.seconds


def _read(path: Path) -> tuple[Mapping[str, Any], ModelShape]:
    state = read_weight_file(path, _REMEDY)
    try:
        shape = ModelShape(**state["shape"])  # type: ignore[arg-type]  # checked by what it makes
        state["smoothed"], state["model"]
    except (KeyError, TypeError, UsageError) as error:
        raise UnusableInputError(f"{path} is no checkpoint of a training run; {_REMEDY}") from error
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
            "begin anew, or name another folder."
        )
    try:
        run.model.load_state_dict(state["model"])
        run.smoothed.load_state_dict(state["smoothed"])
        run.optimizer.load_state_dict(state["optimizer"])
        if run.scaler.is_enabled() and state["scaler"]:
            run.scaler.load_state_dict(state["scaler"])
        run.step, run.seconds, run.best = (state["progress"][name] for name in ("step", "seconds", "best"))
        run.kept, run.stale = run.seconds, state["progress"].get("stale", 0)
        run.losses, run.validations = state["losses"], state["validations"]
        run.transferred = state.get("transferred", "")
        torch.set_rng_state(state["random"])
    except (RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableInputError(f"{path} does not fit this run; begin anew, or name another folder.") from error


def load_weights(path: Path) -> tuple[torch.nn.Module, ModelShape]:
    """Load the smoothed network of a checkpoint, in evaluation mode on the processor.

    Raises
    ------
    UnusableInputError
        The file is no checkpoint.
    """
    state, shape = _read(path)
    model = build_model(shape)
    try:
        model.load_state_dict(state["smoothed"])
    except (RuntimeError, TypeError, AttributeError) as error:
        raise UnusableInputError(f"{path} holds another network than it says; {_REMEDY}") from error
    return model.eval(), shape
