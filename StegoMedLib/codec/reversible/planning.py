"""How many layers a message takes, and how each is written: found on a copy, with random bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.reversible.body import SETTINGS_BITS, TAG_BITS
from StegoMedLib.codec.reversible.choosing import Errors, best_weight, errors_of
from StegoMedLib.codec.reversible.layer import bins_of, ones_of_bits
from StegoMedLib.codec.reversible.places import predicted
from StegoMedLib.codec.reversible.settings import LAYERS, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.reversible.choosing import Choice
    from StegoMedLib.codec.reversible.places import Places
    from StegoMedLib.codec.reversible.settings import Direction

__all__ = ["Planner"]

_SPARE = 3.0
"""Standard deviations that are left where other bits below may move errors."""

_LESS = 0.95
"""What share of the changes makes a second layer worth it."""

_FEWEST = 2 * SETTINGS_BITS
_NO_END = (1 << 20) - 1
_TRIAL_SEED = 1


@dataclass(frozen=True)
class Planner:
    """Plans layers.

    Attributes
    ----------
    pixels : ndarray of int32, shape (H * W,)
        Of the cover.
    places : Places
    directions : tuple of Direction
    width : int
        So many neighbouring errors are bits.
    """

    pixels: NDArray[np.int32]
    places: Places
    directions: tuple[Direction, ...]
    width: int

    def plan(self, bits: int) -> list[Settings] | None:
        """Settings of the layers in which so many bits fit, in the order of writing; None where they do not fit."""
        made: list[Settings] = []
        pixels, left = self.pixels, bits
        for below in range(LAYERS):
            weight, errors = self._look(pixels, below)
            behind = left + _behind(below)
            choice = errors.best(behind, TAG_BITS, _SPARE if below else 0.0) if behind <= _NO_END else None
            lower = self._half(weight, errors, bits, choice) if below == 0 else None
            if choice is not None and lower is None:
                return [*made, self._settings(below, weight, choice, behind)]
            lower = lower or self._full(below, weight, errors, behind)
            if lower is None or below == LAYERS - 1:
                return None
            made.append(lower)
            left -= lower.count - _behind(below)
            pixels = self._tried(pixels, lower)
        return None

    def _half(self, weight: int, errors: Errors, bits: int, whole: Choice | None) -> Settings | None:
        """A first layer with a half of the bits, where two layers change less than the `whole` in one."""
        half = (bits + TAG_BITS + SETTINGS_BITS) // 2
        first = errors.best(half, spare=_SPARE) if half < bits else None
        if first is None or (whole is not None and LAYERS * first.changes > _LESS * whole.changes):
            return None
        return self._settings(0, weight, first, half)

    def capacity(self) -> int:
        """Bits that fit."""
        pixels, most, before = self.pixels, 0, 0
        for below in range(LAYERS):
            full = self._full(below, *self._look(pixels, below), _NO_END)
            if full is None:
                break
            count = full.count - _behind(below)
            most = max(most, before + count - TAG_BITS)
            before += count
            if below < LAYERS - 1:
                pixels = self._tried(pixels, full)
        return most

    def _look(self, pixels: NDArray[np.int32], below: int) -> tuple[int, Errors]:
        mine = self.places.of(below)
        weight = best_weight(pixels, mine, self.places.width)
        guess, unrest = (
            predicted(pixels, mine, self.places.width, weight) if below else self.places.first(pixels, weight)
        )
        return weight, errors_of(pixels[mine] - guess, unrest, self.directions, self.width)

    def _full(self, below: int, weight: int, errors: Errors, most: int) -> Settings | None:
        """The layer with as many bits as it can take, at most so many; None where that is hardly worth it."""
        choice, bits = errors.fullest()
        count = min(most, int(bits - (_SPARE * bits**0.5 if below else 0)))
        return None if count < _FEWEST else self._settings(below, weight, choice, count)

    def _tried(self, pixels: NDArray[np.int32], settings: Settings) -> NDArray[np.int32]:
        """The pixels as they may be after a layer."""
        bins = bins_of(pixels, self.places, settings, settings.groups(settings.count), written=False)
        if bins is None:  # every pixel that is counted has a place
            raise AssertionError
        bits = np.random.default_rng(_TRIAL_SEED).random(settings.count) < 0.5  # noqa: PLR2004
        return bins.written(pixels, ones_of_bits(bits, settings.size))

    def _settings(self, below: int, weight: int, choice: Choice, count: int) -> Settings:
        return Settings(below, choice.direction, self.width, choice.size, weight, choice.bin, count)


def _behind(below: int) -> int:
    """Bits of the settings of the layer below, where there is one."""
    return SETTINGS_BITS if below else 0
