"""What fixes a training run, and ready configurations."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.choices import PRECISIONS
from StegoMedLib.errors import UsageError
from StegoMedLib.regions.network import ModelShape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CONFIGS", "OPTIMIZERS", "PRECISIONS", "TrainingConfig"]

OPTIMIZERS = ("adamw", "sgd")


@dataclass(frozen=True)
class TrainingConfig:
    """What fixes a training run.

    Attributes
    ----------
    shape : ModelShape
    steps : int
        Length of the run: the learning rate falls to 0 along a cosine over so many steps, whatever time they take. 0
        lets it fall over `max_minutes` instead; such a run depends on the machine's speed.
    batch : int
        Images per step.
    optimizer : str
        ``"adamw"`` or ``"sgd"``.
    learning_rate, weight_decay, momentum : float
        Of the optimizer (momentum of SGD alone); the rate warms up over `warmup` steps.
    warmup : int
    smoothing : float
        Decay of the exponential moving average of the weights; the average is what is validated and shipped.
    validate_every : int
        Steps between validations, each with a checkpoint.
    patience : int
        Validations without a better one after which the run ends; 0 never ends it early.
    max_minutes : float
        The run ends after this time, whatever its steps; 0 is no limit.
    seed, threads : int
        On a processor, equal seeds, threads and steps give equal weights to the bit; `threads` 0 leaves PyTorch's
        choice.
    precision : str
        ``"float32"``; ``"bfloat16"`` or ``"float16"``, mixed with single precision; ``"auto"`` is float16 on CUDA and
        float32 elsewhere. A processor takes bfloat16 only where it can compute with it, and never float16.
    emphasis : mapping of str to float
        Factors on how often series are drawn.
    weights : Path, optional
        File that a new run takes its first weights from (see ``transfer``); without it they are random.

    Raises
    ------
    UsageError
        The configuration makes no sense.
    """

    shape: ModelShape = field(default_factory=ModelShape)
    steps: int = 4000
    batch: int = 6
    optimizer: str = "adamw"
    learning_rate: float = 6e-4
    weight_decay: float = 0.01
    momentum: float = 0.9
    warmup: int = 100
    smoothing: float = 0.995
    validate_every: int = 200
    patience: int = 0
    max_minutes: float = 0.0
    seed: int = 0
    threads: int = 0
    precision: str = "auto"
    emphasis: Mapping[str, float] = field(default_factory=dict)
    weights: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense, before anything is read."""
        if self.optimizer not in OPTIMIZERS or self.precision not in PRECISIONS:
            raise UsageError(f"Optimizers are {', '.join(OPTIMIZERS)}, precisions {', '.join(PRECISIONS)}.")
        if not self.steps and not self.max_minutes:
            raise UsageError("A run needs a length, in steps or in minutes.")
        if min(self.steps, self.max_minutes, self.patience, self.seed, self.threads) < 0:
            raise UsageError("Steps, minutes, patience, seed and threads are 0 or more.")
        if min(self.batch, self.warmup, self.validate_every) < 1:
            raise UsageError("Batches, warming up and the distance of validations must be 1 or more.")
        if self.shape.normalisation == "frozen" and not self.weights:
            raise UsageError("A frozen normalisation needs pretrained weights; give a file of them.")

    def progress(self, step: int, seconds: float) -> float:
        """Tell which share of the schedule is done, 0 to 1."""
        done = step / self.steps if self.steps else seconds / (60 * self.max_minutes)
        return min(1.0, done)

    def rate(self, step: int, seconds: float) -> float:
        """Give the learning rate of a step."""
        falling = 0.5 * (1.0 + math.cos(math.pi * self.progress(step, seconds)))
        return self.learning_rate * falling * min(1.0, (step + 1) / self.warmup)

    def finished(self, step: int, seconds: float) -> str:
        """Tell what ends the run now, ``"steps"`` or ``"minutes"``; empty while nothing does."""
        if self.steps and step >= self.steps:
            return "steps"
        return "minutes" if self.max_minutes and seconds >= 60 * self.max_minutes else ""


def _as_in_the_paper() -> TrainingConfig:
    """Give the network of Saidi, Tibermacine and Elhadad (Scientific Reports 14:7166, 2024), as far as it is known.

    Known from the paper: Mask R-CNN with ResNet-101, polygons drawn with the VGG Image Annotator, CHAOS, mean
    intersection over union 0.9146. **The numbers of its Table 1 were not at hand** when this was written, so that every
    other number here comes from the method it builds on (He et al., ICCV 2017, sections 3 and 3.1): pyramid and heads
    of 256 and 1024 channels, masks of 28 x 28, stochastic gradient descent with momentum 0.9 and weight decay 0.0001,
    and a rate of 0.02 for 16 images, here 0.0025 for 2. Mask R-CNN starts from a pretrained backbone; give one with
    ``weights``. Input size, number of proposals, depth of the mask head, length, augmentation and the smoothed weights
    are this project's.
    """
    shape = ModelShape("resnet101", pyramid_channels=256, box_features=1024, mask_channels=256, mask_pool=14)
    return TrainingConfig(
        shape, batch=2, optimizer="sgd", learning_rate=0.0025, weight_decay=1e-4, momentum=0.9, warmup=500
    )


CONFIGS = {"default": TrainingConfig(), "paper": _as_in_the_paper()}
"""Ready configurations by name."""
