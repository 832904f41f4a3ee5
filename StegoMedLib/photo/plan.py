"""How much each photograph carries, so that any of a given share of them may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from StegoMedLib.envelope.erasure import MOST_SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Plan", "lost_of", "planned"]

_FINEST = 48
"""Units that the largest photograph carries at most; more serve no better, and cost time."""
_UNITS_WORTH = 10_000
"""So many units more are worth twice the load: the erasure code takes as long as there are units."""
_SMALL_FIELD = 255
"""Units in all up to which the erasure code counts in bytes; beyond it is slower."""


@dataclass(frozen=True)
class Plan:
    """Units of the sealed bytes, and which photograph carries how many.

    Attributes
    ----------
    units : tuple of int
        Of each photograph, in the order in which they were given; 0 where it is too small to serve.
    needed : int
        Units that give everything back.
    load : float
        Bits a sample of the photograph that is loaded most.
    """

    units: tuple[int, ...]
    needed: int
    load: float

    @property
    def total(self) -> int:
        """All units."""
        return sum(self.units)


def lost_of(photographs: int, may_lose: float) -> int:
    """Photographs that may be lost of so many, of which a share in percent may be."""
    return int(photographs * may_lose / 100 + 1e-9)


def planned(samples: Sequence[int], size: int, lost: int) -> Plan:
    """Share out `size` bytes so that the load of the photograph that is loaded most is least.

    Whichever `lost` photographs are lost, the others have enough. That is decided by the loss of those that carry most,
    so none carries more than the next one after these: it would do no good.

    Parameters
    ----------
    samples : sequence of int
        Of each photograph.
    size : int
        Bytes.
    lost : int
        Less than the photographs.
    """
    ordered = sorted(samples, reverse=True)
    weights = [min(each, ordered[lost]) for each in samples]
    return min(_plans(samples, weights, size, lost), key=lambda plan: plan.load * (1 + plan.total / _UNITS_WORTH))


def _plans(samples: Sequence[int], weights: Sequence[int], size: int, lost: int) -> Iterator[Plan]:
    """One plan for each fineness that serves."""
    largest = max(weights)
    for finest in range(1, _FINEST + 1):
        units = tuple(finest * weight // largest for weight in weights) if largest else tuple(0 for _ in weights)
        total = sum(units)
        if finest > 1 and total > (_SMALL_FIELD if len(units) <= _SMALL_FIELD else MOST_SHARDS):
            return
        needed = sum(sorted(units)[: len(units) - lost])
        if needed:
            unit = ceil(size / needed)
            loads = (8 * unit * count / sample for count, sample in zip(units, samples, strict=True) if count)
            yield Plan(units, needed, max(loads))
        elif finest == _FINEST:
            yield Plan(units, 1, float("inf"))
