"""Which slices carry shards of a record, and how many shards suffice, from the capacity of all slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.envelope import MOST_SHARDS, shard_size
from StegoMedLib.errors import DoesNotFitError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SpreadPlan", "plan_spread"]

_ROUNDING = 1e-9
"""0.29 * 100 is a little less than 29."""


@dataclass(frozen=True)
class SpreadPlan:
    """Slices that carry a shard each, by their number, and how many of them suffice."""

    slices: tuple[int, ...]
    needed: int


def plan_spread(sizes: Sequence[int], length: int, lost: float, *, larger: str = "") -> SpreadPlan:
    """Spread `length` bytes over as many slices as can be, so that the share `lost` of them (rounded down) may be lost.

    All shards have one size. The more slices, the smaller it is; the fewer, the larger it may be.

    Parameters
    ----------
    sizes : sequence of int
        Bytes of the largest shard that each slice can carry.
    length : int
    lost : float
        At least 0, less than 1.
    larger : str
        A profile with more capacity, for the remedy.

    Raises
    ------
    DoesNotFitError
        When no number of slices has the capacity.
    """
    largest = sorted(range(len(sizes)), key=lambda number: -sizes[number])
    most = 0
    for total in range(min(len(sizes), MOST_SHARDS), 0, -1):
        needed, smallest = _needed(total, lost), sizes[largest[total - 1]]
        if shard_size(length, needed, total) <= smallest:
            return SpreadPlan(tuple(sorted(largest[:total])), needed)
        most = max(most, needed * smallest)
    raise DoesNotFitError(
        f"The record takes {length} bytes when sealed, and the slices can carry {most} if {lost:.0%} may be lost; "
        f"{_remedy(lost, larger)}."
    )


def _remedy(lost: float, larger: str) -> str:
    remedies = ["embed something smaller"]
    remedies += [f"choose profile {larger}"] if larger else []
    remedies += ["let fewer be lost (--lost)"] if lost else []
    return " or ".join(filter(None, [", ".join(remedies[:-1]), remedies[-1]]))


def _needed(total: int, lost: float) -> int:
    return max(1, total - int(lost * total + _ROUNDING))
