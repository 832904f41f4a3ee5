"""What fixes a training run of the networks that hide in photographs; light to load, for help."""

from __future__ import annotations

import math
from dataclasses import dataclass

from StegoMedLib.errors import UsageError

__all__ = ["CHANNELS", "FOLD", "PhotoConfig"]

CHANNELS = range(4, 257)
"""Channels that networks may have."""

FOLD = 2
"""Pixels on a side of what is one place of the networks; images have multiples of it on each side."""

_WARMUP = 50


@dataclass(frozen=True)
class PhotoConfig:
    """What fixes a training run.

    Attributes
    ----------
    steps : int
        The learning rate falls to 0 along a cosine over so many steps; 0 lets it fall over `minutes`.
    minutes : float
        The run ends after this time, whatever its steps; 0 is no limit.
    crop, batch : int
        Pixels on a side of what is learnt from, and how many of it in a step.
    channels : int
        Of the networks' layers.
    weight : float
        How much an error of the secret counts beside one of the photograph.
    seed : int
        Equal seeds and steps give equal weights on one machine.
    learning_rate : float
    measure_every : int
        Steps between two measurements, each with a checkpoint.
    measured, side : int
        Held-out pairs that are measured, and their pixels on a side.

    Raises
    ------
    UsageError
        The configuration makes no sense.
    """

    steps: int = 4000
    minutes: float = 0.0
    crop: int = 48
    batch: int = 8
    channels: int = 32
    weight: float = 1.0
    seed: int = 0
    learning_rate: float = 3e-3
    measure_every: int = 200
    measured: int = 24
    side: int = 128

    def __post_init__(self) -> None:
        """Refuse what makes no sense, before anything is read."""
        if self.steps < 0 or self.seed < 0 or not 0 <= self.minutes < math.inf or not (self.steps or self.minutes):
            raise UsageError("A run needs a length of 1 step or more, or of some minutes, and a seed of 0 or more.")
        if min(self.batch, self.measure_every) < 1 or self.channels not in CHANNELS or not 0 < self.weight < math.inf:
            raise UsageError(f"A batch has 1 crop or more, and a network {CHANNELS[0]} to {CHANNELS[-1]} channels.")
        if self.crop < 8 * FOLD or self.crop % FOLD:
            raise UsageError(f"A crop has {8 * FOLD} pixels on a side or more, and an even number of them.")

    def rate(self, step: int, seconds: float) -> float:
        """The learning rate of a step."""
        done = step / self.steps if self.steps else seconds / (60 * self.minutes)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done))) * min(1.0, (step + 1) / _WARMUP)

    def ended(self, step: int, seconds: float) -> bool:
        """Whether the run is over."""
        return bool((self.steps and step >= self.steps) or (self.minutes and seconds >= 60 * self.minutes))
