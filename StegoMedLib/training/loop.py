"""The training loop: fixed seeds, resumable, validated on whole planes, ended early where nothing gets better."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from StegoMedLib.training.checkpoints import resume_run, save
from StegoMedLib.training.evaluate import agreement, torch_find
from StegoMedLib.training.records import BEST, CHECKPOINT, draw_sheet, keep_log, summarise
from StegoMedLib.training.samples import Drawer
from StegoMedLib.training.start import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from StegoMedLib.training.checkpoints import Run
    from StegoMedLib.training.config import TrainingConfig
    from StegoMedLib.training.samples import Sample

__all__ = ["train", "training_step"]

_CLIP_NORM = 5.0
_KEEP_EVERY = 600.0  # seconds after which slow runs keep a checkpoint between validations
_SHOWN = 50  # images learnt from that predictions are shown of where nothing is validated


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


def _losses(run: Run, images: Sequence[Any], targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Run the network forward, in the run's precision."""
    import torch

    images = [image.to(run.device) for image in images]
    targets = [{name: value.to(run.device) for name, value in each.items()} for each in targets]
    mixed = run.precision is not torch.float32
    with torch.autocast(run.device.type, run.precision if mixed else None, enabled=mixed):
        parts: dict[str, Any] = run.model(images, targets)
    return parts


def training_step(
    run: Run, config: TrainingConfig, images: Sequence[Any], targets: Sequence[Mapping[str, Any]]
) -> None:
    """Take one step: losses, gradients, weights, moving average.

    Parameters
    ----------
    run : Run
        Changed in place.
    config : TrainingConfig
    images : sequence of torch.Tensor
        Of shape (3, side, side).
    targets : sequence of mapping
        Boxes, labels and masks as torchvision's detection models want them.
    """
    import torch

    for group in run.optimizer.param_groups:
        group["lr"] = config.rate(run.step, run.seconds)
    parts = _losses(run, images, targets)
    loss: torch.Tensor = sum(parts.values())
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
    better = True
    if samples:
        result = agreement(lambda plane: torch_find(run.smoothed, plane), samples)
        # Every series counts alike: one long series must not hide a weak short one.
        score = sum(each["mean"] for each in result["series"].values()) / len(result["series"])
        run.validations.append({"step": run.step, "seconds": run.seconds, "score": score, **result})
        better = score > run.best
        run.best = max(score, run.best)
    run.stale = 0 if better else run.stale + 1
    if better:
        save(run, config.shape, out_dir / BEST)
    save(run, config.shape, out_dir / CHECKPOINT)
    keep_log(run, config, out_dir)


def _ended(run: Run, config: TrainingConfig) -> str:
    """Tell what ends the run now; empty while nothing does."""
    if config.patience and run.stale >= config.patience:
        return "patience"
    return config.finished(run.step, run.seconds)


def _go_on(run: Run, config: TrainingConfig, drawer: Drawer, after_step: Callable[[], None]) -> None:
    """Take steps until the run ends; the next batch is drawn beside them."""
    with ThreadPoolExecutor(max_workers=1) as ahead:
        waiting = ahead.submit(drawer.batch, run.step, config.batch)
        while not _ended(run, config):
            begun = time.monotonic()
            images, targets = waiting.result()
            waiting = ahead.submit(drawer.batch, run.step + 1, config.batch)
            training_step(run, config, images, targets)
            run.seconds += time.monotonic() - begun
            after_step()


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
        Gets ``last.pt``, ``best.pt``, ``log.json``, ``metrics.json``, ``loss.png`` and ``predictions.png``.
    resume : bool
        Go on from ``last.pt`` where there is one; what it began with is not looked at again.
    report : callable, optional
        Called after each step with its number and its losses.

    Returns
    -------
    dict
        What ``metrics.json`` holds; see ``summarise``.

    Raises
    ------
    UnusableInputError
        There is nothing to train on, or ``last.pt`` or the file of weights cannot be used.
    """
    learnt, checked = list(samples), list(validation)
    drawer = Drawer(learnt, config.seed, config.emphasis, config.shape.side)
    out_dir.mkdir(parents=True, exist_ok=True)
    going_on = resume and (out_dir / CHECKPOINT).is_file()
    run = start(config, fresh=not going_on)
    if going_on:
        resume_run(run, config.shape, out_dir / CHECKPOINT)

    def after_step() -> None:
        if report:
            report(run.step, run.losses[-1])
        if run.step % config.validate_every == 0:
            _validate(run, config, checked, out_dir)
        elif run.seconds > run.kept + _KEEP_EVERY:
            save(run, config.shape, out_dir / CHECKPOINT)

    _go_on(run, config, drawer, after_step)
    if run.step % config.validate_every or not (out_dir / BEST).is_file():
        _validate(run, config, checked, out_dir)
    draw_sheet(out_dir, checked or learnt[:: 1 + len(learnt) // _SHOWN])
    return summarise(run, config, _ended(run, config), out_dir)
