"""What a training run leaves for people: log, metrics, loss curve, and a sheet of predictions."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.files import whole_file, write_whole
from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions.prepare import unit_range
from StegoMedLib.training.checkpoints import load_weights
from StegoMedLib.training.evaluate import torch_find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.training.checkpoints import Run
    from StegoMedLib.training.config import TrainingConfig
    from StegoMedLib.training.samples import Sample

__all__ = ["BEST", "CHECKPOINT", "CURVE", "LOG", "METRICS", "SHEET", "draw_sheet", "keep_log", "summarise"]

CHECKPOINT, BEST = "last.pt", "best.pt"
LOG, METRICS, CURVE, SHEET = "log.json", "metrics.json", "loss.png", "predictions.png"
_TAIL = 50  # steps that first and last losses are averaged over
_SHOWN, _ACROSS = 20, 5


def keep_log(run: Run, config: TrainingConfig, out_dir: Path) -> None:
    """Write configuration, losses and validations so far, and draw them."""
    log = {"config": asdict(config), "losses": run.losses, "validations": run.validations}
    write_whole(out_dir / LOG, json.dumps(log, default=str).encode())
    _draw_curve(run, out_dir / CURVE)


def _draw_curve(run: Run, path: Path) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.semilogy([each["loss"] for each in run.losses], linewidth=0.4)
    axes.set(xlabel="step", ylabel="training loss")
    right = axes.twinx()
    right.plot([each["step"] for each in run.validations], [each["mean"] for each in run.validations], "o-", color="C1")
    right.set(ylabel="validation IoU, mean")
    with whole_file(path) as (stream, _):
        figure.savefig(stream, format="png")


def _found(out_dir: Path, samples: Sequence[Sample]) -> list[tuple[float, Sample, NDArray[np.bool_]]]:
    """Let the best network find bodies: overlap, sample and mask, the worst first."""
    model, _ = load_weights(out_dir / BEST)
    masks = [torch_find(model, sample.plane) for sample in samples]
    rows = [(iou(mask, sample.mask), sample, mask) for sample, mask in zip(samples, masks, strict=True)]
    return sorted(rows, key=lambda row: row[0])


def draw_sheet(out_dir: Path, samples: Sequence[Sample]) -> None:
    """Draw what the best network finds in the planes on which it is worst: reference green, found red."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    worst = _found(out_dir, samples)[:_SHOWN]
    rows = math.ceil(len(worst) / _ACROSS)
    figure = Figure(figsize=(2.4 * _ACROSS, 2.6 * rows), layout="constrained")
    panels = np.ravel(figure.subplots(rows, _ACROSS, squeeze=False))
    for axes in panels:
        axes.set_axis_off()
    for axes, (score, sample, mask) in zip(panels, worst, strict=False):
        axes.imshow(np.sqrt(unit_range(sample.plane)), cmap="gray")
        for outline, colour in ((sample.mask, "lime"), (mask, "red")):
            if outline.any() and not outline.all():
                axes.contour(outline, levels=[0.5], colors=colour, linewidths=0.7)
        axes.set_title(f"{sample.name}\nIoU {score:.3f}", fontsize=6)
    with whole_file(out_dir / SHEET) as (stream, _):
        figure.savefig(stream, format="png", dpi=120)


def _mean_loss(losses: Sequence[dict[str, float]]) -> float | None:
    return float(np.mean([each["loss"] for each in losses])) if losses else None


def summarise(run: Run, config: TrainingConfig, ended: str, out_dir: Path) -> dict[str, Any]:
    """Write the metrics of a run.

    Returns
    -------
    dict
        ``steps``, ``seconds``, ``ended`` (by ``steps``, ``minutes`` or ``patience``), ``backbone``, ``device``,
        ``precision``, ``seed``, ``weights`` (what came from a file, in words), ``first_loss`` and ``last_loss`` (means
        over 50 steps), ``last`` and ``best`` (validations, or null).
    """
    best = max(run.validations, key=lambda each: float(each.get("score", each["mean"])), default=None)
    summary = {
        "steps": run.step,
        "seconds": run.seconds,
        "ended": ended,
        "backbone": config.shape.backbone,
        "device": run.device.type,
        "precision": str(run.precision).removeprefix("torch."),
        "seed": config.seed,
        "weights": run.transferred,
        "first_loss": _mean_loss(run.losses[:_TAIL]),
        "last_loss": _mean_loss(run.losses[-_TAIL:]),
        "last": run.validations[-1] if run.validations else None,
        "best": best,
    }
    write_whole(out_dir / METRICS, json.dumps(summary, indent=1).encode())
    return summary
