"""The training loop: fixed seeds, resumable, with a log, a loss curve and validation on whole planes."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import copy
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.regions.training.checkpoints import Run, resume_run, save
from StegoMedLib.regions.training.evaluate import agreement, torch_find
from StegoMedLib.regions.training.model import ModelShape, build_model
from StegoMedLib.regions.training.samples import Drawer
from StegoMedLib.regions.training.transfer import Transfer, transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import torch

    from StegoMedLib.regions.training.samples import Sample

__all__ = ["TrainingConfig", "train"]

CHECKPOINT, BEST, LOG, METRICS, CURVE = "last.pt", "best.pt", "log.json", "metrics.json", "loss.png"
_CLIP_NORM = 5.0


@dataclass(frozen=True)
class TrainingConfig:
    """What fixes a training run.

    Attributes
    ----------
    shape : ModelShape
    steps, batch : int
        Length of the run, and images per step.
    learning_rate, weight_decay : float
        Of AdamW; the rate warms up over `warmup` steps and falls to 0 along a cosine.
    warmup : int
    smoothing : float
        Decay of the exponential moving average of the weights; the average is what is validated and shipped.
    validate_every : int
        Steps between validations, each with a checkpoint.
    max_minutes : float
        The cosine ends with the steps or with this time, whichever comes first; 0 is no limit. With a limit the run
        depends on the machine's speed.
    seed, threads : int
        `threads` 0 leaves PyTorch's choice.
    emphasis : mapping of str to float
        Factors on how often series are drawn.
    weights : Path, optional
        File that a new run takes its first weights from (see ``transfer``); without it they are random.
    """

    shape: ModelShape = field(default_factory=ModelShape)
    steps: int = 4000
    batch: int = 6
    learning_rate: float = 6e-4
    weight_decay: float = 0.01
    warmup: int = 100
    smoothing: float = 0.995
    validate_every: int = 200
    max_minutes: float = 0.0
    seed: int = 0
    threads: int = 0
    emphasis: Mapping[str, float] = field(default_factory=dict)
    weights: Path | None = None


def _start(config: TrainingConfig) -> Run:
    import torch

    if config.threads:
        torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(config.shape).to(device).to(memory_format=torch.channels_last)
    transferred = str(_transfer(model, config.weights, config.shape.normalisation)) if config.weights else ""
    smoothed = copy.deepcopy(model).eval().requires_grad_(requires_grad=False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    scaler = torch.amp.GradScaler(device.type, enabled=device.type == "cuda")
    return Run(model, smoothed, optimizer, scaler, device, transferred=transferred)


def _transfer(model: torch.nn.Module, weights: Path, normalisation: str) -> Transfer:
    """Take weights from a file, and refuse to freeze the statistics of a backbone that did not get all of its own."""
    found = transfer(model, weights)
    taken, whole = found.parts["backbone"]
    if normalisation == "frozen" and taken < whole:
        raise UnusableInputError(
            f"{weights} does not hold the whole backbone, so that its normalisation cannot be frozen; choose another."
        )
    return found


def _progress(run: Run, config: TrainingConfig) -> float:
    timed = run.seconds / (60 * config.max_minutes) if config.max_minutes else 0.0
    return min(1.0, max(run.step / config.steps, timed))


def _smooth(run: Run, decay: float) -> None:
    """Move the average towards the weights; early on quicker, so that it does not remember the random start."""
    import torch

    decay = min(decay, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for kept, new in zip(run.smoothed.state_dict().values(), run.model.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1.0 - decay)
            else:
                kept.copy_(new)


def _step(run: Run, config: TrainingConfig, images: Sequence[Any], targets: Sequence[dict[str, Any]]) -> None:
    import torch

    rate = 0.5 * (1.0 + math.cos(math.pi * _progress(run, config))) * min(1.0, (run.step + 1) / config.warmup)
    for group in run.optimizer.param_groups:
        group["lr"] = config.learning_rate * rate
    images = [image.to(run.device) for image in images]
    targets = [{name: value.to(run.device) for name, value in each.items()} for each in targets]
    with torch.autocast(run.device.type, enabled=run.device.type == "cuda"):
        parts = run.model(images, targets)
        loss = sum(parts.values())
    run.optimizer.zero_grad()
    run.scaler.scale(loss).backward()
    run.scaler.unscale_(run.optimizer)
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), _CLIP_NORM)
    run.scaler.step(run.optimizer)
    run.scaler.update()
    run.step += 1
    _smooth(run, config.smoothing)
    run.losses.append({"loss": float(loss.detach()), **{name: float(part.detach()) for name, part in parts.items()}})


def _validate(run: Run, config: TrainingConfig, samples: Sequence[Sample], out_dir: Path) -> None:
    """Validate the smoothed weights, keep the best, write checkpoint, log and curve."""
    if samples:
        result = agreement(lambda plane: torch_find(run.smoothed, plane), samples)
        run.validations.append({"step": run.step, "seconds": run.seconds, **result})
        # Every series counts alike: one long series must not hide a weak short one.
        score = sum(each["mean"] for each in result["series"].values()) / len(result["series"])
        if score > run.best:
            run.best = score
            save(run, config.shape, out_dir / BEST)
    else:
        save(run, config.shape, out_dir / BEST)
    save(run, config.shape, out_dir / CHECKPOINT)
    log = {"config": asdict(config), "losses": run.losses, "validations": run.validations}
    (out_dir / LOG).write_text(json.dumps(log, default=str), encoding="utf-8")
    _draw_curve(run, out_dir / CURVE)


def _draw_curve(run: Run, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy([each["loss"] for each in run.losses], linewidth=0.4)
    axes.set(xlabel="step", ylabel="training loss")
    right = axes.twinx()
    right.plot([each["step"] for each in run.validations], [each["mean"] for each in run.validations], "o-", color="C1")
    right.set(ylabel="validation IoU, mean")
    figure.savefig(path)


def train(
    config: TrainingConfig,
    samples: Iterable[Sample],
    validation: Iterable[Sample],
    out_dir: Path,
    *,
    resume: bool = True,
    report: Callable[[int, dict[str, float]], None] | None = None,
) -> dict[str, Any]:
    """Train a Mask R-CNN.

    Parameters
    ----------
    config : TrainingConfig
    samples, validation : iterable of Sample
        What is learnt from, and what the best checkpoint is chosen by (none: the last one is the best).
    out_dir : Path
        Gets ``last.pt``, ``best.pt``, ``log.json``, ``metrics.json`` and ``loss.png``.
    resume : bool
        Go on from ``last.pt`` where there is one.
    report : callable, optional
        Called after each step with its number and its losses.

    Returns
    -------
    dict
        What ``metrics.json`` holds: steps, seconds, the last validation and the best one.

    Raises
    ------
    UnusableInputError
        There is nothing to train on, or ``last.pt`` or the file of weights cannot be used.
    UsageError
        The normalisation is frozen without weights.
    """
    if config.shape.normalisation == "frozen" and not config.weights:
        raise UsageError("A frozen normalisation needs pretrained weights; give a file of them.")
    out_dir.mkdir(parents=True, exist_ok=True)
    drawer, checked = Drawer(samples, config.seed, config.emphasis), list(validation)
    run = _start(config)
    if resume and (out_dir / CHECKPOINT).is_file():
        resume_run(run, config.shape, out_dir / CHECKPOINT)
    run.model.train()
    with ThreadPoolExecutor(max_workers=1) as ahead:
        waiting = ahead.submit(drawer.batch, run.step, config.batch)
        while _progress(run, config) < 1.0:
            begun = time.monotonic()
            images, targets = waiting.result()
            waiting = ahead.submit(drawer.batch, run.step + 1, config.batch)
            _step(run, config, images, targets)
            run.seconds += time.monotonic() - begun
            if report:
                report(run.step, run.losses[-1])
            if run.step % config.validate_every == 0:
                _validate(run, config, checked, out_dir)
    if run.step % config.validate_every:
        _validate(run, config, checked, out_dir)
    return _summarise(run, out_dir)


def _summarise(run: Run, out_dir: Path) -> dict[str, Any]:
    best = max(run.validations, key=lambda each: float(each["mean"]), default=None)
    last = run.validations[-1] if run.validations else None
    summary = {
        "steps": run.step,
        "seconds": run.seconds,
        "weights": run.transferred,
        "last": last,
        "best": best,
    }
    (out_dir / METRICS).write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return summary
